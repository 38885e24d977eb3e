using Actors.Jobs.Queues;
using Actors.Jobs.Tests.Faults;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests;

public sealed class CancelTests
{
    [Theory, OnEachDispatcher]
    public async Task A_job_that_waits_for_a_worker_or_for_its_time_is_cancelled_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        var before = await host.EnqueueAsync("before");
        var waiting = await host.EnqueueAsync("waiting");
        var after = await host.EnqueueAsync("after");
        var scheduled = await host.EnqueueAsync("scheduled", o => o.Delay(TimeSpan.FromMinutes(1)));
        foreach (var id in new[] { waiting, scheduled })
        {
            var status = await host.Jobs.CancelAsync(id, "not needed any more");
            (status.State, status.Attempts, status.Error, status.IsCancelling).ShouldBe((JobState.Cancelled, 0, "not needed any more", false));
            status.FinishedAt.ShouldBe(system.Time.GetUtcNow());
        }

        await host.StartConsumingAsync();
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));
        host.Script.Attempts.Select(a => a.Id).ShouldBe([before, after], ignoreOrder: true);
        (await host.QueueAsync()).Cancelled.ShouldBe(2);
        var finished = (await host.Jobs.History.FindAsync(waiting, default)).ShouldNotBeNull();
        (finished.State, finished.Error, finished.Attempts).ShouldBe((JobState.Cancelled, "not needed any more", 0));
        finished.Args.Length.ShouldBeGreaterThan(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_waits_for_its_next_attempt_is_cancelled_and_keeps_its_error_if_no_reason_is_given(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = static (_, _) => throw new InvalidOperationException("no luck");
        var id = await host.EnqueueAsync();
        await host.ReachAsync(id, JobState.Retrying);
        var status = await host.Jobs.CancelAsync(id);
        (status.State, status.Attempts).ShouldBe((JobState.Cancelled, 1));
        status.Error.ShouldNotBeNull().ShouldContain("no luck");
        await system.AdvanceAsync(TimeSpan.FromDays(1));
        host.Script.Begun.ShouldBe(1);
        (await host.StateAsync(id)).ShouldBe(JobState.Cancelled);
    }

    [Theory, OnEachDispatcher]
    public async Task The_token_of_a_running_job_is_cancelled_and_the_job_ends_cancelled(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var other = await host.EnqueueAsync("other");
        await host.ReachAsync(other, JobState.Succeeded);
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken);
        var id = await host.EnqueueAsync();
        var neighbour = await host.EnqueueAsync();
        await system.DrainAsync();
        var status = await host.Jobs.CancelAsync(id, "stop it");
        (status.State, status.IsCancelling).ShouldBe((JobState.Running, true));
        var ended = await host.ReachAsync(id, JobState.Cancelled);
        (ended.Attempts, ended.Error, ended.IsCancelling).ShouldBe((1, "stop it", false));
        (await host.StateAsync(neighbour)).ShouldBe(JobState.Running);
        (await host.StateAsync(other)).ShouldBe(JobState.Succeeded);
        await system.AdvanceAsync(TimeSpan.FromHours(2));
        (await host.QueueAsync()).Cancelled.ShouldBe(1);
        host.Script.Begun.ShouldBe(3);
    }

    [Theory, OnEachDispatcher]
    public async Task Whatever_a_cancelled_attempt_returns_the_job_ends_cancelled(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Workers = 10);
        var ends = new Queue<Func<Task>>(
        [
            () => Task.CompletedTask,
            () => throw new InvalidOperationException("It could not be undone."),
            () => Task.FromResult(JobResult.Snooze(TimeSpan.FromMinutes(1))),
            () => Task.FromResult(JobResult.Retry(TimeSpan.FromMinutes(1))),
        ]);
        var gate = new TaskCompletionSource();
        var began = 0;
        host.Script.Body = async (_, _) =>
        {
            var end = ends.ElementAt(Interlocked.Increment(ref began) - 1);
            await gate.Task; // Deaf to its token.
            await end();
        };
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 4).Select(n => new Work($"{n}"))]);
        await system.DrainAsync();
        foreach (var id in ids)
        {
            (await host.Jobs.CancelAsync(id, "enough")).IsCancelling.ShouldBeTrue();
            (await host.Jobs.CancelAsync(id, "again")).IsCancelling.ShouldBeTrue();
        }

        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.QueueAsync()).Running.ShouldBe(4);
        gate.SetResult();
        foreach (var id in ids)
        {
            (await host.ReachAsync(id, JobState.Cancelled)).Error.ShouldBe("enough");
        }

        await system.AdvanceAsync(TimeSpan.FromMinutes(5));
        host.Script.Begun.ShouldBe(4);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_was_granted_in_advance_never_begins(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 5));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromMinutes(1), system.Time, cancellationToken);
        await host.EnqueueAsync("running");
        await system.DrainAsync();
        var granted = await host.EnqueueAsync("granted");
        await system.DrainAsync();
        (await host.Jobs.CancelAsync(granted, "too late")).IsCancelling.ShouldBeTrue();
        (await host.ReachAsync(granted, JobState.Cancelled, TimeSpan.FromMinutes(2))).Attempts.ShouldBe(0);
        host.Script.Attempts.ShouldHaveSingleItem().Text.ShouldBe("running");
    }

    [Theory, OnEachDispatcher]
    public async Task What_has_finished_stays_as_it_is(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new FaultyHistory { Fault = new JournalUnavailableException("away") };
        var host = await JobHost.StartAsync(system, history: history);
        var id = await host.EnqueueAsync();
        await host.ReachAsync(id, JobState.Succeeded);
        (await host.Jobs.CancelAsync(id)).State.ShouldBe(JobState.Succeeded);
        (await host.Jobs.RetryAsync(id)).State.ShouldBe(JobState.Succeeded);
        history.Fault = null;
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));
        (await host.Jobs.CancelAsync(id)).State.ShouldBe(JobState.Succeeded);
        (await host.Jobs.RetryAsync(id)).State.ShouldBe(JobState.Succeeded);
        host.Script.Begun.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task An_unknown_job_can_be_neither_cancelled_nor_retried(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var id = JobId.Create(system.Time, system.System.Random);
        (await Expect.ThrowsAsync<UnknownJobException>(() => host.Jobs.CancelAsync(id))).Id.ShouldBe(id);
        (await Expect.ThrowsAsync<UnknownJobException>(() => host.Jobs.RetryAsync(id))).Id.ShouldBe(id);
    }

    [Theory, OnEachDispatcher]
    public async Task A_cancellation_is_answered_when_it_is_durable_and_not_before(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal);
        CancellationToken token = default;
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromHours(1), system.Time, token = cancellationToken);
        var id = await host.EnqueueAsync();
        await system.DrainAsync();
        journal.Hold();
        var cancel = host.Jobs.CancelAsync(id);
        await system.DrainAsync();
        (cancel.IsCompleted, token.IsCancellationRequested).ShouldBe((false, false));
        journal.Release();
        await cancel;
        await host.ReachAsync(id, JobState.Cancelled);
    }

    [Theory, OnEachDispatcher]
    public async Task A_cancellation_whose_outcome_is_unknown_can_be_repeated(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal, isConsumed: false);
        var id = await host.EnqueueAsync();
        journal.Hold();
        var cancel = host.Jobs.CancelAsync(id);
        await system.AdvanceAsync(TimeSpan.FromSeconds(45));
        var unknown = await Expect.ThrowsAsync<JobOutcomeUnknownException>(() => cancel);
        (unknown.Id, unknown.Message.Contains("change", StringComparison.Ordinal)).ShouldBe((id, true));
        journal.Release();
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await host.Jobs.CancelAsync(id)).State.ShouldBe(JobState.Cancelled);
    }

    [Theory, OnEachDispatcher]
    public async Task Nothing_is_cancelled_while_the_store_is_away(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal, isConsumed: false);
        var id = await host.EnqueueAsync();
        journal.OnAppend = static _ => AppendFault.Unavailable;
        var first = host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await Expect.ThrowsAsync<QueueUnavailableException>(() => host.Jobs.CancelAsync(id));
        await Expect.ThrowsAsync<QueueUnavailableException>(() => host.Jobs.RetryAsync(id));
        journal.OnAppend = static _ => AppendFault.None;
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        await first;
        (await host.StateAsync(id)).ShouldBe(JobState.Waiting);
    }

    [Theory, OnEachDispatcher]
    public async Task A_cancellation_survives_the_process_though_the_attempt_did_not_end(TestDispatcher dispatcher, int seed)
    {
        var (journal, history) = (new InMemoryJournal(), new InMemoryHistory());
        JobId id;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: journal, history: history);
            host.Script.Body = (_, _) => new TaskCompletionSource().Task; // Deaf to its token.
            id = await host.EnqueueAsync();
            await system.DrainAsync();
            (await host.Jobs.CancelAsync(id, "enough")).IsCancelling.ShouldBeTrue();
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: journal, history: history);
            (await host.ReachAsync(id, JobState.Cancelled)).Error.ShouldBe("enough");
            host.Script.Begun.ShouldBe(0);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_is_cancelled_though_its_own_enqueue_is_not_stored_yet(TestDispatcher dispatcher, int seed)
    {
        var (store, history) = (new InMemoryJournal(), new InMemoryHistory());
        var id = JobId.Create(TimeProvider.System, new Random(seed));
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var journal = new SimulatedJournal(system.System, store);
            var host = await JobHost.StartAsync(system, journal: journal, history: history, isConsumed: false);
            journal.Hold();
            var first = host.EnqueueAsync("first");
            await system.DrainAsync();
            var draft = new JobDraft(id, "work", 1, "{}"u8.ToArray(), TimeSpan.Zero, null);
            var enqueue = host.Jobs.OwnerOf("default").AskAsync(new QueueMessage.Enqueue([draft], id), Timeout.InfiniteTimeSpan);
            await system.DrainAsync();
            var cancel = host.Jobs.CancelAsync(id, "at once");
            await system.DrainAsync();
            journal.Release();
            await Task.WhenAll(first, enqueue);
            (await cancel).State.ShouldBe(JobState.Cancelled);
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: store, history: history);
            (await host.ReachAsync(id, JobState.Cancelled)).Error.ShouldBe("at once");
            host.Script.Attempts.ShouldHaveSingleItem().Text.ShouldBe("first");
        }

    }

    [Theory, OnEachDispatcher]
    public async Task A_callback_of_the_job_that_throws_when_the_token_is_cancelled_harms_nobody(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Workers = 1);
        host.Script.Body = async (_, cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(static () => throw new InvalidOperationException("callback"));
            await Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken);
        };
        var id = await host.EnqueueAsync();
        await system.DrainAsync();
        await host.Jobs.CancelAsync(id);
        await host.ReachAsync(id, JobState.Cancelled);
        await system.Log.ExpectAsync(3106);
        host.Script.Body = static (_, _) => Task.CompletedTask;
        await host.ReachAsync(await host.EnqueueAsync(), JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task A_thousand_jobs_can_be_cancelled_while_the_queue_works(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch, o.CacheBytes) = (3, 10, 500));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromMilliseconds(10), system.Time, cancellationToken);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 1000).Select(n => new Work($"{n}"))]);
        var random = new Random(seed);
        var cancelled = ids.Where(_ => random.Next(2) == 0).ToList();
        await Task.WhenAll(cancelled.OrderBy(_ => random.Next()).Select(id => host.Jobs.CancelAsync(id)));
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var queue = await host.QueueAsync();
        (queue.Succeeded + queue.Cancelled, queue.Waiting + queue.Running).ShouldBe((1000, 0));
        foreach (var id in ids.Except(cancelled))
        {
            (await host.StateAsync(id)).ShouldBe(JobState.Succeeded);
        }
    }
}
