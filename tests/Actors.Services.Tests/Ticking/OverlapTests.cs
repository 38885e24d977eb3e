using Actors.TestKit;

namespace Actors.Services.Tests.Ticking;

/// <summary>Ticks that run beside each other on request.</summary>
public sealed class OverlapTests
{
    [Theory, OnEachDispatcher]
    public async Task Ticks_begin_in_their_time_beside_those_that_still_run_up_to_the_number(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        system.StartServices(ServiceDefinition.Tick(
            "slow",
            TimeSpan.FromSeconds(1),
            async (context, _) =>
            {
                diary.Note("begins");
                await context.DelayAsync(TimeSpan.FromSeconds(3.5));
                diary.Note("ends");
            },
            new ServiceOptions { ConcurrentTicks = 3 }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(7.2));

        diary.SecondsOf("begins").ShouldBe([0, 1, 2, 4, 5, 6], "3 runs already at 3 s");
        diary.SecondsOf("ends").ShouldBe([3.5, 4.5, 5.5]);
    }

    [Theory, OnEachDispatcher]
    public async Task One_that_fails_ends_the_others_and_then_the_service(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var count = 0;
        var services = system.StartServices(ServiceDefinition.Tick(
            "slow",
            TimeSpan.FromSeconds(1),
            async (context, cancellationToken) =>
            {
                if (Interlocked.Increment(ref count) == 2)
                {
                    throw new BoomException();
                }

                try
                {
                    await Task.Delay(TimeSpan.FromHours(1), context.TimeProvider, cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    diary.Note("cancelled");
                    throw;
                }
            },
            new ServiceOptions { ConcurrentTicks = 10, Restart = Bodies.Exact() }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.5));

        var status = await services.GetStatusAsync("slow");
        status.State.ShouldBe(ServiceState.Backoff);
        status.LastIncident!.Message.ShouldBe("boom");
        diary.SecondsOf("cancelled").ShouldBe([1]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        (await services.GetStatusAsync("slow")).State.ShouldBe(ServiceState.Running);
    }

    [Theory, OnEachDispatcher]
    public async Task A_stop_lets_those_that_run_finish_and_begins_no_other(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(ServiceDefinition.Tick(
            "slow",
            TimeSpan.FromSeconds(1),
            async (context, _) =>
            {
                diary.Note("begins");
                await context.DelayAsync(TimeSpan.FromSeconds(3));
                diary.Note("ends");
            },
            new ServiceOptions { ConcurrentTicks = 2 }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.5));
        var stop = services.StopAsync("slow");
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));

        (await stop)[0].State.ShouldBe(ServiceState.Stopped);
        diary.SecondsOf("begins").ShouldBe([0, 1]);
        diary.SecondsOf("ends").ShouldBe([3, 4]);
    }

    [Fact]
    public async Task Ticks_that_block_their_threads_overlap_too()
    {
        await using var system = ActorSystem.Create("test");
        using var all = new CountdownEvent(3);
        using var go = new ManualResetEventSlim();
        var services = system.StartServices([ServiceDefinition.Tick(
            "blocking",
            TimeSpan.FromMilliseconds(1),
            (_, _) =>
            {
                if (!go.IsSet)
                {
                    all.Signal();
                    go.Wait(CancellationToken.None);
                }

                return Task.CompletedTask;
            },
            new ServiceOptions { ConcurrentTicks = 3 })]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!all.IsSet)
        {
            patience.IsCancellationRequested.ShouldBeFalse();
            await Task.Delay(5, CancellationToken.None);
        }

        go.Set();
        await services.StopAsync();
    }

    [Fact]
    public void A_number_that_makes_no_sense_is_refused()
    {
        ServiceDefinition Tick(ServiceOptions options) => ServiceDefinition.Tick("a", TimeSpan.FromSeconds(1), (_, _) => Task.CompletedTask, options);
        Should.Throw<ServiceDefinitionException>(() => Tick(new ServiceOptions { ConcurrentTicks = 0 })).Faults.ShouldBe(["concurrent-ticks = 0 must be 1 to 1000."]);
        Should.Throw<ServiceDefinitionException>(() => Tick(new ServiceOptions { ConcurrentTicks = 2, Pace = TickPace.FixedDelay })).Message.ShouldContain("fixed-delay");
        Should.Throw<ServiceDefinitionException>(() => Bodies.Idle("a", new ServiceOptions { ConcurrentTicks = 2 }));
    }
}
