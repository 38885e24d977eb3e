using Actors.TestKit;

namespace Actors.Tests.Timing;

public sealed class LateTimerTests
{
    [Theory, OnEachDispatcher]
    public async Task A_timer_that_is_started_in_the_last_hook_never_fires(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props(null, new Puppet.Script
        {
            PostStop = puppet =>
            {
                Start(puppet);
                return default;
            },
        }));
        var probe = system.CreateProbe();
        probe.Watch(actor);
        actor.Tell(PoisonPill.Instance);
        await probe.ExpectTerminatedAsync(actor);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        system.System.DeadLetterBox.Total.ShouldBe(0);
        system.Time.TimerCount.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_timer_that_an_abandoned_handler_starts_never_fires(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var gate = new TaskCompletionSource();
        var wasStarted = false;
        var actor = system.ActorOf(Puppet.Props());
        actor.DoAsync(async puppet =>
        {
            await gate.Task;
            Start(puppet);
            wasStarted = true;
        });
        await system.DrainAsync();
        var probe = system.CreateProbe();
        probe.Watch(actor);
        system.System.Stop(actor);
        await probe.ExpectTerminatedAsync(actor, TimeSpan.FromSeconds(5));
        gate.SetResult();
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        wasStarted.ShouldBeTrue();
        system.System.DeadLetterBox.Total.ShouldBe(0);
        system.Time.TimerCount.ShouldBe(0);
    }

    private static void Start(Puppet puppet)
    {
        puppet.Context.Timers.StartPeriodic("key", "tick", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        puppet.Context.SetReceiveTimeout(TimeSpan.FromSeconds(1));
        puppet.Context.SetReceiveTimeout(Timeout.InfiniteTimeSpan);
        puppet.Context.SetReceiveTimeout(TimeSpan.FromSeconds(1));
    }
}
