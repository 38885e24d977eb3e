using Actors.Jobs.Tests.Faults;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Crashes;

/// <summary>One process ends, another begins on the same stores.</summary>
public sealed class RecoveryTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task Everything_a_queue_knows_is_there_again(TestDispatcher dispatcher, int seed)
    {
        JobId waiting, scheduled, retrying, succeeded;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, o => o.Retry.Backoff.Min = TimeSpan.FromMinutes(10), _journal, _history);
            succeeded = await host.EnqueueAsync();
            await host.ReachAsync(succeeded, JobState.Succeeded);
            host.Script.Body = static (_, _) => throw new InvalidOperationException("no");
            retrying = await host.EnqueueAsync();
            await host.ReachAsync(retrying, JobState.Retrying);
            await host.BeginStopAsync();
            await host.Stopped;
            waiting = await host.EnqueueAsync();
            scheduled = await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromMinutes(5)));
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            // This clock begins where the first began: it is behind.
            var host = await JobHost.StartAsync(system, journal: _journal, history: _history, isConsumed: false);
            (await host.StateAsync(waiting)).ShouldBe(JobState.Waiting);
            (await host.StateAsync(succeeded)).ShouldBe(JobState.Succeeded);
            var later = await host.Jobs.GetAsync(scheduled);
            (later.State, later.DueAt!.Value - later.EnqueuedAt).ShouldBe((JobState.Scheduled, TimeSpan.FromMinutes(5)));
            var again = await host.Jobs.GetAsync(retrying);
            (again.State, again.Attempts).ShouldBe((JobState.Retrying, 1));
            again.Error.ShouldNotBeNull().ShouldContain("no");
            var queue = await host.QueueAsync();
            (queue.Succeeded, queue.Waiting, queue.Scheduled, queue.Retrying).ShouldBe((1, 1, 1, 1));

            await host.StartConsumingAsync();
            await system.AdvanceAsync(TimeSpan.FromMinutes(4));
            host.Script.Begun.ShouldBe(1);
            await system.AdvanceAsync(TimeSpan.FromMinutes(10));
            (await host.QueueAsync()).Succeeded.ShouldBe(4);
            host.Script.Attempts.Single(a => a.Id == retrying).Number.ShouldBe(2);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Jobs_that_were_running_run_again_first_and_the_attempt_that_was_cut_short_does_not_count(TestDispatcher dispatcher, int seed)
    {
        IReadOnlyList<JobId> ids;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (2, 2), _journal, _history);
            host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken);
            ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 6).Select(n => new Work($"{n}"))]);
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, o => o.Workers = 1, _journal, _history);
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
            host.Script.Attempts.Select(a => a.Id).ShouldBe(ids);
            host.Script.Attempts.ShouldAllBe(a => a.Number == 1);
            (await host.QueueAsync()).Succeeded.ShouldBe(6);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Finished_jobs_that_the_history_did_not_get_are_written_there_by_the_next_process_with_their_arguments(TestDispatcher dispatcher, int seed)
    {
        IReadOnlyList<JobId> ids;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var history = new FaultyHistory(system.System, _history) { Fault = new JournalUnavailableException("away") };
            var host = await JobHost.StartAsync(system, o => o.TrimBytes = 1, _journal, history);
            ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 1500).Select(n => new Work($"{n}"))]);
            await system.AdvanceAsync(TimeSpan.FromSeconds(3));
            (await host.QueueAsync()).Succeeded.ShouldBe(1500);
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, o => o.TrimBytes = 1, _journal, _history, isConsumed: false);
            (await host.StateAsync(ids[0])).ShouldBe(JobState.Succeeded);
            await system.AdvanceAsync(TimeSpan.FromSeconds(3));
            (await _history.CountAsync(new HistoryFilter { State = JobState.Succeeded }, default)).ShouldBe(1500);
            var last = (await _history.FindAsync(ids[^1], default)).ShouldNotBeNull();
            System.Text.Encoding.UTF8.GetString(last.Args.Span).ShouldBe("{\"text\":\"1499\"}");
            var queue = await host.QueueAsync();
            (queue.Succeeded, queue.Running, queue.Waiting).ShouldBe((1500, 0, 0));
            host.Script.Begun.ShouldBe(0);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Deleting_the_oldest_part_of_the_journal_keeps_numbers_names_and_counters(TestDispatcher dispatcher, int seed)
    {
        for (var process = 0; process < 6; process++)
        {
            await using var system = await TestSystem.StartAsync(seed + process, dispatcher);
            var host = await JobHost.StartAsync(system, o => (o.TrimBytes, o.Retry.MaxAttempts) = (1, 1), _journal, _history);
            host.Script.Body = (context, _) => Task.FromResult(
                (context.Id.Value.ToByteArray()[15] % 3) switch { 0 => JobResult.Success, 1 => JobResult.Fail("no"), _ => JobResult.Cancel });
            var before = await host.QueueAsync();
            (before.Succeeded + before.Failed + before.Cancelled).ShouldBe(process * 200);
            for (var i = 0; i < 10; i++)
            {
                await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 20).Select(n => new Work($"{n}"))]);
                await system.AdvanceAsync(TimeSpan.FromSeconds(1)); // Until what has finished is in the history.
            }

            var after = await host.QueueAsync();
            (after.Waiting + after.Running + after.Scheduled).ShouldBe(0);
            (await _history.CountAsync(new HistoryFilter(), default)).ShouldBe((process + 1) * 200);
            (await _history.CountAsync(new HistoryFilter { State = JobState.Failed }, default)).ShouldBe(after.Failed);
            (await _history.CountAsync(new HistoryFilter { Type = "work", State = JobState.Cancelled }, default)).ShouldBe(after.Cancelled);
            (await _journal.ReadAsync("queue/default", 0, int.MaxValue, default)).Count.ShouldBeLessThan(60); // The next commit deletes those of the last burst.
        }
    }

    [Theory, OnEachDispatcher]
    public async Task An_idle_queue_that_is_opened_again_and_again_runs_nothing_twice(TestDispatcher dispatcher, int seed)
    {
        var id = default(JobId);
        for (var process = 0; process < 5; process++)
        {
            await using var system = await TestSystem.StartAsync(seed + process, dispatcher);
            var history = new FaultyHistory(system.System, _history);
            var host = await JobHost.StartAsync(system, journal: _journal, history: history);
            if (process == 0)
            {
                id = await host.EnqueueAsync();
            }

            await system.AdvanceAsync(TimeSpan.FromSeconds(5));
            host.Script.Begun.ShouldBe(process == 0 ? 1 : 0);
            (await host.QueueAsync()).Succeeded.ShouldBe(1);
            history.Written.ShouldAllBe(written => written == id);
        }
    }
}
