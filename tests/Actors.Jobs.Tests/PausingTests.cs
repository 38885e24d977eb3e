using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests;

/// <summary>A queue that is paused takes jobs and starts none.</summary>
public sealed class PausingTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task A_paused_queue_takes_jobs_and_starts_none_until_it_is_resumed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var pause = (await host.Jobs.PauseAsync("default", "the mail server is down")).Pause.ShouldNotBeNull();
        (pause.Reason, pause.Since).ShouldBe(("the mail server is down", system.Time.GetUtcNow()));
        var id = await host.EnqueueAsync();
        var later = await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromHours(1)));
        await system.AdvanceAsync(TimeSpan.FromHours(2));
        (host.Script.Begun, await host.StateAsync(id), await host.StateAsync(later)).ShouldBe((0, JobState.Waiting, JobState.Waiting));
        (await host.QueueAsync()).Pause.ShouldBe(pause);
        (await host.Jobs.ResumeAsync("default")).Pause.ShouldBeNull();
        await host.ReachAsync(id, JobState.Succeeded);
        await host.ReachAsync(later, JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task What_runs_may_finish_and_what_was_granted_in_advance_is_given_back(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 3));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromMinutes(1), system.Time, cancellationToken);
        var ids = await host.Jobs.EnqueueManyAsync([new Work("0"), new Work("1"), new Work("2")]);
        await host.ReachAsync(ids[0], JobState.Running);
        await host.Jobs.PauseAsync("default");
        await system.AdvanceAsync(TimeSpan.FromMinutes(10));
        var states = await Task.WhenAll(ids.Select(host.StateAsync));
        states.ShouldBe([JobState.Succeeded, JobState.Waiting, JobState.Waiting]);
        await host.Jobs.ResumeAsync("default");
        await system.AdvanceAsync(TimeSpan.FromMinutes(10));
        host.Script.Attempts.Select(a => (a.Text, a.Number)).ShouldBe([("0", 1), ("1", 1), ("2", 1)]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_queue_stays_paused_after_a_restart_though_the_commits_that_said_it_are_deleted(TestDispatcher dispatcher, int seed)
    {
        QueuePause? pause;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, Small, _journal, _history);
            pause = (await host.Jobs.PauseAsync("default", "holiday")).Pause.ShouldNotBeNull();
            for (var i = 0; i < 100; i++)
            {
                await host.Jobs.CancelAsync(await host.EnqueueAsync());
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            }

            (await _journal.ReadAsync("queue/default", 0, int.MaxValue, default)).Count.ShouldBeLessThan(50);
            await host.EnqueueAsync("left");
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, Small, _journal, _history);
            await system.AdvanceAsync(TimeSpan.FromMinutes(1));
            (host.Script.Begun, (await host.QueueAsync()).Pause).ShouldBe((0, pause));
            await host.Jobs.ResumeAsync("default");
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
            host.Script.Attempts.Single().Text.ShouldBe("left");
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Old_jobs_are_listed_and_discarded_and_young_ones_stay(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        await host.Jobs.PauseAsync("default");
        var old = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 5_000).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        var young = await host.EnqueueAsync("young");
        var listed = new List<JobId>();
        JobPage page;
        long? next = null;
        do
        {
            page = await host.Jobs.ListAsync("default", next, 1000);
            listed.AddRange(page.Jobs.Select(job => job.Id));
            next = page.Next;
        }
        while (next is not null);
        listed.ShouldBe([.. old, young]);
        (await host.Jobs.DiscardAsync("default", system.Time.GetUtcNow(), "ran before the restore")).ShouldBe(5_000);
        (await host.Jobs.ListAsync("default")).Jobs.Single().Id.ShouldBe(young);
        await host.Jobs.ResumeAsync("default");
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        host.Script.Attempts.Single().Text.ShouldBe("young");
        var discarded = await host.Jobs.GetAsync(old[^1]);
        (discarded.State, discarded.Error).ShouldBe((JobState.Cancelled, "ran before the restore"));
    }

    [Theory, OnEachDispatcher]
    public async Task A_queue_that_does_not_exist_cannot_be_paused(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        await Expect.ThrowsAsync<UnknownQueueException>(() => host.Jobs.PauseAsync("defualt"));
        await Expect.ThrowsAsync<UnknownQueueException>(() => host.Jobs.ListAsync("defualt"));
        await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.DiscardAsync("default", DateTimeOffset.MaxValue, " "));
    }

    private static void Small(QueueOptions options) => (options.TrimBytes, options.ForwardBytes, options.HistoryBatch) = (200, 0, 3);
}
