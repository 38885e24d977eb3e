using Actors.Jobs.Tests.Faults;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests;

public sealed class StatusTests
{
    [Theory, OnEachDispatcher]
    public async Task A_job_and_its_queue_tell_each_state(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch, o.Retry.MaxAttempts) = (1, 0, 2));
        var second = TimeSpan.FromSeconds(1);
        host.Script.Body = async (context, cancellationToken) =>
        {
            await Task.Delay(second, system.Time, cancellationToken);
            throw new InvalidOperationException("no");
        };
        var running = await host.EnqueueAsync();
        await system.DrainAsync();
        var waiting = await host.EnqueueAsync();
        var scheduled = await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromMinutes(1)));
        (await host.StateAsync(running)).ShouldBe(JobState.Running);
        (await host.StateAsync(waiting)).ShouldBe(JobState.Waiting);
        (await host.StateAsync(scheduled)).ShouldBe(JobState.Scheduled);
        var queue = await host.QueueAsync();
        (queue.Running, queue.Waiting, queue.Scheduled, queue.Retrying).ShouldBe((1, 1, 1, 0));
        queue.Unavailable.ShouldBeNull();
        queue.IsConsumed.ShouldBeTrue();

        await system.AdvanceAsync(second);
        (await host.StateAsync(running)).ShouldBe(JobState.Retrying);
        (await host.QueueAsync()).Retrying.ShouldBe(1);
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        var failed = await host.Jobs.GetAsync(running);
        (failed.State, failed.DueAt).ShouldBe((JobState.Failed, null));
        failed.FinishedAt.ShouldNotBeNull().ShouldBe(VirtualTime.DefaultStart + (3 * second), TimeSpan.FromSeconds(1.5));
        queue = await host.QueueAsync();
        (queue.Running, queue.Waiting, queue.Scheduled, queue.Retrying, queue.Failed).ShouldBe((0, 0, 1, 0, 2));
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_whose_history_is_not_written_yet_is_found_with_its_queue(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new FaultyHistory { Fault = new JournalUnavailableException("away") };
        var host = await JobHost.StartAsync(system, history: history);
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await host.Jobs.GetAsync(id)).State.ShouldBe(JobState.Succeeded);
        (await history.FindAsync(id, default)).ShouldBeNull();
        await system.Log.ExpectAsync(3201);

        history.Fault = null;
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        (await history.FindAsync(id, default)).ShouldNotBeNull().State.ShouldBe(JobState.Succeeded);
        (await host.Jobs.GetAsync(id)).State.ShouldBe(JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task The_history_gets_each_finished_job_once_and_in_bulk(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new FaultyHistory();
        var host = await JobHost.StartAsync(system, history: history);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 5000).Select(n => new Work($"{n}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        history.Written.Count.ShouldBe(5000);
        history.Written.Distinct().Count().ShouldBe(5000);
        history.Calls.ShouldBeLessThan(100);
        var job = (await history.ListAsync(new HistoryFilter(), 1, null, default)).ShouldHaveSingleItem();
        (job.Queue, job.Type, job.TypeVersion, job.State, job.Attempts, job.Error).ShouldBe(("default", "work", 1, JobState.Succeeded, 1, null));
        System.Text.Encoding.UTF8.GetString(job.Args.Span).ShouldStartWith("{\"text\":\"");
    }

    [Theory, OnEachDispatcher]
    public async Task A_history_that_is_away_is_not_tried_again_for_each_job(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new FaultyHistory { Fault = new JournalUnavailableException("away") };
        var host = await JobHost.StartAsync(system, history: history);
        for (var i = 0; i < 20; i++)
        {
            await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 300).Select(n => new Work())]);
            await system.AdvanceAsync(TimeSpan.FromMilliseconds(100));
        }

        host.Script.Begun.ShouldBe(6000);
        history.Calls.ShouldBeLessThan(5); // Once for each second.
        history.Fault = null;
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        history.Written.Count.ShouldBe(6000);
    }

    [Theory, OnEachDispatcher]
    public async Task A_write_to_the_history_that_was_cancelled_is_made_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new FaultyHistory { Fault = new OperationCanceledException() };
        var host = await JobHost.StartAsync(system, history: history);
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.StateAsync(id)).ShouldBe(JobState.Succeeded);
        history.Fault = null;
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        history.Written.ShouldBe([id]);
    }

    [Theory, OnEachDispatcher(Seeds = 1)]
    public async Task A_history_that_stays_away_stops_the_work_before_memory_is_full(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new FaultyHistory { Fault = new JournalUnavailableException("away") };
        var host = await JobHost.StartAsync(system, o => o.Prefetch = 5000, history: history);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 70_000).Select(n => new Work())]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        host.Script.Begun.ShouldBeInRange(50_000, 65_000);
        history.Fault = null;
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        history.Written.Count.ShouldBe(70_000);
    }
}
