using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Operating;

/// <summary>Workers and limits that are changed while the queue runs.</summary>
public sealed class OverrideTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task More_and_fewer_workers_run_more_and_fewer_jobs_until_it_is_reset(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (2, 0));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(10), system.Time, cancellationToken);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 30).Select(_ => new Work())]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.Running.ShouldBe(2);
        var status = await host.Jobs.ReconfigureQueueAsync("default", new QueueChange { Workers = 5 }, "ann", "the sale");
        status.Workers.ShouldBe(5);
        status.Override.ShouldBe(new QueueOverride(new QueueChange { Workers = 5 }, new QueueChange { Workers = 2 }, system.Time.GetUtcNow(), "ann", "the sale"));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.Running.ShouldBe(5);
        (await host.Jobs.ReconfigureQueueAsync("default", new QueueChange { Workers = 1 })).Workers.ShouldBe(1);
        await system.AdvanceAsync(TimeSpan.FromSeconds(11));
        host.Script.Running.ShouldBe(1);
        (await host.Jobs.ResetQueueAsync("default")).ShouldSatisfyAllConditions(queue => queue.Override.ShouldBeNull(), queue => queue.Workers.ShouldBe(2));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.Running.ShouldBe(2);
        (await host.Jobs.ResetQueueAsync("default")).Override.ShouldBeNull();
    }

    [Theory, OnEachDispatcher]
    public async Task Changes_add_up_and_win_over_settings_that_change_later(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch, o.Limits.Concurrency) = (6, 0, 4));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(10), system.Time, cancellationToken);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 30).Select(_ => new Work())], o => o.Key("k"));
        await host.Jobs.ReconfigureQueueAsync("default", new QueueChange { Concurrency = 3 }, "ann");
        await host.Jobs.ReconfigureQueueAsync("default", new QueueChange { ConcurrencyPerKey = 1 }, "bob");
        await system.AdvanceAsync(TimeSpan.FromSeconds(11));
        host.Script.Running.ShouldBe(1);
        host.Jobs.Reconfigure(new QueueDefinition("default", new QueueOptions { Workers = 5, Prefetch = 0, Limits = new LimitOptions { Concurrency = 2 } }, []));
        await system.DrainAsync();
        var status = await host.QueueAsync();
        status.Workers.ShouldBe(5);
        var change = status.Override.ShouldNotBeNull();
        (change.Change, change.Configured, change.By).ShouldBe((new QueueChange { Concurrency = 3, ConcurrencyPerKey = 1 }, new QueueChange { Concurrency = 2 }, "bob"));
        await host.Jobs.ReconfigureQueueAsync("default", new QueueChange { ConcurrencyPerKey = 30 });
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.Running.ShouldBe(3);
        await host.Jobs.ResetQueueAsync("default");
        await system.AdvanceAsync(TimeSpan.FromSeconds(11));
        host.Script.Running.ShouldBe(2);
    }

    [Theory, OnEachDispatcher]
    public async Task A_change_survives_a_restart_though_the_commit_that_said_it_is_deleted(TestDispatcher dispatcher, int seed)
    {
        QueueOverride before;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, Small, _journal, _history);
            before = (await host.Jobs.ReconfigureQueueAsync(
                "default", new QueueChange { Workers = 3, Concurrency = 2, Rate = new RateLimit(7, TimeSpan.FromSeconds(2)) { Burst = 3 } }, "ann", "the mail server is slow")).Override.ShouldNotBeNull();
            for (var i = 0; i < 100; i++)
            {
                await host.Jobs.CancelAsync(await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromHours(1))));
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            }

            (await _journal.ReadAsync("queue/default", 0, int.MaxValue, default)).Count.ShouldBeLessThan(50);
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, Small, _journal, _history);
            host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(100), system.Time, cancellationToken);
            var status = await host.QueueAsync();
            (status.Workers, status.Override).ShouldBe((3, before));
            await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 10).Select(_ => new Work())]);
            await system.AdvanceAsync(TimeSpan.FromSeconds(10));
            host.Script.Running.ShouldBe(2);
            await host.Jobs.ResetQueueAsync("default");
        }

        await using (var system = await TestSystem.StartAsync(seed + 2, dispatcher))
        {
            var host = await JobHost.StartAsync(system, Small, _journal, _history);
            (await host.QueueAsync()).ShouldSatisfyAllConditions(queue => queue.Override.ShouldBeNull(), queue => queue.Workers.ShouldBe(4));
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_rate_that_is_set_while_it_runs_holds_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        await host.Jobs.ReconfigureQueueAsync("default", new QueueChange { Rate = new RateLimit(10, TimeSpan.FromSeconds(10)) { Burst = 1 } });
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 100).Select(_ => new Work())]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        host.Script.Begun.ShouldBeInRange(20, 22);
        await host.Jobs.ResetQueueAsync("default");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.Begun.ShouldBe(100);
    }

    [Theory, OnEachDispatcher]
    public async Task What_makes_no_sense_is_refused_and_says_what_to_do(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        foreach (var (change, words) in new[]
        {
            (new QueueChange(), "Nothing is changed by it"),
            (new QueueChange { Workers = 0 }, "Workers are 1 to 10,000. To let no job run, pause the queue."),
            (new QueueChange { Workers = 10_001 }, "Workers are 1 to 10,000."),
            (new QueueChange { Concurrency = 0 }, "A limit is at least 1. To let no job run, pause the queue."),
            (new QueueChange { ConcurrencyPerKey = -3 }, "A limit is at least 1. To let no job run, pause the queue."),
            (new QueueChange { Rate = new RateLimit(0, TimeSpan.FromSeconds(1)) }, "pause the queue"),
            (new QueueChange { RatePerKey = new RateLimit(1, TimeSpan.FromSeconds(-1)) }, "in 1 ms to 49 days"),
        })
        {
            (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.ReconfigureQueueAsync("default", change))).Message.ShouldContain(words);
        }

        (await Expect.ThrowsAsync<UnknownQueueException>(() => host.Jobs.ReconfigureQueueAsync("defualt", new QueueChange { Workers = 1 }))).Message.ShouldStartWith("There is no queue 'defualt'. Did you mean 'default'?");
        (await host.QueueAsync()).Override.ShouldBeNull();
    }

    private static void Small(QueueOptions options) => (options.TrimBytes, options.ForwardBytes, options.HistoryBatch) = (200, 0, 3);

    [Theory, OnEachDispatcher]
    public async Task What_started_by_the_commit_that_changed_the_rate_counts_after_a_restart_too(TestDispatcher dispatcher, int seed)
    {
        TimeSpan elapsed;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await StartAsync(system);
            await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 30).Select(_ => new Work())]);
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
            host.Script.Begun.ShouldBe(1);
            await host.Jobs.ReconfigureQueueAsync("default", new QueueChange { Concurrency = 20, Rate = new RateLimit(4, TimeSpan.FromHours(10)) });
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
            host.Script.Begun.ShouldBe(5);
            elapsed = system.Time.Elapsed;
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            await system.AdvanceAsync(elapsed);
            var host = await StartAsync(system);
            await system.AdvanceAsync(TimeSpan.FromHours(2));
            host.Script.Begun.ShouldBe(0, "Four have started, and the next may after two hours and a half.");
            await system.AdvanceAsync(TimeSpan.FromMinutes(31));
            host.Script.Begun.ShouldBe(1);
        }

        async Task<JobHost> StartAsync(TestSystem system)
        {
            var host = await JobHost.StartAsync(system, o => (o.Limits.Concurrency, o.Workers, o.Prefetch) = (1, 8, 0), _journal, _history);
            host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromDays(1), system.Time, cancellationToken);
            return host;
        }
    }
}
