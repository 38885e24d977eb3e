using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests;

/// <summary>A queue that is drained runs what it has and takes nothing new.</summary>
public sealed class DrainTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task It_runs_what_it_has_refuses_what_is_new_and_ends_when_nothing_waits_or_runs(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 0));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(10), system.Time, cancellationToken);
        await host.Jobs.EnqueueManyAsync([new Work("0"), new Work("1"), new Work("2")]);
        var later = await host.EnqueueAsync("later", o => o.Delay(TimeSpan.FromHours(1)));
        var draining = host.Jobs.DrainAsync("default", "the old version goes");
        await system.AdvanceAsync(TimeSpan.FromSeconds(15));
        draining.IsCompleted.ShouldBeFalse();
        var refused = await Expect.ThrowsAsync<QueueUnavailableException>(() => host.EnqueueAsync("new"));
        refused.Message.ShouldBe("Queue 'default' is unavailable at present: it is drained (the old version goes) and takes no new jobs until ResumeAsync lets it.");
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        await system.WhenAsync(draining);
        var status = await draining;
        (status.Waiting, status.Running, status.Succeeded, status.Scheduled).ShouldBe((0, 0, 3, 1));
        status.Drain.ShouldNotBeNull().Reason.ShouldBe("the old version goes");

        // It goes on refusing; the job that waited for its time runs when that comes.
        await system.AdvanceAsync(TimeSpan.FromHours(2));
        await Expect.ThrowsAsync<QueueUnavailableException>(() => host.Jobs.EnqueueManyAsync([new Work(), new Work()]));
        (await host.StateAsync(later)).ShouldBe(JobState.Succeeded);
        (await host.Jobs.ResumeAsync("default")).Drain.ShouldBeNull();
        await host.EnqueueAsync("new");
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        host.Script.Begun.ShouldBe(5);
    }

    [Theory, OnEachDispatcher]
    public async Task An_empty_queue_is_drained_at_once_and_so_is_one_that_is_drained(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        var since = (await host.Jobs.DrainAsync("default", "first")).Drain.ShouldNotBeNull().Since;
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.Jobs.DrainAsync("default")).Drain.ShouldBe(new QueueDrain("first", since));
        (await host.Jobs.DrainAsync("default", "second")).Drain.ShouldBe(new QueueDrain("second", since));
    }

    [Theory, OnEachDispatcher]
    public async Task Whoever_enqueues_an_id_again_that_the_queue_has_is_not_told_that_it_has_it_not(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var id = await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromHours(1)));
        await host.Jobs.DrainAsync("default");
        (await host.EnqueueAsync(configure: o => o.Id(id))).ShouldBe(id);
    }

    [Theory, OnEachDispatcher]
    public async Task Resuming_ends_a_drain_that_is_waited_for(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = (_, cancellationToken) => host.Script.WaitAsync(cancellationToken);
        await host.EnqueueAsync();
        var draining = host.Jobs.DrainAsync("default");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await host.Jobs.ResumeAsync("default");
        (await Expect.ThrowsAsync<QueueUnavailableException>(() => system.WhenAsync(draining))).Message.ShouldContain("somebody has resumed it");
        await host.EnqueueAsync();
    }

    [Theory, OnEachDispatcher]
    public async Task It_goes_on_refusing_after_a_restart_though_the_commit_that_said_it_is_deleted(TestDispatcher dispatcher, int seed)
    {
        QueueDrain? drain;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, Small, _journal, _history, isConsumed: false);
            var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 100).Select(i => new Work($"{i}"))]);
            _ = host.Jobs.DrainAsync("default", "moving house"); // Ends with the process.
            await system.AdvanceAsync(TimeSpan.FromMilliseconds(1));
            foreach (var id in ids)
            {
                await host.Jobs.CancelAsync(id);
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            }

            (await _journal.ReadAsync("queue/default", 0, int.MaxValue, default)).Count.ShouldBeLessThan(50);
            drain = (await host.QueueAsync()).Drain.ShouldNotBeNull();
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, Small, _journal, _history);
            (await host.QueueAsync()).Drain.ShouldBe(drain);
            await Expect.ThrowsAsync<QueueUnavailableException>(() => host.EnqueueAsync());
            await host.Jobs.ResumeAsync("default");
        }

        await using (var system = await TestSystem.StartAsync(seed + 2, dispatcher))
        {
            (await (await JobHost.StartAsync(system, Small, _journal, _history)).QueueAsync()).Drain.ShouldBeNull();
        }
    }

    [Fact]
    public async Task When_it_ends_every_job_has_ended_for_good_whenever_the_process_is_killed()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            await using var system = await TestSystem.StartAsync(seed, actors => actors
                .AddQueue("default", q => q.Workers(2).AddHandler<WorkHandler>())
                .Services.AddSingleton(new Script(TimeProvider.System)));
            var ids = await system.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 20).Select(i => new Work($"{i}"))]);
            await system.WhenAsync(system.Jobs.DrainAsync("default"));

            // What it has told is durable: the next process has nothing to run.
            await system.CrashAsync();
            var status = await system.Jobs.GetQueueAsync("default");
            (status.Waiting, status.Running, status.Succeeded).ShouldBe((0, 0, 20), $"seed {seed}");
            status.Drain.ShouldNotBeNull();
        }
    }

    private static void Small(QueueOptions options) => (options.TrimBytes, options.ForwardBytes, options.HistoryBatch) = (200, 0, 3);
}
