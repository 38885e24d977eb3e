using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Composing;

/// <summary>Jobs that wait for those of another queue.</summary>
public sealed class QueuesTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task A_job_waits_for_one_of_another_queue(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        await host.StartConsumingAsync("second");
        var parent = await host.EnqueueAsync("parent", o => o.Delay(TimeSpan.FromMinutes(1)));
        var child = await host.Jobs.EnqueueAsync(new Second("child"), o => o.After(parent));
        (await host.Jobs.WhyAsync(child)).Text.ShouldBe($"It waits for job or batch {parent} of queue 'default', to succeed.");
        await system.AdvanceAsync(TimeSpan.FromSeconds(59));
        (await host.StateAsync(child)).ShouldBe(JobState.Awaiting);
        await host.ReachAsync(child, JobState.Succeeded);
        host.Script.Attempts.Select(attempt => attempt.Text).ShouldBe(["parent", "child"]);
    }

    [Theory, OnEachDispatcher]
    public async Task What_failed_in_another_queue_cancels_what_waits_for_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        await host.StartConsumingAsync("second");
        host.Script.Body = (context, _) => context.Queue == "default" ? throw new InvalidOperationException("planned") : Task.CompletedTask;
        var parent = await host.EnqueueAsync("parent", o => o.Delay(TimeSpan.FromMinutes(1)));
        var child = await host.Jobs.EnqueueAsync(new Second("child"), o => o.After(parent));
        var always = await host.Jobs.EnqueueAsync(new Second("always"), o => o.After(parent, AfterCondition.Finished));
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.ReachAsync(child, JobState.Cancelled)).Error.ShouldBe($"Job {parent}, which it waits for, has failed.");
        await host.ReachAsync(always, JobState.Succeeded);
        var late = await host.Jobs.EnqueueAsync(new Second("late"), o => o.After(parent));
        (await host.ReachAsync(late, JobState.Cancelled)).Error.ShouldBe($"Job {parent}, which it waits for, has failed.");
    }

    [Theory, OnEachDispatcher]
    public async Task Whichever_queue_comes_back_first_after_a_restart_nothing_waits_for_ever(TestDispatcher dispatcher, int seed)
    {
        JobId soon, parent, afterSoon, child;
        TimeSpan elapsed;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, o => o.KeepSucceeded = false, _journal, _history);
            soon = await host.EnqueueAsync("soon", o => o.Delay(TimeSpan.FromSeconds(1)));
            parent = await host.EnqueueAsync("parent", o => o.Delay(TimeSpan.FromHours(1)));

            // While it is paused, nothing of the second queue hears or does anything.
            afterSoon = await host.Jobs.EnqueueAsync(new Second("after soon"), o => o.After(soon));
            child = await host.Jobs.EnqueueAsync(new Second("child"), o => o.After([soon, parent]));
            await system.AdvanceAsync(TimeSpan.FromMinutes(1));
            (await host.StateAsync(soon)).ShouldBe(JobState.Succeeded, "Who waits for it may ask for it.");
            elapsed = system.Time.Elapsed;
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            await system.AdvanceAsync(elapsed);
            var host = await JobHost.StartAsync(system, o => o.KeepSucceeded = false, _journal, _history);
            await host.StartConsumingAsync("second");
            await host.ReachAsync(afterSoon, JobState.Succeeded);
            (await host.StateAsync(child)).ShouldBe(JobState.Awaiting);
            await system.AdvanceAsync(TimeSpan.FromHours(1));
            await host.ReachAsync(child, JobState.Succeeded);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_queue_that_fails_and_is_recovered_is_asked_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        await host.StartConsumingAsync("second");
        var parent = await host.EnqueueAsync("parent", o => o.Delay(TimeSpan.FromMinutes(5)));
        var child = await host.Jobs.EnqueueAsync(new Second("child"), o => o.After(parent));
        await system.DrainAsync();
        host.Jobs.OwnerOf("default").Tell(new Actors.Jobs.Queues.QueueMessage.Enqueue(null!, default)); // A defect: its supervisor restarts it.
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        host.Jobs.OwnerOf("second").Tell(new Actors.Jobs.Queues.QueueMessage.Enqueue(null!, default));
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));
        await host.ReachAsync(child, JobState.Succeeded, TimeSpan.FromSeconds(30));
    }

    [Theory, OnEachDispatcher]
    public async Task While_the_history_is_away_nobody_is_cancelled_for_what_it_may_know(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new Faults.FaultyHistory(system.System, _history);
        var host = await JobHost.StartAsync(system, history: history, journal: _journal);
        var parent = await host.EnqueueAsync("parent", o => o.Delay(TimeSpan.FromSeconds(1)));
        var child = await host.Jobs.EnqueueAsync(new Second("child"), o => o.After(parent));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        history.Fault = new JournalUnavailableException("planned");
        host.Jobs.OwnerOf("second").Tell(new Actors.Jobs.Queues.QueueMessage.Enqueue(null!, default));
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        history.Fault = null;
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        await host.StartConsumingAsync("second");
        await host.ReachAsync(child, JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task Another_queue_learns_of_a_part_and_of_a_batch_however_long_the_store_was_away_when_they_were_done(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal);
        await host.StartConsumingAsync("second");
        host.Script.Body = async (context, cancellationToken) =>
        {
            if (context.Queue == "second")
            {
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(5), system.Time, cancellationToken);
            if (context.Id == host.Bad)
            {
                await Expect.ThrowsAsync<JobException>(() => context.CompletePartAsync("uploaded", cancellationToken));
                await Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken);
            }
        };
        host.Bad = JobId.Create(system.Time, new Random(seed));
        var parent = await host.EnqueueAsync("parent", o => o.Id(host.Bad));
        var batch = await host.Jobs.EnqueueBatchAsync([new Work("1"), new Work("2")]);
        var afterPart = await host.Jobs.EnqueueAsync(new Second("after the part"), o => o.After(parent, "uploaded"));
        var afterBatch = await host.Jobs.EnqueueAsync(new Second("after the batch"), o => o.After(batch));
        await system.DrainAsync();

        // Longer than anybody waits who can ask again.
        journal.OnAppend = static _ => AppendFault.Unavailable;
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));
        journal.OnAppend = static _ => AppendFault.None;
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.Jobs.GetAsync(parent)).Parts.ShouldBe(["uploaded"]);
        (await host.Jobs.GetBatchAsync(batch.Id)).ShouldNotBeNull().IsComplete.ShouldBeTrue();
        await host.ReachAsync(afterBatch, JobState.Succeeded);
        await host.ReachAsync(afterPart, JobState.Succeeded);
    }
}
