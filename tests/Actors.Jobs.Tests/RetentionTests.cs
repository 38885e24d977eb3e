using Actors.Jobs.Tests.Faults;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests;

/// <summary>The owner of a queue takes finished jobs out of the history when they are over their time.</summary>
public sealed class RetentionTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task Jobs_are_kept_for_seven_days_and_not_much_longer(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var id = await host.EnqueueAsync();
        await host.ReachAsync(id, JobState.Succeeded);
        await system.AdvanceAsync(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        (await host.StateAsync(id)).ShouldBe(JobState.Succeeded);
        await system.AdvanceAsync(TimeSpan.FromHours(1) + TimeSpan.FromMinutes(2));
        (await host.StateAsync(id)).ShouldBeNull();
        (await host.QueueAsync()).Succeeded.ShouldBe(1, "What was counted stays counted.");
    }

    [Theory, OnEachDispatcher]
    public async Task Each_state_has_a_time_of_its_own_and_infinite_is_for_ever(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(
            system, o => (o.Retry.MaxAttempts, o.Retention.Succeeded, o.Retention.Failed, o.Retention.Cancelled) = (1, Day, Timeout.InfiniteTimeSpan, 3 * Day));
        host.Script.Body = (context, _) => context.Id == host.Bad ? throw new InvalidOperationException("bad") : Task.CompletedTask;
        var good = await host.EnqueueAsync();
        await host.ReachAsync(good, JobState.Succeeded);
        host.Bad = JobId.Create(system.Time, system.System.Random);
        await host.EnqueueAsync("bad", o => o.Id(host.Bad));
        await host.ReachAsync(host.Bad, JobState.Failed);
        var cancelled = await host.EnqueueAsync(configure: o => o.Delay(Day));
        await host.Jobs.CancelAsync(cancelled);

        await system.AdvanceAsync(Day + TimeSpan.FromHours(2));
        (await host.StateAsync(good), await host.StateAsync(host.Bad), await host.StateAsync(cancelled)).ShouldBe((null, JobState.Failed, JobState.Cancelled));
        await system.AdvanceAsync(2 * Day);
        (await host.StateAsync(host.Bad), await host.StateAsync(cancelled)).ShouldBe((JobState.Failed, null));
        await system.AdvanceAsync(100 * Day);
        (await host.StateAsync(host.Bad)).ShouldBe(JobState.Failed);
    }

    [Theory, OnEachDispatcher]
    public async Task A_queue_leaves_the_jobs_of_others_alone(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retention.Succeeded = TimeSpan.FromHours(1), configureSecond: o => o.Retention.Succeeded = Timeout.InfiniteTimeSpan);
        await host.StartConsumingAsync("second");
        var id = await host.EnqueueAsync();
        var other = await host.Jobs.EnqueueAsync(new Second());
        await system.AdvanceAsync(30 * Day);
        (await host.StateAsync(id), await host.StateAsync(other)).ShouldBe((null, JobState.Succeeded));
    }

    [Theory, OnEachDispatcher]
    public async Task What_an_earlier_process_has_left_goes_soon_after_the_start_also_when_nothing_is_consumed(TestDispatcher dispatcher, int seed)
    {
        JobId id;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: _journal, history: _history);
            id = await host.EnqueueAsync();
            await host.ReachAsync(id, JobState.Succeeded);
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            await system.AdvanceAsync(8 * Day);
            var host = await JobHost.StartAsync(system, journal: _journal, history: _history, isConsumed: false);
            await system.AdvanceAsync(TimeSpan.FromMinutes(5));
            (await host.StateAsync(id)).ShouldBeNull();
            (await host.EnqueueAsync(configure: o => o.Id(id))).ShouldBe(id);
            (await host.StateAsync(id)).ShouldBe(JobState.Waiting, "Its id is free again.");
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Many_old_jobs_go_some_at_a_time_while_the_queue_works(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new PruningHistory(_history);
        var old = system.Time.GetUtcNow() - (8 * Day);
        await history.WriteAsync([.. Enumerable.Range(0, 3_000).Select(i => Finished(old.AddMilliseconds(i), system))], default);
        var host = await JobHost.StartAsync(system, o => o.PruneBatch = 100, history: history);
        var waited = 0;
        while (await _history.CountAsync(new HistoryFilter { FinishedBefore = old.AddDays(1) }, default) > 0)
        {
            var before = history.Calls;
            var id = await host.EnqueueAsync();
            await host.ReachAsync(id, JobState.Succeeded, TimeSpan.FromMilliseconds(20));
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
            (history.Calls - before).ShouldBeLessThanOrEqualTo(22, "There are pauses between them.");
            (++waited).ShouldBeLessThan(400);
        }

        history.Limits.ShouldBe([100]);
        history.MostAtOnce.ShouldBe(1);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        var calls = history.Calls;
        await system.AdvanceAsync(TimeSpan.FromMinutes(50));
        history.Calls.ShouldBe(calls, "It looks again after an hour, and not all the time.");
    }

    [Theory, OnEachDispatcher]
    public async Task A_history_that_cannot_be_pruned_is_tried_again_and_jobs_run_meanwhile(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new PruningHistory(_history) { Fault = new IOException("no space") };
        var host = await JobHost.StartAsync(system, o => o.Retention.Succeeded = TimeSpan.FromMinutes(10), history: history);
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromMinutes(20));
        (await host.StateAsync(id)).ShouldBe(JobState.Succeeded);
        history.Calls.ShouldBeInRange(10, 40);
        await host.ReachAsync(await host.EnqueueAsync(), JobState.Succeeded);

        history.Fault = null;
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.StateAsync(id)).ShouldBeNull();
    }

    [Theory, OnEachDispatcher]
    public async Task Another_time_holds_at_once_when_the_settings_change(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retention.Succeeded = o.Retention.Failed = o.Retention.Cancelled = Timeout.InfiniteTimeSpan);
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(30 * Day);
        (await host.StateAsync(id)).ShouldBe(JobState.Succeeded);
        host.Jobs.Reconfigure(new QueueDefinition("default", new QueueOptions(), []));
        await system.AdvanceAsync(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        (await host.StateAsync(id)).ShouldBeNull();

        var later = await host.EnqueueAsync();
        await host.ReachAsync(later, JobState.Succeeded);
        host.Jobs.Reconfigure(new QueueDefinition("default", new QueueOptions { Retention = new RetentionOptions { Succeeded = Timeout.InfiniteTimeSpan } }, []));
        await system.AdvanceAsync(30 * Day);
        (await host.StateAsync(later)).ShouldBe(JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task Whoever_waits_for_a_job_that_has_left_the_history_is_told_that_it_is_unknown(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retention.Succeeded = TimeSpan.FromHours(1));
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromHours(3));
        await Expect.ThrowsAsync<UnknownJobException>(() => host.Jobs.WaitAsync(id));
        await Expect.ThrowsAsync<UnknownJobException>(() => host.Jobs.GetResultAsync<string>(id));
        await Expect.ThrowsAsync<UnknownJobException>(() => host.Jobs.RunAgainAsync(id));
        await Expect.ThrowsAsync<UnknownParentException>(() => host.EnqueueAsync(configure: o => o.After(id)));
    }

    [Theory, OnEachDispatcher]
    public async Task A_uniqueness_period_outlives_the_history(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retention.Succeeded = TimeSpan.FromHours(1));
        var unique = new UniqueRule { Period = Day };
        var id = await host.EnqueueAsync(configure: o => o.Unique(unique));
        await system.AdvanceAsync(TimeSpan.FromHours(3));
        (await host.StateAsync(id)).ShouldBeNull();
        (await host.EnqueueAsync(configure: o => o.Unique(unique))).ShouldBe(id);
        await system.AdvanceAsync(TimeSpan.FromHours(22));
        (await host.EnqueueAsync(configure: o => o.Unique(unique))).ShouldNotBe(id);
    }

    [Fact]
    public void A_time_that_is_too_short_or_too_long_is_refused()
    {
        foreach (var wrong in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromSeconds(59), TimeSpan.FromDays(36_501), -Day])
        {
            Should.Throw<ArgumentOutOfRangeException>(() => new RetentionOptions { Failed = wrong }.Validate())
                .Message.ShouldStartWith("Finished jobs are kept for 1 minute to 36,500 days, or for ever (infinite)");
        }

        new RetentionOptions { Succeeded = TimeSpan.FromMinutes(1), Failed = TimeSpan.FromDays(36_500), Cancelled = Timeout.InfiniteTimeSpan }.Validate();
    }

    private static FinishedJob Finished(DateTimeOffset at, TestSystem system) =>
        new(JobId.Create(system.Time, system.System.Random), "default", "work", 1, JobState.Succeeded, 1, at, at, null, default);
}
