using Actors.TestKit;

namespace Actors.Tests.Supervision;

/// <summary>A member of a group that is given up during the restart of its group, so that an actor of the same name takes its place.</summary>
public sealed class ReplacedInGroupTests
{
    /// <summary>Found by seed 1433 of <see cref="FaultSimulationTests"/>.</summary>
    [Theory, OnEachDispatcher, Trait("rule", "OTP-1"), Trait("rule", "OTP-6")]
    public async Task It_receives_messages_also_when_its_group_is_restarted_again_before_it_has_started(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var strategy = new AllForOneStrategy(new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(1), Jitter = 0 } });
        var parent = system.ActorOf(Puppet.Supervisor(strategy), "parent");
        var first = await parent.SpawnAsync(Puppet.Props(), "first");
        var starts = 0;
        var script = new Puppet.Script
        {
            PreStart = async _ => await Task.Delay(TimeSpan.FromSeconds(starts++ == 0 ? 0 : 1.5), system.Time),
        };
        var hung = await parent.SpawnAsync(Puppet.Props(script: script) with { StopTimeout = TimeSpan.FromSeconds(2) }, "second");
        hung.DoAsync(_ => new TaskCompletionSource().Task);
        await system.DrainAsync();

        // The delay is over at 1 s; the one that hangs is given up at 3 s, and the one in its place has started at 4.5 s.
        first.Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(3.5));
        first.Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        IActorRef? second = null;
        parent.Do(puppet => second = puppet.Context.Child("second"));
        await system.DrainAsync();
        second.ShouldNotBeNull().ShouldNotBeSameAs(hung);
        (await second.CountAsync()).ShouldBe(0);
        (await first.CountAsync()).ShouldBe(0);
    }
}
