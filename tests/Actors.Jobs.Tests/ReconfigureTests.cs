using Actors.TestKit;

namespace Actors.Jobs.Tests;

/// <summary>Settings of a queue change while it runs.</summary>
public sealed class ReconfigureTests
{
    [Theory, OnEachDispatcher]
    public async Task More_workers_begin_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (2, 0));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(10), system.Time, cancellationToken);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 20).Select(i => new Work($"{i}"))]);
        await system.DrainAsync();
        host.Script.Running.ShouldBe(2);

        Reconfigure(host, o => o.Workers = 7);
        await system.DrainAsync();

        host.Script.Running.ShouldBe(7);
        (await host.QueueAsync()).Workers.ShouldBe(7);
        await system.AdvanceAsync(TimeSpan.FromSeconds(60));
        (await host.QueueAsync()).Succeeded.ShouldBe(20);
        host.Script.MostAtOnce.ShouldBe(7);
    }

    [Theory, OnEachDispatcher]
    public async Task Workers_that_are_too_many_finish_what_they_have_in_hand_and_take_nothing_more(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (6, 4));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(10), system.Time, cancellationToken);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 16).Select(i => new Work($"{i}"))]);
        await system.DrainAsync();

        Reconfigure(host, o => o.Workers = 2);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        host.Script.Running.ShouldBe(6);
        await system.AdvanceAsync(TimeSpan.FromSeconds(6));

        host.Script.Running.ShouldBe(2);
        await system.AdvanceAsync(TimeSpan.FromSeconds(60));
        (await host.QueueAsync()).Succeeded.ShouldBe(16);
        host.Script.Attempts.Count.ShouldBe(16);
    }

    [Theory, OnEachDispatcher]
    public async Task Idle_workers_that_are_too_many_end_and_the_others_run_all(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (20, 0));
        await system.DrainAsync();

        Reconfigure(host, o => (o.Workers, o.Prefetch) = (1, 3));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 10).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(15));

        host.Script.MostAtOnce.ShouldBe(1);
        (await host.QueueAsync()).Succeeded.ShouldBe(10);
    }

    [Theory, OnEachDispatcher]
    public async Task The_number_of_workers_may_change_again_and_again_while_they_work(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (3, 3));
        var random = new Random(seed);
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromMilliseconds(50), system.Time, cancellationToken);
        for (var round = 0; round < 40; round++)
        {
            await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 5).Select(i => new Work($"{i}"))]);
            Reconfigure(host, o => (o.Workers, o.Prefetch) = (random.Next(1, 9), random.Next(0, 5)));
            if (random.Next(2) == 0)
            {
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(random.Next(80)));
            }
        }

        Reconfigure(host, o => (o.Workers, o.Prefetch) = (2, 0));
        await system.AdvanceAsync(TimeSpan.FromSeconds(30));

        (await host.QueueAsync()).Succeeded.ShouldBe(200);
        host.Script.Attempts.Count.ShouldBe(200);
        host.Script.MostAtOnce.ShouldBeLessThanOrEqualTo(16);
    }

    [Theory, OnEachDispatcher]
    public async Task A_worker_that_is_too_many_is_still_cancelled_with_its_job(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (3, 0));
        host.Script.Body = (_, cancellationToken) => host.Script.WaitAsync(cancellationToken);
        var ids = await host.Jobs.EnqueueManyAsync([new Work(), new Work(), new Work()]);
        await system.DrainAsync();
        Reconfigure(host, o => o.Workers = 1);
        await system.DrainAsync();

        foreach (var id in ids)
        {
            await host.Jobs.CancelAsync(id);
        }

        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.Running.ShouldBe(0);
        (await host.QueueAsync()).Cancelled.ShouldBe(3);
    }

    [Theory, OnEachDispatcher]
    public async Task A_new_retry_policy_applies_to_the_next_failure(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = static (_, _) => throw new InvalidOperationException("no");
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(3.5)); // Attempts at 0, 1 and 3 s; the next at 7 s.

        Reconfigure(host, o => (o.Retry.MaxAttempts, o.Retry.Backoff.Min, o.Retry.Backoff.Factor) = (6, TimeSpan.FromMinutes(1), 1));
        await system.AdvanceAsync(TimeSpan.FromMinutes(10));

        host.Script.Attempts.Select(a => Math.Round((a.BeganAt - VirtualTime.DefaultStart).TotalSeconds)).ShouldBe([0, 1, 3, 7, 67, 127]);
        (await host.Jobs.GetAsync(id)).State.ShouldBe(JobState.Failed);
    }

    [Theory, OnEachDispatcher]
    public async Task A_new_timeout_of_a_job_type_applies_to_the_next_attempt(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        host.Script.Body = (_, cancellationToken) => host.Script.WaitAsync(cancellationToken);

        host.Jobs.Reconfigure(new QueueDefinition("default", new QueueOptions { Retry = { MaxAttempts = 1 } }, [])
        {
            HandlerOptions = new Dictionary<Type, HandlerOptions> { [typeof(WorkHandler)] = new() { Timeout = TimeSpan.FromSeconds(2) } },
        });

        (await host.ReachAsync(await host.EnqueueAsync(), JobState.Failed)).Error.ShouldNotBeNull().ShouldContain("its timeout of 2 s");
    }

    [Fact]
    public async Task Settings_that_make_no_sense_change_nothing()
    {
        await using var system = await TestSystem.StartAsync();
        var host = await JobHost.StartAsync(system);

        Should.Throw<ArgumentException>(() => Reconfigure(host, o => o.Workers = 0));
        Should.Throw<UnknownQueueException>(() => host.Jobs.Reconfigure(new QueueDefinition("nobody", new QueueOptions(), [])));

        (await host.QueueAsync()).Workers.ShouldBe(4);
    }

    private static void Reconfigure(JobHost host, Action<QueueOptions> configure)
    {
        var options = new QueueOptions { Workers = 4, Prefetch = 8 };
        options.Retry.Backoff.Jitter = 0;
        configure(options);
        host.Jobs.Reconfigure(new QueueDefinition("default", options, []));
    }
}
