using Actors.Jobs.Tests.Faults;
using Actors.Jobs.Tests.Searching;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Operating;

/// <summary>Changes of all jobs that match a filter.</summary>
public sealed class BulkTests
{
    private static readonly JobFilter Tagged = new() { Tag = "t" };

    [Theory, OnEachDispatcher]
    public async Task More_jobs_than_were_counted_are_refused_and_none_is_changed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        await EnqueueAsync(host, 3);
        await host.Jobs.EnqueueAsync(new Second(), o => o.Tag("t"));
        var refused = await Expect.ThrowsAsync<TooManyJobsException>(() => host.Jobs.CancelManyAsync(Tagged, 3));
        (refused.Matched, refused.AtMost).ShouldBe((4, 3));
        refused.Message.ShouldBe("The filter matches 4 jobs that can be changed so, more than the 3 that were expected. Nothing was changed. Count them with CountAsync, and name that number if they are meant.");
        (await host.Jobs.CountAsync(Tagged with { States = [JobState.Waiting] })).ShouldBe(4);
        (await host.Jobs.CancelManyAsync(Tagged, await host.Jobs.CountAsync(Tagged), "not wanted")).ShouldBe(new BulkResult(4, 4));
        await host.System.DrainAsync();
        (await host.Jobs.SearchAsync(Tagged)).Jobs.ShouldAllBe(job => job.State == JobState.Cancelled && job.Error == "not wanted");
    }

    [Theory, OnEachDispatcher]
    public async Task A_filter_that_matches_every_job_must_say_so(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        await EnqueueAsync(host, 2);
        foreach (var change in Changes(host, new JobFilter(), 100))
        {
            (await Expect.ThrowsAsync<ArgumentException>(change)).Message.ShouldStartWith(
                "The filter matches every job of every queue, and nothing was changed. Name a queue, a type, a state or the like; or say JobFilter.Everything if all are meant.");
        }

        (await host.QueueAsync()).Waiting.ShouldBe(2);
        (await host.Jobs.CancelManyAsync(JobFilter.Everything, 2)).Changed.ShouldBe(2);
    }

    [Theory, OnEachDispatcher]
    public async Task A_filter_that_cannot_be_meant_is_refused(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.CancelManyAsync(new JobFilter { States = [JobState.Succeeded] }, 1))).Message.ShouldStartWith(
            "The filter names only jobs that are Succeeded, which cannot be cancelled; those that are Scheduled, Waiting, Running, Retrying,");
        (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.RetryManyAsync(new JobFilter { States = [JobState.Failed] }, 1))).Message.ShouldContain("cannot be retried now; those that are Scheduled, Retrying, Parked, Quarantined can");
        (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.RunAgainManyAsync(new JobFilter { States = [JobState.Waiting] }, 1))).Message.ShouldContain("cannot be run again");
        foreach (var change in Changes(host, Tagged, -1))
        {
            (await Expect.ThrowsAsync<ArgumentOutOfRangeException>(change)).ParamName.ShouldBe("atMost");
        }

        foreach (var change in Changes(host, new JobFilter { Queue = "emials" }, 1))
        {
            await Expect.ThrowsAsync<UnknownQueueException>(change);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Cancelling_ends_what_waits_tells_what_runs_and_leaves_what_has_finished(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 0));
        var done = (await EnqueueAsync(host, 1))[0];
        await host.ReachAsync(done, JobState.Succeeded);
        host.Script.Body = (_, cancellationToken) => host.Script.WaitAsync(cancellationToken);
        var runs = (await EnqueueAsync(host, 1))[0];
        await host.ReachAsync(runs, JobState.Running);
        var waits = (await EnqueueAsync(host, 1))[0];
        var later = await host.EnqueueAsync(configure: o => o.Tag("t").Delay(TimeSpan.FromHours(1)));
        var other = await host.EnqueueAsync();
        (await host.Jobs.CancelManyAsync(Tagged, 4, "enough")).ShouldBe(new BulkResult(3, 3));
        await host.ReachAsync(runs, JobState.Cancelled);
        (await host.StateAsync(waits)).ShouldBe(JobState.Cancelled);
        (await host.StateAsync(later)).ShouldBe(JobState.Cancelled);
        (await host.StateAsync(done)).ShouldBe(JobState.Succeeded);
        await host.ReachAsync(other, JobState.Running);
        (await host.Jobs.CancelManyAsync(Tagged, 4)).ShouldBe(new BulkResult(0, 0));
    }

    [Theory, OnEachDispatcher]
    public async Task Retrying_lets_those_run_that_wait_for_their_time(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.Backoff.Min = o.Retry.Backoff.Max = TimeSpan.FromHours(1));
        host.Script.Body = static (_, _) => throw new TimeoutException("no answer");
        var failed = await EnqueueAsync(host, 5);
        foreach (var id in failed)
        {
            await host.ReachAsync(id, JobState.Retrying);
        }

        host.Script.Body = static (_, _) => Task.CompletedTask;
        (await host.Jobs.RetryManyAsync(Tagged with { States = [JobState.Retrying] }, 5)).ShouldBe(new BulkResult(5, 5));
        foreach (var id in failed)
        {
            await host.ReachAsync(id, JobState.Succeeded);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task What_has_failed_is_run_again_once_each_also_when_it_is_asked_for_twice(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        var done = (await EnqueueAsync(host, 1))[0];
        await host.ReachAsync(done, JobState.Succeeded);
        host.Script.Body = static (_, _) => throw new TimeoutException("no answer");
        var failed = await EnqueueAsync(host, 70);
        foreach (var id in failed)
        {
            await host.ReachAsync(id, JobState.Failed);
        }

        host.Script.Body = static (_, _) => Task.CompletedTask;
        await Expect.ThrowsAsync<TooManyJobsException>(() => system.ResultAsync(host.Jobs.RunAgainManyAsync(Tagged, 69)));
        (await system.ResultAsync(host.Jobs.RunAgainManyAsync(Tagged, 70))).ShouldBe(new BulkResult(70, 70));
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        (await system.ResultAsync(host.Jobs.RunAgainManyAsync(Tagged, 70))).ShouldBe(new BulkResult(70, 0));
        (await system.ResultAsync(host.Jobs.RunAgainManyAsync(new JobFilter { Queue = "default" }, 70))).Unchanged.ShouldBe(70);
        host.Script.Begun.ShouldBe(1 + 70 + 70);
    }

    [Theory, OnEachDispatcher]
    public async Task Deleting_leaves_nothing_of_live_and_finished_jobs_also_of_those_on_their_way_to_the_history(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stored = new InMemoryHistory();
        var history = new FaultyHistory(system.System, stored);
        var host = await JobHost.StartAsync(system, history: history);
        var old = await EnqueueAsync(host, 3);
        foreach (var id in old)
        {
            await host.ReachAsync(id, JobState.Succeeded);
        }

        // As long as their owner has not heard that the history has them, they are counted twice.
        for (var waits = 0; await stored.CountAsync(new HistoryFilter(), default) < 3 || await host.Jobs.CountAsync(Tagged) > 3; waits++)
        {
            waits.ShouldBeLessThan(10_000);
            await system.AdvanceAsync(TimeSpan.FromMilliseconds(10));
        }

        history.Gate = new TaskCompletionSource();
        var leaving = await EnqueueAsync(host, 3);
        foreach (var id in leaving)
        {
            await host.ReachAsync(id, JobState.Succeeded);
        }

        var later = await host.EnqueueAsync(configure: o => o.Tag("t").Delay(TimeSpan.FromHours(1)));
        var other = await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromHours(1)));
        history.Counted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var deleting = host.Jobs.DeleteManyAsync(Tagged, 7);
        await system.WhenAsync(history.Counted.Task); // Before they move on.
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        deleting.IsCompleted.ShouldBeFalse();
        var gate = history.Gate;
        history.Gate = null;
        gate.SetResult();
        (await system.ResultAsync(deleting)).ShouldBe(new BulkResult(7, 7));
        foreach (var id in old.Concat(leaving).Append(later))
        {
            (await host.Jobs.FindAsync(id)).ShouldBeNull();
        }

        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await stored.CountAsync(new HistoryFilter(), default)).ShouldBe(0);
        (await host.StateAsync(other)).ShouldBe(JobState.Scheduled);
        (await system.ResultAsync(host.Jobs.DeleteManyAsync(Tagged, 0))).ShouldBe(new BulkResult(0, 0));
    }

    [Theory, OnEachDispatcher]
    public async Task Random_filters_change_what_a_look_at_each_job_finds_and_nothing_else(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var world = await SearchWorld.StartAsync(system, seed);
        for (var round = 0; round < 12; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                await world.StepAsync();
            }

            await system.DrainAsync();
            var filter = world.RandomFilter(isLasting: true);
            filter = filter.IsEmpty ? JobFilter.Everything : filter;
            var expected = (await world.ExpectedAsync(filter)).ToHashSet();
            var before = new Dictionary<JobId, JobStatus>();
            foreach (var fact in world.Facts)
            {
                before[fact.Id] = await world.Host.Jobs.GetAsync(fact.Id);
            }

            var isCancel = round % 2 == 0;
            var live = before.Values.Where(job => expected.Contains(job.Id) && (isCancel ? job.FinishedAt is null : job.State is JobState.Scheduled or JobState.Retrying)).ToList();
            var result = await system.ResultAsync(isCancel
                ? world.Host.Jobs.CancelManyAsync(filter, live.Count, $"in bulk {round}")
                : world.Host.Jobs.RetryManyAsync(filter, live.Count));
            result.ShouldBe(new BulkResult(live.Count, live.Count(job => !job.IsCancelling)), $"{filter} [seed {seed}]");
            if (isCancel)
            {
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(100));
                foreach (var (id, job) in before)
                {
                    (await world.Host.StateAsync(id) == JobState.Cancelled && (await world.Host.Jobs.GetAsync(id)).Error == $"in bulk {round}")
                        .ShouldBe(live.Contains(job) && !job.IsCancelling, $"{job}; {filter} [seed {seed}]");
                }
            }
        }
    }

    [Theory, OnEachDispatcher]
    public async Task It_is_done_in_small_commits_with_others_between_them_and_what_was_done_survives(TestDispatcher dispatcher, int seed)
    {
        const int Jobs = 5_500;
        var (stored, history) = (new InMemoryJournal(), new InMemoryHistory());
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var journal = new SimulatedJournal(system.System, stored) { Latency = TimeSpan.FromMilliseconds(5) };
            var host = await JobHost.StartAsync(system, journal: journal, history: history);
            await system.ResultAsync(host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, Jobs).Select(_ => new Work())], o => o.Tag("t").Delay(TimeSpan.FromHours(1))));
            var appends = 0;
            journal.OnAppend = _ => Interlocked.Increment(ref appends) > 2 ? AppendFault.Unavailable : AppendFault.None;
            var interrupted = await Expect.ThrowsAsync<BulkInterruptedException>(() => system.WhenAsync(host.Jobs.CancelManyAsync(Tagged, Jobs), TimeSpan.FromMinutes(2)));
            interrupted.SoFar.Matched.ShouldBe(Jobs);
            interrupted.SoFar.Changed.ShouldBeInRange(1, Jobs - 1);
            interrupted.Message.ShouldStartWith($"It ended after {interrupted.SoFar.Changed:N0} of 5,500 jobs, which stay changed; do it again for the rest. ");
            journal.OnAppend = static _ => AppendFault.None;
            await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var journal = new SimulatedJournal(system.System, stored) { Latency = TimeSpan.FromMilliseconds(5) };
            var host = await JobHost.StartAsync(system, journal: journal, history: history);
            await system.DrainAsync();
            var left = await host.Jobs.CountAsync(Tagged with { States = [JobState.Scheduled] });
            left.ShouldBeInRange(1, Jobs - 1);
            var commits = journal.Commits;
            var again = host.Jobs.CancelManyAsync(Tagged, left);
            var other = await system.ResultAsync(host.EnqueueAsync());
            await host.ReachAsync(other, JobState.Succeeded);
            again.IsCompleted.ShouldBeFalse(); // Somebody else's job ran before all were changed.
            (await system.ResultAsync(again)).ShouldBe(new BulkResult(left, left));
            (journal.Commits - commits).ShouldBeGreaterThanOrEqualTo(left / 1_000);
            (await host.Jobs.CountAsync(Tagged with { States = [JobState.Cancelled] })).ShouldBeGreaterThanOrEqualTo(Jobs);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task What_does_not_match_any_more_when_its_turn_comes_is_left_alone_and_said(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal, isConsumed: false);
        var ids = new List<JobId>();
        for (var i = 0; i < 3; i++)
        {
            ids.AddRange(await system.ResultAsync(EnqueueAsync(host, 800)));
        }

        // The last is cancelled by somebody else, and one comes, when they have been counted.
        var appends = 0;
        var (between, late) = (Task.CompletedTask, Task.CompletedTask);
        journal.OnAppend = _ =>
        {
            if (Interlocked.Increment(ref appends) == 1)
            {
                (between, late) = (host.Jobs.CancelAsync(ids[^1], "by somebody else"), host.EnqueueAsync("late", o => o.Tag("t")));
            }

            return AppendFault.None;
        };
        var result = await system.ResultAsync(host.Jobs.CancelManyAsync(Tagged, 2_400));
        await system.WhenAsync(Task.WhenAll(between, late));
        (result, result.Unchanged).ShouldBe((new BulkResult(2_400, 2_399), 1));
        (await host.Jobs.GetAsync(ids[^1])).Error.ShouldBe("by somebody else");
        (await host.QueueAsync()).ShouldSatisfyAllConditions(queue => queue.Cancelled.ShouldBe(2_400), queue => queue.Waiting.ShouldBe(1));
    }

    [Theory, OnEachDispatcher]
    public async Task What_was_asked_to_end_early_goes_on_when_it_is_asked_for_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System) { Latency = TimeSpan.FromMilliseconds(5) };
        var host = await JobHost.StartAsync(system, journal: journal);
        await system.ResultAsync(host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 4_000).Select(_ => new Work())], o => o.Tag("t").Delay(TimeSpan.FromHours(1))));
        using var enough = new CancellationTokenSource();
        var appends = 0;
        journal.OnAppend = _ =>
        {
            if (Interlocked.Increment(ref appends) == 2)
            {
                enough.Cancel();
            }

            return AppendFault.None;
        };
        await Expect.ThrowsAsync<OperationCanceledException>(() => system.WhenAsync(host.Jobs.DeleteManyAsync(Tagged, 4_000, enough.Token)));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var left = await host.Jobs.CountAsync(Tagged);
        left.ShouldBeInRange(1, 3_999);
        (await system.ResultAsync(host.Jobs.DeleteManyAsync(Tagged, left))).ShouldBe(new BulkResult(left, left));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.Jobs.CountAsync(Tagged)).ShouldBe(0);
    }

    private static Func<Task>[] Changes(JobHost host, JobFilter filter, long atMost) =>
    [
        () => host.Jobs.CancelManyAsync(filter, atMost),
        () => host.Jobs.RetryManyAsync(filter, atMost),
        () => host.Jobs.RunAgainManyAsync(filter, atMost),
        () => host.Jobs.DeleteManyAsync(filter, atMost),
    ];

    private static Task<IReadOnlyList<JobId>> EnqueueAsync(JobHost host, int count) =>
        host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, count).Select(n => new Work($"{n}"))], o => o.Tag("t"));
}
