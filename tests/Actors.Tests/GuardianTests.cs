using Actors.TestKit;

namespace Actors.Tests;

public sealed class GuardianTests
{
    [Theory, OnEachDispatcher, Trait("rule", "SUP-8")]
    public async Task A_failure_that_escalates_past_the_guardian_ends_the_system(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options =>
            options.UserStrategy = new OneForOneStrategy(decider: _ => Directive.Escalate));
        var reports = system.CreateProbe();
        var hasStopped = false;
        var bystander = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            PostStop = _ =>
            {
                hasStopped = true;
                return default;
            },
        }));
        await bystander.CountAsync();
        var boom = new BoomException();
        system.ActorOf(Puppet.Props(), "actor").Tell(new Puppet.Throw(boom));
        (await system.System.WhenTerminated).ShouldBeSameAs(boom);
        hasStopped.ShouldBeTrue();
        (await system.Log.ExpectAsync(1001)).Exception.ShouldBeSameAs(boom);
        reports.Count.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task What_is_under_user_ends_before_what_is_under_system(TestDispatcher dispatcher, int seed)
    {
        var system = await TestSystem.StartAsync(seed, dispatcher);
        var order = new List<string>();
        Puppet.Script Ending(string name) => new()
        {
            PostStop = _ =>
            {
                lock (order)
                {
                    order.Add(name);
                }

                return default;
            },
        };
        await system.System.SystemActorOf(Puppet.Props(script: Ending("system")), "infrastructure").CountAsync();
        var parent = system.ActorOf(Puppet.Props(script: Ending("user")));
        await parent.SpawnAsync(Puppet.Props(script: Ending("child")));
        await system.DisposeAsync();
        order.ShouldBe(["child", "user", "system"]);
        (await system.System.TerminateAsync()).ShouldBeNull();
    }

    [Theory, OnEachDispatcher]
    public async Task A_system_that_ends_makes_no_actors(TestDispatcher dispatcher, int seed)
    {
        var system = await TestSystem.StartAsync(seed, dispatcher);
        await system.DisposeAsync();
        Should.Throw<ActorSystemTerminatedException>(() => system.ActorOf(Puppet.Props())).System.ShouldBe("test");
        Should.Throw<ActorSystemTerminatedException>(() => system.System.SystemActorOf(Puppet.Props(), "late"));
    }

    [Theory, OnEachDispatcher, Trait("rule", "STOP-4")]
    public async Task A_name_is_used_once_among_siblings(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props(), "name");
        Should.Throw<InvalidActorNameException>(() => system.ActorOf(Puppet.Props(), "name")).Message.ShouldContain("already has a child named 'name'");
        (await actor.SpawnAsync(Puppet.Props(), "name")).Path.Local.ShouldBe("/user/name/name");
        system.ActorOf(Puppet.Props()).Path.Name.ShouldStartWith("$");
    }

    [Theory, OnEachDispatcher]
    public async Task An_actor_stops_only_itself_and_its_children(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var stranger = system.ActorOf(Puppet.Props());
        system.ActorOf(Puppet.Props()).Do(puppet => probe.Ref.Tell(Should.Throw<ArgumentException>(() => puppet.Context.Stop(stranger))));
        (await probe.ExpectAsync<ArgumentException>()).Message.ShouldContain("PoisonPill");
    }
}
