using Actors.Jobs.Tests.Faults;
using Actors.TestKit;

namespace Actors.Jobs.Tests;

public sealed class RunningTests
{
    [Theory, OnEachDispatcher]
    public async Task As_many_jobs_run_at_once_as_there_are_workers_and_no_more(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (3, 5));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 30).Select(i => new Work($"{i}"))]);
        await system.DrainAsync();
        host.Script.Running.ShouldBe(3);
        var queue = await host.QueueAsync();
        (queue.Running, queue.Waiting).ShouldBe((8, 22)); // Three run, five are granted in advance.
        await system.AdvanceAsync(TimeSpan.FromSeconds(9.9));
        host.Script.Begun.ShouldBe(30);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.MostAtOnce.ShouldBe(3);
        (await host.QueueAsync()).Succeeded.ShouldBe(30);
    }

    [Theory, OnEachDispatcher]
    public async Task Without_prefetch_only_free_workers_are_granted_jobs(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (2, 0));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 6).Select(i => new Work($"{i}"))]);
        await system.DrainAsync();
        var queue = await host.QueueAsync();
        (queue.Running, queue.Waiting).ShouldBe((2, 4));
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await host.QueueAsync()).Succeeded.ShouldBe(6);
    }

    [Theory, OnEachDispatcher]
    public async Task A_grant_is_durable_before_the_job_runs(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal, isConsumed: false);
        await host.EnqueueAsync();
        journal.Hold();
        await host.StartConsumingAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        journal.Waiting.ShouldBe(1);
        host.Script.Attempts.ShouldBeEmpty();
        journal.Release();
        await system.DrainAsync();
        host.Script.Attempts.ShouldHaveSingleItem();
    }

    [Theory, OnEachDispatcher]
    public async Task A_handler_knows_its_job(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        JobContext? seen = null;
        host.Script.Body = (context, _) =>
        {
            seen = context;
            return Task.CompletedTask;
        };
        await host.StartConsumingAsync();
        await system.DrainAsync();
        seen.ShouldNotBeNull();
        (seen.Id, seen.Queue, seen.Type, seen.Attempt, seen.EnqueuedAt).ShouldBe((id, "default", "work", 1, VirtualTime.DefaultStart));
    }

    [Theory, OnEachDispatcher]
    public async Task A_stop_lets_running_jobs_finish_and_gives_back_those_granted_in_advance(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (2, 3));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(3), system.Time, cancellationToken);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 10).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await host.BeginStopAsync();
        await system.DrainAsync();
        var queue = await host.QueueAsync();
        (queue.IsConsumed, queue.Running, queue.Waiting).ShouldBe((false, 2, 8));
        host.Stopped.IsCompleted.ShouldBeFalse();

        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        await host.Stopped;
        queue = await host.QueueAsync();
        (queue.Running, queue.Waiting, queue.Succeeded).ShouldBe((0, 8, 2));
        (await host.Jobs.GetAsync(ids[2])).Attempts.ShouldBe(0);
        host.Script.Begun.ShouldBe(2);
    }

    [Theory, OnEachDispatcher]
    public async Task Jobs_that_were_given_back_keep_their_place_in_line(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 5));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 20).Select(i => new Work($"{i:00}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.5));
        await host.BeginStopAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await host.Stopped;
        host = await host.ConsumeAgainAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(30));
        host.Script.Attempts.Select(a => a.Text).ShouldBeInOrder();
        host.Script.Begun.ShouldBe(20);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_outlives_the_stop_timeout_is_interrupted_and_the_attempt_does_not_count(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.StopTimeout = TimeSpan.FromSeconds(10));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken);
        var id = await host.EnqueueAsync();
        await system.DrainAsync();
        await host.BeginStopAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(9.9));
        host.Stopped.IsCompleted.ShouldBeFalse();
        (await host.StateAsync(id)).ShouldBe(JobState.Running);

        await system.AdvanceAsync(TimeSpan.FromSeconds(0.1));
        await host.Stopped;
        var status = await host.Jobs.GetAsync(id);
        (status.State, status.Attempts).ShouldBe((JobState.Waiting, 0));
        host.Script.Body = static (_, _) => Task.CompletedTask;
        await host.ConsumeAgainAsync();
        (await host.ReachAsync(id, JobState.Succeeded)).Attempts.ShouldBe(1);
        host.Script.Attempts.Select(a => a.Number).ShouldBe([1, 1]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_ignores_its_token_is_given_up_on_and_still_counts_when_it_ends(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.StopTimeout = TimeSpan.FromSeconds(1));
        host.Script.Body = (_, _) => Task.Delay(TimeSpan.FromMinutes(1), system.Time, CancellationToken.None);
        var id = await host.EnqueueAsync();
        await system.DrainAsync();
        await host.BeginStopAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));
        await host.Stopped;
        (await host.StateAsync(id)).ShouldBe(JobState.Running);
        await system.Log.ExpectAsync(3105);

        // Stopping what is stopped does not wait for ever either.
        await host.ConsumeAgainAsync();
        await host.BeginStopAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));
        await host.Stopped;
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.StateAsync(id)).ShouldBe(JobState.Succeeded);
        host.Script.Attempts.ShouldHaveSingleItem();
    }

    [Theory, OnEachDispatcher]
    public async Task A_grant_that_becomes_durable_after_the_stop_is_given_back(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal);
        journal.Hold();
        var enqueue = host.EnqueueAsync();
        await system.DrainAsync();
        await host.BeginStopAsync();
        await system.DrainAsync();
        journal.Release();
        var id = await enqueue;
        await host.Stopped;
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.Attempts.ShouldBeEmpty();
        (await host.StateAsync(id)).ShouldBe(JobState.Waiting);
        await host.ConsumeAgainAsync();
        await host.ReachAsync(id, JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task A_consumer_that_is_cancelled_before_it_has_begun_does_not_consume(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        using var stop = new CancellationTokenSource();
        var consuming = host.Jobs.ConsumeAsync("default", () => { }, stop.Token);
        stop.Cancel();
        await consuming;
        (await host.QueueAsync()).IsConsumed.ShouldBeFalse();
        await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.Attempts.ShouldBeEmpty();
    }

    [Theory, OnEachDispatcher]
    public async Task Order_is_kept_and_nothing_is_lost_when_arguments_do_not_fit_into_memory(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch, o.CacheBytes) = (1, 50, 2000), isConsumed: false);
        var random = new Random(seed);
        for (var i = 0; i < 2000; i += 100)
        {
            await host.Jobs.EnqueueManyAsync(
                [.. Enumerable.Range(i, 100).Select(n => new Work($"{n:0000}{new string('x', random.Next(random.Next(10) == 0 ? 6000 : 50))}"))]);
        }

        await host.StartConsumingAsync();
        await host.EnqueueAsync("9999");
        await system.EventuallyAsync(() => host.Script.Begun >= 2001);
        host.Script.Attempts.Select(a => a.Text[..4]).ShouldBe([.. Enumerable.Range(0, 2000).Select(n => $"{n:0000}"), "9999"]);
    }

    [Theory, OnEachDispatcher]
    public async Task Without_any_memory_for_arguments_jobs_run_one_after_the_other(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.CacheBytes) = (1, 0));
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 300).Select(n => new Work($"{n:0000}"))]);
        await system.EventuallyAsync(() => host.Script.Begun >= 300);
        host.Script.Attempts.Select(a => a.Text).ShouldBe([.. Enumerable.Range(0, 300).Select(n => $"{n:0000}")]);
    }

    [Theory, OnEachDispatcher]
    public async Task Handlers_that_block_their_thread_do_not_stop_the_queue(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = static (_, _) =>
        {
            Thread.Sleep(20);
            return Task.CompletedTask;
        };
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 8).Select(n => new Work())]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.QueueAsync()).Succeeded.ShouldBe(8);
    }
}
