using Actors.Jobs.Tests.Faults;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests;

/// <summary>Jobs of which nothing is to be kept.</summary>
public sealed class DeleteTests
{
    [Theory, OnEachDispatcher]
    public async Task A_deleted_job_is_listed_searched_and_counted_no_more_though_the_history_is_away(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new Faults.FaultyHistory(system.System, new InMemoryHistory()) { Fault = new Persistence.JournalUnavailableException("planned") };
        var host = await JobHost.StartAsync(system, history: history, isConsumed: false);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 3).Select(i => new Work($"{i}"))], o => o.Key("a").Tag("t"));
        await host.Jobs.CancelAsync(ids[0]);
        (await host.Jobs.DeleteAsync(ids[1])).ShouldBeTrue();
        foreach (var filter in new[] { new JobFilter(), new JobFilter { Key = "a" }, new JobFilter { Tag = "t" }, new JobFilter().Arg("text", "1"), new JobFilter { States = [JobState.Cancelled] } })
        {
            (await host.Jobs.SearchAsync(filter)).Jobs.Select(job => job.Id).ShouldNotContain(ids[1]);
        }

        (await host.Jobs.CountAsync(new JobFilter())).ShouldBe(2);
        (await host.Jobs.CountAsync(new JobFilter { Key = "a", States = [JobState.Cancelled] })).ShouldBe(1);
        (await host.Jobs.ListAsync("default")).Jobs.Select(job => job.Id).ShouldBe([ids[2]]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_finished_job_that_is_deleted_is_found_and_counted_no_more(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var ids = await host.Jobs.EnqueueManyAsync([new Work("1"), new Work("2")], o => o.Tag("t"));
        await host.ReachAsync(ids[1], JobState.Succeeded);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.Jobs.DeleteAsync(ids[0])).ShouldBeTrue();
        foreach (var filter in new[] { new JobFilter(), new JobFilter { Tag = "t" }, new JobFilter().Arg("text", "1"), new JobFilter { States = [JobState.Succeeded] } })
        {
            (await host.Jobs.SearchAsync(filter)).Jobs.Select(job => job.Id).ShouldNotContain(ids[0]);
        }

        (await host.Jobs.CountAsync(new JobFilter())).ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task A_deleted_job_is_gone_at_once_and_its_id_is_free(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        var id = await host.EnqueueAsync("first");
        (await host.Jobs.DeleteAsync(id)).ShouldBeTrue();
        (await host.Jobs.FindAsync(id)).ShouldBeNull();
        (await host.EnqueueAsync("second", o => o.Id(id))).ShouldBe(id);
        (await host.Jobs.GetAsync(id)).State.ShouldBe(JobState.Waiting);
    }

    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task A_job_that_does_not_run_is_gone_and_its_id_is_free(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, history: _history);
        await host.Jobs.PauseAsync("default");
        var waiting = await host.EnqueueAsync();
        var later = await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromHours(1)));
        (await host.Jobs.DeleteAsync(waiting)).ShouldBeTrue();
        (await host.Jobs.DeleteAsync(later)).ShouldBeTrue();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.Jobs.FindAsync(waiting)).ShouldBeNull();
        (await host.Jobs.DeleteAsync(waiting)).ShouldBeFalse();
        (await _history.CountAsync(new HistoryFilter(), default)).ShouldBe(0);
        await host.Jobs.ResumeAsync("default");
        await host.EnqueueAsync("again", o => o.Id(waiting));
        await system.AdvanceAsync(TimeSpan.FromHours(2));
        host.Script.Attempts.Single().Text.ShouldBe("again");
    }

    [Theory, OnEachDispatcher]
    public async Task A_finished_job_is_deleted_in_the_history_also_while_it_is_on_its_way_there(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new FaultyHistory(system.System, _history) { Gate = new TaskCompletionSource() };
        var host = await JobHost.StartAsync(system, history: history);
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.StateAsync(id)).ShouldBe(JobState.Succeeded);
        var deleting = host.Jobs.DeleteAsync(id);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        deleting.IsCompleted.ShouldBeFalse();
        var gate = history.Gate;
        history.Gate = null;
        gate.SetResult();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await deleting).ShouldBeTrue();
        (await host.Jobs.FindAsync(id)).ShouldBeNull();
        (await host.Jobs.DeleteAsync(id)).ShouldBeFalse();
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_runs_is_cancelled_and_gone_when_its_attempt_has_ended_also_after_a_restart(TestDispatcher dispatcher, int seed)
    {
        JobId id;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, Small, _journal, _history);
            host.Script.Body = (_, _) => Task.Delay(TimeSpan.FromHours(1), system.Time, CancellationToken.None); // Deaf to its token.
            id = await host.EnqueueAsync("runs");
            await host.ReachAsync(id, JobState.Running);
            (await host.Jobs.DeleteAsync(id)).ShouldBeTrue();
            (await host.Jobs.GetAsync(id)).ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Running), job => job.IsCancelling.ShouldBeTrue());
            for (var i = 0; i < 100; i++)
            {
                // So that the commit which said it is deleted.
                await host.Jobs.CancelAsync(await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromHours(1))));
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            }

            (await _journal.ReadAsync("queue/default", 0, int.MaxValue, default)).Count.ShouldBeLessThan(60);
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, Small, _journal, _history);
            await system.AdvanceAsync(TimeSpan.FromSeconds(5));
            (await host.Jobs.FindAsync(id)).ShouldBeNull();
            (await _history.FindAsync(id, default)).ShouldBeNull();
            host.Script.Begun.ShouldBe(0);
        }
    }

    private static void Small(QueueOptions options) => (options.TrimBytes, options.ForwardBytes, options.HistoryBatch) = (200, 0, 3);
}
