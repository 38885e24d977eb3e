using Actors.Jobs.Queues;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Moving;

/// <summary>Jobs that have left one queue and not arrived in the other, and those that others wait for.</summary>
public sealed class OnTheWayTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task While_the_other_queue_cannot_store_it_a_job_is_found_in_the_old_one_and_does_not_run(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System, _journal);
        var host = await MovingHost.StartAsync(system, journal, _history);
        var id = await host.EnqueueAsync();
        await CloseAsync(host, journal);
        var moving = BeginAsync(host, id);
        await UntilAsync(system, async () => (await host.Jobs.WhyAsync(id)).Kind == JobReasonKind.Moving);
        (await host.Jobs.WhyAsync(id)).Text.ShouldBe("It is on its way to queue 'b', which has not stored it yet.");
        var cancelling = host.Jobs.CancelAsync(id, "not wanted");
        await host.Jobs.ResumeAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await host.Jobs.GetAsync(id)).ShouldSatisfyAllConditions(job => job.Queue.ShouldBe("a"), job => job.State.ShouldBe(JobState.Waiting));
        (moving.IsCompleted, cancelling.IsCompleted, host.Script.Begun).ShouldBe((false, false, 0));

        // What was asked meanwhile reaches it where it is then.
        journal.OnOpen = _ => null;
        await system.WhenAsync(Task.WhenAll(moving, cancelling), TimeSpan.FromMinutes(5));
        (await moving).Status.ShouldNotBeNull().Queue.ShouldBe("b");
        var cancelled = await cancelling;
        (cancelled.Queue, cancelled.State, cancelled.Error).ShouldBe(("b", JobState.Cancelled, "not wanted"));
        host.Script.Begun.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task Nobody_waits_for_ever_and_the_job_arrives_all_the_same(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System, _journal);
        var host = await MovingHost.StartAsync(system, journal, _history);
        var id = await host.EnqueueAsync();
        await CloseAsync(host, journal);
        var moving = Expect.ThrowsAsync<JobOutcomeUnknownException>(() => BeginAsync(host, id));
        await UntilAsync(system, async () => (await host.Jobs.WhyAsync(id)).Kind == JobReasonKind.Moving);
        var cancelling = Expect.ThrowsAsync<QueueUnavailableException>(() => host.Jobs.CancelAsync(id));
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await moving).Message.ShouldContain($"{id}");
        (await cancelling).Message.ShouldContain("is on its way to queue 'b', which has not answered.");
        (await Expect.ThrowsAsync<QueueUnavailableException>(() => host.Jobs.MoveAsync(id, "b"))).Queue.ShouldBe("b", "It says at once that it cannot.");
        journal.OnOpen = _ => null;
        await UntilAsync(system, async () => (await host.Jobs.GetAsync(id)).Queue == "b");
        (await host.Jobs.MoveAsync(id, "b")).Queue.ShouldBe("b");
        await host.ResumeAsync();
        await host.FinishAsync(id);
        host.Script.Begun.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task A_process_that_ends_with_a_job_on_its_way_leaves_it_to_the_next(TestDispatcher dispatcher, int seed)
    {
        JobId id, later;
        TimeSpan elapsed;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var journal = new SimulatedJournal(system.System, _journal);
            var host = await MovingHost.StartAsync(system, journal, _history);
            id = await host.EnqueueAsync();
            later = await host.EnqueueAsync("later", o => o.Delay(TimeSpan.FromHours(1)));
            await CloseAsync(host, journal);
            var moving = Expect.ThrowsAsync<JobException>(() => BeginAsync(host, id));
            var alsoMoving = Expect.ThrowsAsync<JobException>(() => BeginAsync(host, later));
            await UntilAsync(system, async () => (await host.Jobs.WhyAsync(later)).Kind == JobReasonKind.Moving && (await host.Jobs.WhyAsync(id)).Kind == JobReasonKind.Moving);
            await system.AdvanceAsync(TimeSpan.FromMinutes(1));
            await moving;
            await alsoMoving;
            elapsed = system.Time.Elapsed;
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            await system.AdvanceAsync(elapsed);
            var host = await MovingHost.StartAsync(system, _journal, _history, isPaused: false);
            await host.ResumeAsync();
            (await host.FinishAsync(id)).Queue.ShouldBe("b");
            (await host.Jobs.GetAsync(later)).Queue.ShouldBe("b");
            await system.AdvanceAsync(TimeSpan.FromHours(1));
            (await host.FinishAsync(later)).Queue.ShouldBe("b");
            host.Script.Begun.ShouldBe(2);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Where_the_other_queue_is_not_in_the_next_process_the_job_waits_for_one_that_has_it(TestDispatcher dispatcher, int seed)
    {
        JobId id;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var journal = new SimulatedJournal(system.System, _journal);
            var host = await MovingHost.StartAsync(system, journal, _history);
            id = await host.EnqueueAsync();
            await CloseAsync(host, journal);
            var moving = Expect.ThrowsAsync<JobException>(() => BeginAsync(host, id));
            await UntilAsync(system, async () => (await host.Jobs.WhyAsync(id)).Kind == JobReasonKind.Moving);
            await system.AdvanceAsync(TimeSpan.FromMinutes(1));
            await moving;
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            await system.AdvanceAsync(TimeSpan.FromHours(1));
            var host = await MovingHost.StartAsync(system, _journal, _history, queues: "ac");
            await host.ResumeAsync();
            await system.AdvanceAsync(TimeSpan.FromMinutes(1));
            (await host.Jobs.WhyAsync(id)).Text.ShouldBe("It is on its way to queue 'b', which has not stored it yet, and which this process does not have.");
            host.Script.Begun.ShouldBe(0, "The other queue may have it.");
        }

        await using (var system = await TestSystem.StartAsync(seed + 2, dispatcher))
        {
            await system.AdvanceAsync(TimeSpan.FromHours(2));
            var host = await MovingHost.StartAsync(system, _journal, _history);
            await host.ResumeAsync();
            (await host.FinishAsync(id)).Queue.ShouldBe("b");
            host.Script.Begun.ShouldBe(1);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Jobs_of_any_queue_go_on_waiting_for_one_that_is_moved(TestDispatcher dispatcher, int seed)
    {
        JobId parent;
        var children = new List<JobId>();
        TimeSpan elapsed;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await MovingHost.StartAsync(system, _journal, _history, KeepNone);
            parent = await host.EnqueueAsync("parent", o => o.Delay(TimeSpan.FromHours(1)));
            foreach (var queue in host.Jobs.Queues)
            {
                children.Add(await host.EnqueueAsync("child", o => o.After(parent), queue));
            }

            await host.Jobs.MoveAsync(parent, "b");
            children.Add(await host.EnqueueAsync("late child", o => o.After(parent), "c"));
            await host.Jobs.MoveAsync(parent, "c");
            await host.Jobs.MoveAsync(children[0], "b");
            await system.DrainAsync();
            foreach (var child in children)
            {
                (await host.Jobs.GetAsync(child)).State.ShouldBe(JobState.Awaiting);
            }

            elapsed = system.Time.Elapsed;
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            await system.AdvanceAsync(elapsed);
            var host = await MovingHost.StartAsync(system, _journal, _history, KeepNone, isPaused: false);
            await host.ResumeAsync();
            await system.AdvanceAsync(TimeSpan.FromMinutes(30));
            host.Script.Begun.ShouldBe(0);
            host.Restart("c");
            await system.AdvanceAsync(TimeSpan.FromMinutes(40));
            foreach (var child in children)
            {
                (await host.Jobs.FindAsync(child)).ShouldBeNull("They have succeeded, which is not kept.");
            }

            host.Script.Attempts.Select(attempt => attempt.Text).Order().ShouldBe(["child", "child", "child", "late child", "parent"]);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Who_waits_for_its_end_is_told_from_where_it_is_then(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await MovingHost.StartAsync(system);
        var id = await host.EnqueueAsync();
        var waiting = host.Jobs.WaitAsync(id);
        await system.DrainAsync();
        await host.Jobs.MoveAsync(id, "b");
        await host.ResumeAsync();
        await system.WhenAsync(waiting, TimeSpan.FromMinutes(1));
        var end = await waiting;
        (end.Queue, end.State).ShouldBe(("b", JobState.Succeeded));
    }

    private static void KeepNone(string name, QueueOptions options) => (options.KeepSucceeded, options.TrimBytes) = (false, 100);

    /// <summary>The other queue fails, and cannot be recovered.</summary>
    private static async Task CloseAsync(MovingHost host, SimulatedJournal journal)
    {
        journal.OnOpen = id => id == "queue/b" ? new JournalUnavailableException("planned") : null;
        host.Restart("b");
        await host.System.AdvanceAsync(TimeSpan.FromSeconds(5));
    }

    /// <summary>As if the other queue had failed a moment later.</summary>
    private static Task<QueueMessage.JobFound> BeginAsync(MovingHost host, JobId id) =>
        host.Jobs.OwnerOf("a").AskAsync(new QueueMessage.MoveJob(id, "b"), Timeout.InfiniteTimeSpan);

    private static async Task UntilAsync(TestSystem system, Func<Task<bool>> isSo)
    {
        for (var left = 200; !await isSo(); left--)
        {
            left.ShouldBePositive();
            await system.AdvanceAsync(TimeSpan.FromMilliseconds(100));
        }
    }
}
