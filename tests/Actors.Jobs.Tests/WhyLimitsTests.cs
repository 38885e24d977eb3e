using Actors.TestKit;

namespace Actors.Jobs.Tests;

/// <summary>Why a job waits that could run: what is told is what then happens.</summary>
public sealed class WhyLimitsTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Theory, OnEachDispatcher]
    public async Task A_job_behind_the_limit_of_its_key_names_the_jobs_that_it_waits_for(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch, o.Limits.ConcurrencyPerKey) = (20, 0, 2));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(10), system.Time, cancellationToken);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 5).Select(n => new Work($"{n}"))], o => o.Key("acme"));
        await system.AdvanceAsync(Millisecond);
        var why = await host.Jobs.WhyAsync(ids[4]);
        (why.Kind, why.Key, why.Before, why.Until).ShouldBe((JobReasonKind.KeyConcurrencyLimit, "acme", 2, null));
        why.WaitsFor.ShouldBe([ids[0], ids[1]]);
        why.Text.ShouldBe("As many jobs of its key 'acme' run as may at a time: 2 (limits.concurrency-per-key); 2 jobs of its key are before it.");

        await host.Jobs.CancelAsync(ids[0]);
        await system.AdvanceAsync(Millisecond);
        (await host.Jobs.WhyAsync(ids[2])).Kind.ShouldBe(JobReasonKind.Running);
        (await host.Jobs.WhyAsync(ids[4])).ShouldSatisfyAllConditions(w => w.WaitsFor.ShouldBe([ids[1], ids[2]]), w => w.Before.ShouldBe(1));
        var free = await host.EnqueueAsync("another key", o => o.Key("other"));
        await system.AdvanceAsync(Millisecond);
        (await host.Jobs.WhyAsync(free)).Kind.ShouldBe(JobReasonKind.Running);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_behind_the_limit_of_its_queue_names_at_most_ten_that_run(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch, o.Limits.Concurrency) = (20, 8, 12));
        host.Script.Body = (_, cancellationToken) => host.Script.WaitAsync(cancellationToken);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 15).Select(n => new Work($"{n}"))]);
        await system.AdvanceAsync(Millisecond);
        var why = await host.Jobs.WhyAsync(ids[14]);
        (why.Kind, why.Before, why.Key).ShouldBe((JobReasonKind.ConcurrencyLimit, 2, null));
        why.WaitsFor.ShouldBe(ids.Take(10));
        why.Text.ShouldBe("As many jobs of its queue run as may at a time: 12 (limits.concurrency); 2 jobs of its priority are before it.");
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_waits_for_a_token_starts_at_the_told_moment_and_not_before(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        await StartsAtTheToldMomentAsync(system, isOfKey: false);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_waits_for_a_token_of_its_key_starts_at_the_told_moment_and_not_before(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        await StartsAtTheToldMomentAsync(system, isOfKey: true);
    }

    [Theory, OnEachDispatcher]
    public async Task Jobs_start_in_the_order_that_was_told_whatever_their_keys(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 0), isConsumed: false);
        var random = new Random(seed);
        var ids = new List<JobId>();
        for (var i = 0; i < 60; i++)
        {
            var key = random.Next(6);
            ids.Add(await host.EnqueueAsync($"{i}", key == 0 ? null : o => o.Key($"key {key}")));
        }

        var first = new TaskCompletionSource();
        host.Script.Body = (_, _) => host.Script.Begun < 7 ? Task.CompletedTask : first.Task;
        await host.StartConsumingAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var begun = host.Script.Attempts.Select(attempt => attempt.Id).ToList();
        begun.Count.ShouldBe(7);
        var told = new SortedDictionary<long, JobId>();
        foreach (var id in ids.Except(begun))
        {
            var why = await host.Jobs.WhyAsync(id);
            why.Kind.ShouldBe(JobReasonKind.BehindOthers);
            told.Add(why.Before.ShouldNotBeNull(), id);
        }

        told.Keys.ShouldBe(Enumerable.Range(0, 53).Select(n => (long)n));
        first.SetResult();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.Attempts.Skip(7).Select(attempt => attempt.Id).ShouldBe(told.Values);
    }

    [Theory, OnEachDispatcher]
    public async Task Turns_of_other_keys_and_other_priorities_are_told_apart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 0));
        host.Script.Body = (_, cancellationToken) => host.Script.WaitAsync(cancellationToken);
        await host.EnqueueAsync("running");
        await system.AdvanceAsync(Millisecond);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 50).Select(_ => new Work())], o => o.Key("big"));
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 3).Select(_ => new Work())], o => o.Key("small"));
        await host.EnqueueAsync("urgent", o => o.Priority(JobPriority.Highest));
        await host.EnqueueAsync("night", o => o.Priority(JobPriority.Lowest).Key("big"));
        var why = await host.Jobs.WhyAsync(ids[2]);
        (why.Kind, why.Before, why.Key).ShouldBe((JobReasonKind.BehindOthers, 5, "small"));
        why.Text.ShouldBe(
            "5 jobs of its priority are before it, 3 of them in the turns of other keys, and 1 of higher priority wait, and 1 of lower priority wait; all workers are busy, with 1 jobs.");
    }

    private static async Task StartsAtTheToldMomentAsync(TestSystem system, bool isOfKey)
    {
        var rate = new RateLimit(3, TimeSpan.FromSeconds(10)) { Burst = 2 };
        var host = await JobHost.StartAsync(system, o =>
        {
            (o.Workers, o.Prefetch) = (20, 8);
            (o.Limits.Rate, o.Limits.RatePerKey) = isOfKey ? ((RateLimit?)null, rate) : (rate, (RateLimit?)null);
        });
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 6).Select(n => new Work($"{n}"))], o => o.Key("acme"));
        await system.AdvanceAsync(Millisecond);
        host.Script.Begun.ShouldBe(2);
        var last = await host.Jobs.WhyAsync(ids[5]);
        for (var next = 2; next < 6; next++)
        {
            var why = await host.Jobs.WhyAsync(ids[next]);
            (why.Kind, why.Before, why.Key).ShouldBe((isOfKey ? JobReasonKind.KeyRateLimit : JobReasonKind.RateLimit, 0, isOfKey ? "acme" : null));
            var until = why.Until.ShouldNotBeNull();
            why.Text.ShouldBe($"{(isOfKey ? "Its key 'acme'" : "Its queue")} may start 3 per 10 s, burst 2 (limits.rate{(isOfKey ? "-per-key" : "")}); " +
                $"0 jobs of its {(isOfKey ? "key" : "priority")} are before it. It starts no sooner than {until:yyyy-MM-dd HH:mm:ss.fff}Z.");
            await system.AdvanceAsync(until - system.Time.GetUtcNow() - Millisecond);
            host.Script.Begun.ShouldBe(next, "A millisecond before the moment.");
            await system.AdvanceAsync(Millisecond);
            host.Script.Begun.ShouldBe(next + 1, "At the moment.");
            host.Script.Attempts[^1].Id.ShouldBe(ids[next]);
        }

        host.Script.Attempts[^1].BeganAt.ShouldBe(last.Until.ShouldNotBeNull(), "Those before it take theirs first, which was known from the beginning.");
    }
}
