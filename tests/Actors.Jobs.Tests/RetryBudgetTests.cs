using Actors.Jobs.Queues;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests;

/// <summary>No more retries begin than the budget says; those beyond it wait.</summary>
public sealed class RetryBudgetTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();
    private readonly InMemoryBegunAttempts _begun = new();

    [Theory, OnEachDispatcher]
    public async Task When_nothing_but_retries_is_there_they_begin_at_the_pace_of_the_minimum(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system, o => (o.Retry.Budget.Share, o.Retry.Budget.Minimum) = (0, 20));
        FailFirst(host);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 100).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        (host.Script.Begun, (await host.QueueAsync()).Succeeded).ShouldBe((120, 20));
        var queue = await host.QueueAsync();
        (queue.Retrying, queue.HeldRetries, queue.Waiting).ShouldBe((80, 80, 0));
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await host.QueueAsync()).Succeeded.ShouldBe(40);
        await system.AdvanceAsync(TimeSpan.FromSeconds(40));
        (await host.QueueAsync()).ShouldSatisfyAllConditions(q => q.Succeeded.ShouldBe(100), q => q.HeldRetries.ShouldBe(0));
        Check(host, new RetryBudgetOptions { Share = 0, Minimum = 20 });
        host.Script.Attempts.Count.ShouldBe(200, "Waiting is no attempt.");
    }

    [Theory, OnEachDispatcher]
    public async Task Other_jobs_pass_those_that_wait_and_let_more_of_them_begin(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system, o => (o.Retry.Budget.Share, o.Retry.Budget.Minimum) = (0.2, 1));
        FailFirst(host);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 100).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(30));
        var before = await host.QueueAsync();
        before.HeldRetries.ShouldBeGreaterThan(0);

        host.Script.Body = (_, _) => Task.CompletedTask;
        var others = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 40).Select(i => new Work($"other {i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        foreach (var other in others)
        {
            (await host.StateAsync(other)).ShouldBe(JobState.Succeeded);
        }

        (before.HeldRetries - (await host.QueueAsync()).HeldRetries).ShouldBeInRange(9, 12, "A fifth of those that begin may be retries.");
        Check(host, new RetryBudgetOptions { Share = 0.2, Minimum = 1 });
    }

    [Theory, OnEachDispatcher]
    public async Task Why_says_what_the_budget_is_how_much_is_used_and_until_when_about(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system, o => (o.Retry.Budget.Share, o.Retry.Budget.Minimum) = (0.2, 2));
        FailFirst(host);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 40).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));
        var held = new List<JobReason>();
        foreach (var id in ids)
        {
            if (await host.Jobs.WhyAsync(id) is { Kind: JobReasonKind.RetryBudget } reason)
            {
                held.Add(reason);
            }
        }

        held.Count.ShouldBe((int)(await host.QueueAsync()).HeldRetries);
        held.Select(reason => reason.Before).ShouldBe(Enumerable.Range(0, held.Count).Select(i => (long?)i), ignoreOrder: true);
        var first = held.Single(reason => reason.Before == 0);
        (first.Attempt, first.MaxAttempts).ShouldBe((2, 20));
        first.Text.ShouldMatch(
            @"^Its next attempt has been due since 2026-01-01 00:00:01Z, and waits until about 2026-01-01 00:00:11Z: of 52 attempts that began within 10 s, 12 were retries, and no more than 2 and 20 % of them may be \(retry\.budget\); 0 jobs that are due are before it\. System\.InvalidOperationException: The server is away\.$");
        (await host.Jobs.GetAsync(first.Id)).ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Retrying), job => job.Attempts.ShouldBe(1));
        var last = held.MaxBy(reason => reason.Before)!; // There are some.
        last.Until.ShouldNotBeNull().ShouldBeGreaterThan(first.Until.ShouldNotBeNull());

        await host.Jobs.PauseAsync("default", "by hand");
        (await host.Jobs.WhyAsync(first.Id)).ShouldNotBeNull().Kind.ShouldBe(JobReasonKind.QueuePaused, "What must go first comes first.");
    }

    [Theory, OnEachDispatcher]
    public async Task A_retry_that_waits_can_be_cancelled_edited_and_deleted_and_running_it_now_is_within_the_budget(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system, o => (o.Retry.Budget.Share, o.Retry.Budget.Minimum) = (0, 1));
        FailFirst(host);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 20).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));
        var held = await HeldAsync(host, ids);
        held.Count.ShouldBe(19);
        (await host.Jobs.CancelAsync(held[3], "no")).State.ShouldBe(JobState.Cancelled);
        await host.Jobs.DeleteAsync(held[0]);
        await host.Jobs.EditAsync(held[7], new Work("edited"));
        await host.Jobs.RetryAsync(held[9]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.Jobs.WhyAsync(held[9])).ShouldNotBeNull().Kind.ShouldBe(JobReasonKind.RetryBudget);
        (await host.QueueAsync()).HeldRetries.ShouldBe(17);
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));
        var queue = await host.QueueAsync();
        (queue.Succeeded, queue.Cancelled, queue.Retrying, queue.HeldRetries).ShouldBe((18, 2, 0, 0));
        host.Script.Attempts.Count(attempt => attempt.Text == "edited").ShouldBe(1);
        Check(host, new RetryBudgetOptions { Share = 0, Minimum = 1 });
    }

    [Theory, OnEachDispatcher]
    public async Task The_budget_is_never_exceeded_whatever_comes_and_fails_and_however_often_the_process_dies(TestDispatcher dispatcher, int seed)
    {
        var random = new Random(seed);
        var attempts = new List<Attempt>();
        var now = VirtualTime.DefaultStart;
        var budget = new RetryBudgetOptions { Share = random.Next(3) switch { 0 => 0, 1 => 0.2, _ => 0.7 }, Minimum = random.Next(1, 12), Window = TimeSpan.FromSeconds(random.Next(1, 20)) };
        for (var life = 0; life < 5; life++)
        {
            await using var system = await TestSystem.StartAsync((seed * 10) + life, dispatcher);
            await system.AdvanceAsync(now - VirtualTime.DefaultStart);
            var host = await StartAsync(
                system,
                o =>
                {
                    (o.Workers, o.TrimBytes, o.ForwardBytes) = (random.Next(1, 8), 200, 2_000);
                    (o.Retry.Budget, o.Retry.MaxAttempts, o.Retry.Backoff.Factor, o.Limits.ConcurrencyPerKey) = (budget with { }, 4, 1.5, 2);
                });
            host.Script.Body = (context, _) => (context.Id.GetHashCode() + context.Attempt) % 3 == 0 ? throw new InvalidOperationException("no") : Task.CompletedTask;
            for (var step = 0; step < 15; step++)
            {
                await host.Jobs.EnqueueManyAsync(
                    [.. Enumerable.Range(0, random.Next(0, 20)).Select(i => new Work($"{i}"))], o => o.Key($"{step % 3}").Priority((JobPriority)(step % 3)));
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(random.Next(1, 3_000)));
            }

            if (life == 4)
            {
                await system.AdvanceAsync(TimeSpan.FromHours(1));
                var queue = await host.QueueAsync();
                (queue.Retrying, queue.HeldRetries, queue.Waiting, queue.Running).ShouldBe((0, 0, 0, 0), "All end.");
            }

            attempts.AddRange(host.Script.Attempts);
            now = system.Time.GetUtcNow();
        }

        attempts.Count(attempt => attempt.Number > 1).ShouldBeGreaterThan(10);
        Check(attempts, budget);
    }

    [Theory, OnEachDispatcher]
    public async Task A_retry_that_waits_can_be_moved_and_has_the_budget_of_the_other_queue(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system, o => (o.Retry.Budget.Share, o.Retry.Budget.Minimum) = (0, 1));
        FailFirst(host);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 10).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));
        var held = await HeldAsync(host, ids);
        var moving = host.Jobs.MoveAsync(held[4], "second");
        await system.WhenAsync(moving);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.Jobs.GetAsync(held[4])).Queue.ShouldBe("second");
        (await host.QueueAsync()).HeldRetries.ShouldBe(held.Count - 1);
        await system.AdvanceAsync(TimeSpan.FromMinutes(3));
        (await host.QueueAsync()).ShouldSatisfyAllConditions(queue => queue.Succeeded.ShouldBe(9), queue => queue.HeldRetries.ShouldBe(0));
    }

    [Theory, OnEachDispatcher]
    public async Task It_is_off_unless_it_is_asked_for_and_those_that_wait_go_on_when_it_is_switched_off(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system, o => (o.Retry.Budget.Share, o.Retry.Budget.Minimum) = (0, 1));
        FailFirst(host);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 50).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));
        (await host.QueueAsync()).HeldRetries.ShouldBe(49);
        host.Jobs.Reconfigure(new QueueDefinition("default", new QueueOptions(), []));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.QueueAsync()).ShouldSatisfyAllConditions(q => q.HeldRetries.ShouldBe(0), q => q.Succeeded.ShouldBe(50));
    }

    /// <summary>As in the retry storm without a budget: all fail at once, and come due within seconds.</summary>
    [Fact]
    public async Task A_storm_of_retries_is_spread_by_the_budget_and_costs_others_nothing()
    {
        const int Jobs = 20_000;
        await using var system = await TestSystem.StartAsync(seed: 7, TestDispatcher.Simulation);
        var host = await StartAsync(
            system,
            o =>
            {
                (o.Workers, o.Prefetch) = (100, 0);
                (o.Retry.Budget.Share, o.Retry.Budget.Minimum, o.Retry.Backoff.Min, o.Retry.Backoff.Jitter) = (0.2, 1_000, TimeSpan.FromSeconds(20), 0.5);
            });
        FailFirst(host);
        for (var i = 0; i < Jobs; i += 10_000)
        {
            await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(i, 10_000).Select(n => new Work($"{n}"))]);
        }

        await system.AdvanceAsync(TimeSpan.FromSeconds(60));
        (await host.QueueAsync()).HeldRetries.ShouldBeGreaterThan(Jobs / 2);
        var other = await host.EnqueueAsync("other");
        host.Script.Body = (_, _) => Task.CompletedTask;
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(10));
        (await host.StateAsync(other)).ShouldBe(JobState.Succeeded, "It passes them all.");
        await system.AdvanceAsync(TimeSpan.FromSeconds(200));
        (await host.QueueAsync()).ShouldSatisfyAllConditions(queue => queue.Succeeded.ShouldBe(Jobs + 1), queue => queue.Retrying.ShouldBe(0));
        Check(host, new RetryBudgetOptions { Share = 0.2, Minimum = 1_000 });
    }

    [Fact]
    public void Values_that_make_no_sense_are_refused()
    {
        foreach (var wrong in (RetryBudgetOptions[])
        [
            new() { Share = -0.1 }, new() { Share = 1 }, new() { Share = double.NaN }, new() { Minimum = 0 }, new() { Minimum = 1_000_001 },
            new() { Window = TimeSpan.FromMilliseconds(999) }, new() { Window = Timeout.InfiniteTimeSpan },
        ])
        {
            Should.Throw<ArgumentOutOfRangeException>(wrong.Validate, $"{wrong}");
        }

        new RetryBudgetOptions { Share = 0.99, Minimum = 1, Window = TimeSpan.FromDays(1) }.Validate();
    }

    [Fact]
    public void Sliding_counts_are_those_of_the_last_tenths_and_come_back_as_they_were()
    {
        var random = new Random(11);
        var counts = new SlidingCounts(TimeSpan.FromSeconds(5));
        var all = new List<(long AtMs, long First, long Second)>();
        var now = 1_000_000L;
        for (var i = 0; i < 2_000; i++)
        {
            now += random.Next(3) == 0 ? random.Next(0, 9_000) : random.Next(0, 300);
            all.Add((now, random.Next(3), random.Next(3)));
            counts.Add(now, all[^1].First, all[^1].Second);
            (counts.First, counts.Second).ShouldBe(Of(now));
            var restored = new SlidingCounts(TimeSpan.FromSeconds(5));
            restored.Restore(counts.ToProto());
            (restored.First, restored.Second).ShouldBe(Of(now));
            foreach (var (atMs, first, second) in restored.Later())
            {
                (first, second).ShouldBe(Of(atMs));
            }

            restored.SlideTo(now + 1_700);
            (restored.First, restored.Second).ShouldBe(Of(now + 1_700));
        }

        (long First, long Second) Of(long nowMs)
        {
            var counted = all.Where(item => item.AtMs / 500 > (nowMs / 500) - SlidingCounts.Slices).ToList();
            return (counted.Sum(item => item.First), counted.Sum(item => item.Second));
        }
    }

    private static void Check(JobHost host, RetryBudgetOptions budget) => Check(host.Script.Attempts, budget);

    /// <summary>At each moment at which a retry begins, those of the last tenths are no more than the budget says.</summary>
    private static void Check(IReadOnlyList<Attempt> attempts, RetryBudgetOptions budget)
    {
        var sliceMs = (long)budget.Window.TotalMilliseconds / SlidingCounts.Slices;
        var moments = attempts.GroupBy(attempt => attempt.BeganAt.ToUnixTimeMilliseconds())
            .Select(moment => (AtMs: moment.Key, All: moment.Count(), Retries: moment.Count(attempt => attempt.Number > 1))).OrderBy(moment => moment.AtMs).ToList();
        for (var i = 0; i < moments.Count; i++)
        {
            if (moments[i].Retries > 0)
            {
                var window = moments[..(i + 1)].AsEnumerable().Reverse().TakeWhile(moment => moment.AtMs / sliceMs > (moments[i].AtMs / sliceMs) - SlidingCounts.Slices).ToList();
                var (all, retries) = (window.Sum(moment => moment.All), window.Sum(moment => moment.Retries));
                ((double)retries).ShouldBeLessThanOrEqualTo(budget.Minimum + (budget.Share.GetValueOrDefault() * all) + 1e-9, $"{retries} of {all} at {moments[i].AtMs}");
            }
        }
    }

    private static void FailFirst(JobHost host) =>
        host.Script.Body = (context, _) => context.Attempt == 1 ? throw new InvalidOperationException("The server is away.") : Task.CompletedTask;

    private static async Task<List<JobId>> HeldAsync(JobHost host, IReadOnlyList<JobId> ids)
    {
        var held = new List<JobId>();
        foreach (var id in ids)
        {
            if (await host.Jobs.WhyAsync(id) is { Kind: JobReasonKind.RetryBudget })
            {
                held.Add(id);
            }
        }

        return held;
    }

    private Task<JobHost> StartAsync(TestSystem system, Action<QueueOptions> configure) => JobHost.StartAsync(
        system,
        o =>
        {
            o.Prefetch = 0;
            configure(o);
        },
        _journal,
        _history,
        begun: _begun);
}
