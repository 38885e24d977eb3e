using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Tests.Supervision;

public sealed class DirectiveTests
{
    [Theory, OnEachDispatcher, Trait("rule", "SUP-1")]
    public async Task Resume_keeps_the_instance_and_goes_on(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var child = await ChildAsync(system, probe, Directive.Resume);
        child.Tell(new Puppet.Increment());
        child.Fail();
        child.Tell(new Puppet.Increment());
        (await child.CountAsync()).ShouldBe(2);
        await probe.ExpectInOrderAsync("child: PreStart");
        await probe.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "SUP-1")]
    public async Task Restart_replaces_the_instance_and_keeps_the_address(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var child = await ChildAsync(system, probe, Directive.Restart);
        child.Tell(new Puppet.Increment());
        child.Fail();
        child.Tell(new Puppet.Increment());
        (await child.CountAsync()).ShouldBe(1);
    }

    [Theory, OnEachDispatcher, Trait("rule", "SUP-1")]
    public async Task Stop_ends_the_child(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var child = await ChildAsync(system, null, Directive.Stop);
        probe.Watch(child);
        child.Fail();
        await probe.ExpectTerminatedAsync(child);
    }

    [Theory, OnEachDispatcher, Trait("rule", "SUP-1"), Trait("rule", "SUP-7")]
    public async Task Escalate_fails_the_parent_with_the_same_exception(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var seen = new TaskCompletionSource<Exception>();
        var top = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(decider: cause =>
        {
            seen.TrySetResult(cause);
            return Directive.Restart;
        })));
        var probe = system.CreateProbe();
        var parent = await top.SpawnAsync(Puppet.Supervisor(new OneForOneStrategy(decider: _ => Directive.Escalate), probe), "parent");
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        var boom = new BoomException();
        child.Tell(new Puppet.Throw(boom));
        (await seen.Task).ShouldBeSameAs(boom);
        await probe.ExpectInOrderAsync(
            "parent: PreStart", "parent: PreRestart(boom, null)", "parent: PostStop", "parent: PostRestart(boom)", "parent: PreStart");
        (await parent.ChildrenAsync()).ShouldBeEmpty();
    }

    [Theory, OnEachDispatcher, Trait("rule", "SUP-7")]
    public async Task Resume_after_an_escalation_lets_the_child_and_its_siblings_go_on(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var top = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(decider: _ => Directive.Resume)));
        var parent = await top.SpawnAsync(Puppet.Supervisor(new OneForOneStrategy(decider: _ => Directive.Escalate)), "parent");
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        var sibling = await parent.SpawnAsync(Puppet.Props(), "sibling");
        child.Tell(new Puppet.Increment());
        child.Fail();
        child.Tell(new Puppet.Increment());
        sibling.Tell(new Puppet.Increment());
        (await child.CountAsync()).ShouldBe(2);
        (await sibling.CountAsync()).ShouldBe(1);
        (await parent.CountAsync()).ShouldBe(0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "SUP-2"), Trait("rule", "SUP-3")]
    public async Task By_default_a_failure_restarts_and_a_kill_stops(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(), "actor");
        probe.Watch(actor);
        for (var i = 0; i < 50; i++)
        {
            actor.Fail();
        }

        (await actor.CountAsync()).ShouldBe(0);
        actor.Tell(Kill.Instance);
        await probe.ExpectTerminatedAsync(actor);
    }

    [Theory, OnEachDispatcher, Trait("rule", "SUP-3")]
    public async Task By_default_an_actor_that_cannot_start_is_stopped(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var inConstructor = system.ActorOf(Puppet.Props(script: new Puppet.Script { Construct = _ => throw new BoomException() }));
        var inPreStart = system.ActorOf(Puppet.Props(script: new Puppet.Script { PreStart = _ => throw new BoomException() }));
        probe.Watch(inConstructor);
        await probe.ExpectTerminatedAsync(inConstructor);
        probe.Watch(inPreStart);
        await probe.ExpectTerminatedAsync(inPreStart);
    }

    [Fact, Trait("rule", "SUP-3")]
    public async Task The_default_decider_stops_on_failures_that_a_restart_cannot_mend()
    {
        await using var system = await TestSystem.StartAsync();
        var path = system.System.DeadLetters.Path;
        SupervisorStrategy.DefaultDecider(new ActorInitializationException(path, new BoomException())).ShouldBe(Directive.Stop);
        SupervisorStrategy.DefaultDecider(new ActorKilledException(path)).ShouldBe(Directive.Stop);
        SupervisorStrategy.DefaultDecider(new DeathPactException(path, path)).ShouldBe(Directive.Stop);
        SupervisorStrategy.DefaultDecider(new BoomException()).ShouldBe(Directive.Restart);
    }

    [Fact, Trait("rule", "SUP-4")]
    public void Rules_are_tried_in_the_order_of_the_list()
    {
        var decide = SupervisorStrategy.Decide(
            Directive.Escalate, (typeof(ArgumentException), Directive.Resume), (typeof(ArgumentNullException), Directive.Stop));
        decide(new ArgumentNullException()).ShouldBe(Directive.Resume);
        decide(new BoomException()).ShouldBe(Directive.Escalate);
    }

    [Theory, OnEachDispatcher, Trait("rule", "SUP-5")]
    public async Task The_stopping_strategy_stops_every_child_that_fails(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(SupervisorStrategy.Stopping));
        var child = await parent.SpawnAsync(Puppet.Props());
        probe.Watch(child);
        child.Fail();
        await probe.ExpectTerminatedAsync(child);
    }

    [Theory, OnEachDispatcher, Trait("rule", "SUP-6")]
    public async Task A_stop_is_logged_as_an_error_and_what_recovers_as_a_warning(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        (await ChildAsync(system, null, Directive.Resume)).Fail("one");
        await system.Log.ExpectAsync(LogLevel.Warning, "Resuming");
        (await ChildAsync(system, null, Directive.Restart)).Fail("two");
        await system.Log.ExpectAsync(LogLevel.Warning, "Restarting");
        (await ChildAsync(system, null, Directive.Stop)).Fail("three");
        var entry = await system.Log.ExpectAsync(LogLevel.Error, "Stopping");
        entry.Message.ShouldContain("three");
        entry.Exception.ShouldBeOfType<BoomException>();
    }

    [Theory, OnEachDispatcher, Trait("rule", "SUP-12")]
    public async Task A_decider_that_throws_fails_the_supervisor(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(decider: _ => throw new BoomException("undecided")), probe), "parent");
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        child.Fail();
        await probe.ExpectInOrderAsync("parent: PreStart", "parent: PreRestart(undecided, null)");
        await system.Log.ExpectAsync(1106);
    }

    [Theory, OnEachDispatcher, Trait("rule", "SUP-12")]
    public async Task A_decision_that_is_no_directive_fails_the_supervisor(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(decider: _ => (Directive)17), probe), "parent");
        (await parent.SpawnAsync(Puppet.Props(), "child")).Fail();
        await probe.FishAsync<string>(what => what.Contains("17", StringComparison.Ordinal));
    }

    private static async Task<IActorRef> ChildAsync(TestSystem system, Probe? reports, Directive directive)
    {
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(decider: _ => directive)));
        return await parent.SpawnAsync(Puppet.Props(reports), "child");
    }
}
