using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Crashes;

/// <summary>
/// What follows when a process dies while jobs run. The end of a test system stands for its death, and what the dead process had begun is told to the next one.
/// </summary>
public sealed class SuspectTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task Jobs_that_had_begun_run_first_and_alone_and_those_granted_in_advance_are_no_suspects(TestDispatcher dispatcher, int seed)
    {
        var ids = await DieWithAsync(dispatcher, seed, jobs: 6, workers: 2);
        await using var system = await TestSystem.StartAsync(seed + 1, dispatcher);
        var host = await StartAsync(system, new Left([new(1, 1), new(2, 1)]));
        await host.StartConsumingAsync();
        await host.EnqueueAsync("new");
        await system.AdvanceAsync(0.5 * Second);
        (host.Script.Running, (await host.QueueAsync()).Suspects).ShouldBe((1, 2));
        await system.AdvanceAsync(Second);
        (host.Script.Running, (await host.QueueAsync()).Suspects).ShouldBe((1, 1));
        await system.AdvanceAsync(Second);
        (host.Script.Running, (await host.QueueAsync()).Suspects).ShouldBe((4, 0));
        host.Script.Attempts.Select(a => a.Id).Take(2).ShouldBe(ids.Take(2));
        host.Script.Attempts.ShouldAllBe(a => a.Number == 1);
        await system.AdvanceAsync(10 * Second);
        (await host.QueueAsync()).Succeeded.ShouldBe(7);
        await system.Log.ExpectAsync(3109);
    }

    [Theory, OnEachDispatcher]
    public async Task Without_knowing_what_had_begun_all_that_was_granted_runs_alone(TestDispatcher dispatcher, int seed)
    {
        await DieWithAsync(dispatcher, seed, jobs: 6, workers: 2);
        await using var system = await TestSystem.StartAsync(seed + 1, dispatcher);
        var left = new Left((IReadOnlySet<BegunAttempt>?)null);
        var host = await StartAsync(system, left);
        await host.StartConsumingAsync();
        await system.AdvanceAsync(0.5 * Second);
        (await host.QueueAsync()).Suspects.ShouldBe(4); // Two had begun and two were granted in advance.
        left.IsForgotten.ShouldBeTrue();
        await system.AdvanceAsync(4 * Second);
        host.Script.MostAtOnce.ShouldBe(2, "Four alone, and then the last two together.");
        (await host.QueueAsync()).Succeeded.ShouldBe(4);
    }

    [Theory, OnEachDispatcher]
    public async Task Other_queues_wait_until_no_suspect_is_left(TestDispatcher dispatcher, int seed)
    {
        await DieWithAsync(dispatcher, seed, jobs: 2, workers: 2);
        await using var system = await TestSystem.StartAsync(seed + 1, dispatcher);
        var host = await StartAsync(system, new Left([new(1, 1), new(2, 1)]));
        await host.StartConsumingAsync("second");
        await host.Jobs.EnqueueAsync(new Second());
        await system.DrainAsync();
        host.Script.Begun.ShouldBe(0, "The queue with suspects may be consumed any moment.");
        await host.StartConsumingAsync();
        await system.AdvanceAsync(1.5 * Second);
        host.Script.Attempts.Select(a => a.Text).ShouldBe(["0", "1"]);
        await system.AdvanceAsync(Second);
        host.Script.Attempts.Select(a => a.Text).ShouldBe(["0", "1", "second"]);
        host.Script.MostAtOnce.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task A_queue_with_suspects_that_nobody_consumes_does_not_hold_the_others_for_long(TestDispatcher dispatcher, int seed)
    {
        await DieWithAsync(dispatcher, seed, jobs: 2, workers: 2);
        await using var system = await TestSystem.StartAsync(seed + 1, dispatcher);
        var host = await StartAsync(system, new Left([new(1, 1), new(2, 1)]));
        host.Script.Body = (_, cancellationToken) => Task.Delay(3 * Second, system.Time, cancellationToken);
        await host.StartConsumingAsync("second");
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 30).Select(_ => new Second())]);
        await system.AdvanceAsync(5.1 * Second);
        host.Script.Running.ShouldBe(10);

        // When it is consumed after all, what runs may end, and nothing else begins.
        await host.StartConsumingAsync();
        await system.AdvanceAsync(2 * Second);
        (host.Script.Running, host.Script.Begun).ShouldBe((10, 10));
        await system.AdvanceAsync(1.5 * Second);
        (host.Script.Running, host.Script.Attempts[^1].Text).ShouldBe((1, "0"));
        await system.AdvanceAsync(6 * Second);
        host.Script.Running.ShouldBe(10);
        host.Script.Attempts.Skip(10).Take(2).Select(a => a.Text).ShouldBe(["0", "1"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_brings_the_process_down_again_and_again_is_quarantined_and_its_neighbours_are_not(TestDispatcher dispatcher, int seed)
    {
        // All run together, then each alone: the second is the one to blame.
        var ids = await DieWithAsync(dispatcher, seed, jobs: 3, workers: 3);
        var poison = ids[1];
        HashSet<BegunAttempt> left = [new(1, 1), new(2, 1), new(3, 1)];
        for (var crash = 1; crash <= 3; crash++)
        {
            await using var system = await TestSystem.StartAsync(seed + crash, dispatcher);
            var host = await StartAsync(system, new Left(left));
            host.Script.Body = (context, cancellationToken) =>
                context.Id == poison ? Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken) : Task.CompletedTask;
            await host.StartConsumingAsync();
            await system.AdvanceAsync(Second);
            host.Script.Running.ShouldBe(1);
            host.Script.Attempts.Count(a => a.Id == poison).ShouldBe(1);
            var status = await host.Jobs.GetAsync(poison);
            (status.State, status.Attempts).ShouldBe((JobState.Running, 0));
            left = [new(2, 1 + crash)];
        }

        await using (var system = await TestSystem.StartAsync(seed + 9, dispatcher))
        {
            var host = await StartAsync(system, new Left(left));
            await host.StartConsumingAsync();
            await host.EnqueueAsync("new");
            await system.AdvanceAsync(2 * Second);
            var status = await host.Jobs.GetAsync(poison);
            (status.State, status.Attempts).ShouldBe((JobState.Quarantined, 0));
            status.Error.ShouldBe("The process died 3 times while this job ran alone in it. RetryAsync lets it run again.");
            var queue = await host.QueueAsync();
            (queue.Quarantined, queue.Succeeded, queue.Suspects).ShouldBe((1, 3, 0));
            await system.Log.ExpectAsync(3110);
            await system.AdvanceAsync(TimeSpan.FromDays(1));
            host.Script.Attempts.Select(a => a.Text).ShouldBe(["2", "new"]);
        }

        await using (var system = await TestSystem.StartAsync(seed + 10, dispatcher))
        {
            // It is there to stay, until somebody asks for it.
            var host = await StartAsync(system, new Left([]));
            await host.StartConsumingAsync();
            (await host.StateAsync(poison)).ShouldBe(JobState.Quarantined);
            (await host.Jobs.RetryAsync(poison)).State.ShouldBe(JobState.Waiting);
            (await host.ReachAsync(poison, JobState.Succeeded)).Attempts.ShouldBe(1);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_quarantined_job_can_be_cancelled(TestDispatcher dispatcher, int seed)
    {
        var id = (await DieWithAsync(dispatcher, seed, jobs: 1, workers: 1))[0];
        HashSet<BegunAttempt> left = [new(1, 1)];
        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await StartAsync(system, new Left(left), o => o.QuarantineAfter = 1);
            host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken);
            await host.StartConsumingAsync();
            await system.AdvanceAsync(Second);
        }

        await using (var system = await TestSystem.StartAsync(seed + 2, dispatcher))
        {
            var host = await StartAsync(system, new Left([new(1, 2)]), o => o.QuarantineAfter = 1);
            await host.ReachAsync(id, JobState.Quarantined);
            (await host.Jobs.CancelAsync(id, "bad data")).State.ShouldBe(JobState.Cancelled);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_suspect_that_ends_alone_is_cleared_and_does_not_run_alone_again(TestDispatcher dispatcher, int seed)
    {
        await DieWithAsync(dispatcher, seed, jobs: 2, workers: 2);
        await using var system = await TestSystem.StartAsync(seed + 1, dispatcher);
        var host = await StartAsync(system, new Left([new(1, 1), new(2, 1)]));
        host.Script.Body = (context, cancellationToken) => context.Attempt == 1
            ? throw new InvalidOperationException("no")
            : Task.Delay(Second, system.Time, cancellationToken);
        await host.StartConsumingAsync();
        await system.DrainAsync();
        var queue = await host.QueueAsync();
        (queue.Retrying, queue.Suspects).ShouldBe((2, 0));
        await system.AdvanceAsync(1.5 * Second);
        host.Script.MostAtOnce.ShouldBe(2);
    }

    [Theory, OnEachDispatcher]
    public async Task A_suspect_without_a_handler_here_holds_nobody_up(TestDispatcher dispatcher, int seed)
    {
        await DieWithAsync(dispatcher, seed, jobs: 2, workers: 2);
        await using var system = await TestSystem.StartAsync(seed + 1, dispatcher);
        var host = await JobHost.StartAsync(
            system, journal: _journal, history: _history, isConsumed: false, handlers: [], begun: new Left([new(1, 1), new(2, 1)]));
        await host.StartConsumingAsync();
        await host.StartConsumingAsync("second");
        await host.Jobs.EnqueueAsync(new Second());
        await system.AdvanceAsync(Second);
        host.Script.Attempts.ShouldHaveSingleItem().Text.ShouldBe("second");
        var queue = await host.QueueAsync();
        (queue.Waiting, queue.Suspects).ShouldBe((2, 2));
    }

    [Theory, OnEachDispatcher]
    public async Task Cancelling_the_last_suspect_lets_the_others_go_on(TestDispatcher dispatcher, int seed)
    {
        var ids = await DieWithAsync(dispatcher, seed, jobs: 3, workers: 2);
        await using var system = await TestSystem.StartAsync(seed + 1, dispatcher);
        var host = await StartAsync(system, new Left([new(1, 1), new(2, 1)]));
        host.Script.Body = (context, cancellationToken) =>
            context.Id == ids[0] ? Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken) : Task.CompletedTask;
        await host.StartConsumingAsync();
        await system.AdvanceAsync(Second);
        host.Script.Begun.ShouldBe(1);
        (await host.Jobs.CancelAsync(ids[1])).State.ShouldBe(JobState.Cancelled);
        await system.AdvanceAsync(Second);
        host.Script.Begun.ShouldBe(1);
        (await host.Jobs.CancelAsync(ids[0])).IsCancelling.ShouldBeTrue();
        await host.ReachAsync(ids[2], JobState.Succeeded);
        (await host.QueueAsync()).Cancelled.ShouldBe(2);
    }

    [Theory, OnEachDispatcher]
    public async Task A_stop_lets_the_others_go_on_and_the_suspects_stay_so(TestDispatcher dispatcher, int seed)
    {
        await DieWithAsync(dispatcher, seed, jobs: 2, workers: 2);
        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await StartAsync(system, new Left([new(1, 1), new(2, 1)]), o => o.StopTimeout = TimeSpan.Zero);
            host.Script.Body = (context, cancellationToken) =>
                context.Type == "work" ? Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken) : Task.CompletedTask;
            await host.StartConsumingAsync();
            await host.Jobs.EnqueueAsync(new Second());
            await system.AdvanceAsync(Second);
            host.Script.Attempts.ShouldHaveSingleItem().Text.ShouldBe("0");
            await host.BeginStopAsync();
            await system.AdvanceAsync(Second);
            await host.Stopped;
            await (await host.ConsumeAgainAsync("second")).System.AdvanceAsync(Second);
            host.Script.Attempts[^1].Text.ShouldBe("second");
            (await host.QueueAsync()).Suspects.ShouldBe(2);
        }

        await using (var system = await TestSystem.StartAsync(seed + 2, dispatcher))
        {
            // What was cut short by a stop does not count, and what waited alone waits alone yet.
            var host = await StartAsync(system, new Left([]));
            await host.StartConsumingAsync();
            await system.AdvanceAsync(10 * Second);
            (host.Script.MostAtOnce, host.Script.Begun).ShouldBe((1, 2));
            (await host.QueueAsync()).Succeeded.ShouldBe(2);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task When_the_owner_of_the_queue_fails_nobody_is_a_suspect(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Workers = 4);
        host.Script.Body = (_, cancellationToken) => Task.Delay(5 * Second, system.Time, cancellationToken);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 4).Select(n => new Work($"{n}"))]);
        await system.AdvanceAsync(Second);
        host.Jobs.OwnerOf("default").Tell(new Actors.Jobs.Queues.QueueMessage.Enqueue(null!, default));
        await system.AdvanceAsync(2 * Second);
        (host.Script.Begun, (await host.QueueAsync()).Suspects).ShouldBe((8, 0));
    }

    [Theory, OnEachDispatcher]
    public async Task An_owner_that_fails_while_a_suspect_runs_alone_begins_anew_with_it(TestDispatcher dispatcher, int seed)
    {
        await DieWithAsync(dispatcher, seed, jobs: 3, workers: 2);
        await using var system = await TestSystem.StartAsync(seed + 1, dispatcher);
        var host = await StartAsync(system, new Left([new(1, 1), new(2, 1)]));
        await host.StartConsumingAsync();
        await system.AdvanceAsync(0.5 * Second);
        host.Jobs.OwnerOf("default").Tell(new Actors.Jobs.Queues.QueueMessage.Enqueue(null!, default));
        await system.AdvanceAsync(20 * Second);
        var queue = await host.QueueAsync();
        (queue.Succeeded, queue.Quarantined, queue.Suspects).ShouldBe((3, 0, 0));
        host.Script.MostAtOnce.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task What_the_last_process_left_is_remembered_until_the_suspicion_is_durable(TestDispatcher dispatcher, int seed)
    {
        await DieWithAsync(dispatcher, seed, jobs: 1, workers: 1);
        await using var system = await TestSystem.StartAsync(seed + 1, dispatcher);
        var journal = new SimulatedJournal(system.System, _journal);
        journal.Hold();
        var left = new Left([new(1, 1)]);
        var host = await JobHost.StartAsync(system, journal: journal, history: _history, isConsumed: false, begun: left);
        await system.AdvanceAsync(Second);
        left.IsForgotten.ShouldBeFalse();
        journal.Release();
        await system.AdvanceAsync(Second);
        left.IsForgotten.ShouldBeTrue();
        (await host.QueueAsync()).Suspects.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task Suspects_of_a_paused_queue_keep_no_other_queue_waiting(TestDispatcher dispatcher, int seed)
    {
        var ids = await DieWithAsync(dispatcher, seed, jobs: 1, workers: 1);
        await using var system = await TestSystem.StartAsync(seed + 1, dispatcher);
        var host = await StartAsync(system, new Left([new(1, 1)]));
        await host.Jobs.PauseAsync("default");
        await host.StartConsumingAsync();
        await host.StartConsumingAsync("second");
        await host.Jobs.EnqueueAsync(new Second());
        await system.AdvanceAsync(5 * Second);
        host.Script.Attempts.Select(a => a.Text).ShouldBe(["second"]);
        (await host.QueueAsync()).Suspects.ShouldBe(1);
        await host.Jobs.ResumeAsync("default");
        await host.ReachAsync(ids[0], JobState.Succeeded);
    }

    /// <summary>A process that dies while as many jobs run as there are workers, and as many more are granted.</summary>
    private async Task<IReadOnlyList<JobId>> DieWithAsync(TestDispatcher dispatcher, int seed, int jobs, int workers)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (workers, workers), _journal, _history);
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, jobs).Select(n => new Work($"{n}"))]);
        await system.AdvanceAsync(Second);
        host.Script.Running.ShouldBe(Math.Min(jobs, workers));
        return ids;
    }

    private async Task<JobHost> StartAsync(TestSystem system, Left left, Action<QueueOptions>? configure = null)
    {
        var host = await JobHost.StartAsync(
            system,
            o =>
            {
                o.Workers = 4;
                configure?.Invoke(o);
            },
            _journal,
            _history,
            isConsumed: false,
            begun: left);
        host.Script.Body = (_, cancellationToken) => Task.Delay(Second, system.Time, cancellationToken);
        return host;
    }

    /// <summary>Says what the last process had begun in the queue "default".</summary>
    private sealed class Left(IReadOnlySet<BegunAttempt>? left) : IBegunAttempts
    {
        private readonly InMemoryBegunAttempts _others = new();

        public Left(BegunAttempt[] left)
            : this(left.ToHashSet())
        {
        }

        public bool IsForgotten { get; private set; }

        public IBegunTable Open(string queue, int slots) => queue == "default" ? new Table(this, left) : _others.Open(queue, slots);

        private sealed class Table(Left owner, IReadOnlySet<BegunAttempt>? left) : IBegunTable
        {
            public IReadOnlySet<BegunAttempt>? Left { get; private set; } = left;

            public bool IsStopping { get; set; }

            public void Forget()
            {
                Left = new HashSet<BegunAttempt>();
                owner.IsForgotten = true;
            }

            public void Begin(int slot, long number, int grant) => Left.ShouldNotBeNull().ShouldBeEmpty();

            public void End(int slot, long number, int grant)
            {
            }
        }
    }
}
