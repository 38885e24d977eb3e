using Actors.Jobs.Queues;
using Actors.Jobs.Tests.Faults;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Crashes;

/// <summary>The owner of a queue fails, and its supervisor restarts it within the same process.</summary>
public sealed class RestartTests
{
    private static readonly object Defect = new QueueMessage.Enqueue(null!, default);

    [Theory, OnEachDispatcher]
    public async Task Jobs_and_consumer_go_on_after_the_owner_was_restarted(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (2, 3));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 10).Select(n => new Work($"{n}"))]);
        await host.EnqueueAsync("later", o => o.Delay(TimeSpan.FromMinutes(1)));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.5));
        await RestartAsync(host);
        await system.AdvanceAsync(TimeSpan.FromMinutes(2));
        var queue = await host.QueueAsync();
        (queue.IsConsumed, queue.Succeeded, queue.Running).ShouldBe((true, 11, 0));
        host.Script.MostAtOnce.ShouldBe(2);

        // The two that were running were cut short and ran again, as the same attempt; nothing else did.
        host.Script.Begun.ShouldBe(13);
        host.Script.Attempts.ShouldAllBe(a => a.Number == 1);
    }

    [Theory, OnEachDispatcher]
    public async Task Jobs_that_were_granted_in_advance_are_not_run_by_the_workers_of_the_old_owner(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 50));
        host.Script.Body = async (_, cancellationToken) =>
        {
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // It ends well all the same.
            }
        };
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 20).Select(n => new Work($"{n:00}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.5));
        await RestartAsync(host);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.QueueAsync()).Succeeded.ShouldBe(20);

        // What ran to its end while there was no owner was told to the next one.
        host.Script.Begun.ShouldBe(20);
        host.Script.Attempts.Select(a => a.Text).ShouldBeInOrder();
        host.Script.MostAtOnce.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task An_attempt_that_outlives_its_owner_changes_nothing_when_it_ends(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 0));
        var first = new TaskCompletionSource();
        var second = new TaskCompletionSource();
        host.Script.Body = (_, _) => host.Script.Begun == 1 ? first.Task : second.Task; // Deaf to its token.
        var id = await host.EnqueueAsync();
        await system.DrainAsync();
        await RestartAsync(host);
        await system.AdvanceAsync(TimeSpan.FromSeconds(20)); // The old worker is given up on after 5 s.
        host.Script.Begun.ShouldBe(2);
        first.SetException(new InvalidOperationException("too late"));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var status = await host.Jobs.GetAsync(id);
        (status.State, status.Attempts, status.Error).ShouldBe((JobState.Running, 0, null));
        second.SetResult();
        (await host.ReachAsync(id, JobState.Succeeded)).Attempts.ShouldBe(1);
        (await host.QueueAsync()).Succeeded.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task Whoever_waits_for_durability_is_told_that_the_outcome_is_unknown(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal);
        journal.Hold();
        var onItsWay = host.EnqueueAsync();
        await system.DrainAsync();
        var behind = host.EnqueueAsync();
        await system.DrainAsync();
        await RestartAsync(host);
        await Should.ThrowAsync<JobOutcomeUnknownException>(() => onItsWay);
        var unknown = await Should.ThrowAsync<JobOutcomeUnknownException>(() => behind);
        journal.Release();
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        await host.EnqueueAsync("x", o => o.Id(unknown.Id));
        await host.ReachAsync(unknown.Id, JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task A_consumer_that_waits_to_be_stopped_is_answered(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.StopTimeout = TimeSpan.FromHours(1));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken);
        await host.EnqueueAsync();
        await system.DrainAsync();
        await host.BeginStopAsync();
        host.Stopped.IsCompleted.ShouldBeFalse();
        await RestartAsync(host);
        await host.Stopped;
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await host.QueueAsync()).IsConsumed.ShouldBeFalse();
        host.Script.Begun.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task A_write_to_the_history_that_the_old_owner_began_says_nothing_about_those_of_the_new(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new FaultyHistory(system.System) { Gate = new TaskCompletionSource() };
        var host = await JobHost.StartAsync(system, history: history);
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        history.Calls.ShouldBe(1);
        var old = history.Gate;
        history.Gate = new TaskCompletionSource();
        await RestartAsync(host);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        history.Calls.ShouldBe(2);

        old.SetException(new JournalUnavailableException("lost")); // Of no interest any more.
        await system.DrainAsync();
        (await host.StateAsync(id)).ShouldBe(JobState.Succeeded);
        history.Gate.SetException(new JournalUnavailableException("away"));
        history.Gate = null;
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        history.Written.ShouldBe([id]);
        history.Calls.ShouldBe(3);
    }

    [Theory, OnEachDispatcher]
    public async Task The_end_of_the_old_owners_write_does_not_count_as_the_end_of_the_new_owners(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new FaultyHistory(system.System) { Gate = new TaskCompletionSource() };
        var host = await JobHost.StartAsync(system, history: history);
        var first = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var old = history.Gate;
        var current = history.Gate = new TaskCompletionSource();
        await RestartAsync(host);
        var second = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        old.SetResult();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        history.Gate = null;
        current.SetException(new JournalUnavailableException("away"));
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        history.Written.ShouldContain(first);
        history.Written.ShouldContain(second);
    }

    internal static async Task RestartAsync(JobHost host)
    {
        host.Jobs.OwnerOf("default").Tell(Defect);
        await host.System.AdvanceAsync(TimeSpan.FromSeconds(2)); // Its supervisor waits for a second.
    }
}
