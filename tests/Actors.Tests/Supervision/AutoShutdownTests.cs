using Actors.TestKit;

namespace Actors.Tests.Supervision;

public sealed class AutoShutdownTests
{
    /// <summary>restart type × how it ended → whether the end of a significant child counts.</summary>
    public static TheoryData<RestartType, string, TestDispatcher, bool> Endings
    {
        get
        {
            var data = new TheoryData<RestartType, string, TestDispatcher, bool>();
            foreach (var dispatcher in Enum.GetValues<TestDispatcher>())
            {
                foreach (var type in (RestartType[])[RestartType.Transient, RestartType.Temporary])
                {
                    data.Add(type, "by itself", dispatcher, true);
                    data.Add(type, "poison pill", dispatcher, true);
                    data.Add(type, "stopped for its failure", dispatcher, true);
                    data.Add(type, "failure", dispatcher, type == RestartType.Temporary);
                    data.Add(type, "its parent", dispatcher, false);
                    data.Add(type, "the system", dispatcher, false);
                    data.Add(type, "a sibling's failure", dispatcher, false);
                }
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Endings)), Trait("rule", "OTP-7")]
    public async Task The_end_of_a_significant_child_counts_when_it_ended_by_itself_or_failed_for_good(
        RestartType type, string ending, TestDispatcher dispatcher, bool counts)
    {
        await using var system = await TestSystem.StartAsync(dispatcher: dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new AllForOneStrategy(decider: Decide) { AutoShutdown = AutoShutdown.AnySignificant }));
        var child = await parent.SpawnAsync(Significant(type), "child");
        var sibling = await parent.SpawnAsync(Puppet.Props(), "sibling");
        probe.Watch(parent);
        await system.DrainAsync();
        switch (ending)
        {
            case "by itself":
                child.Do(puppet => puppet.Context.Stop(puppet.Self));
                break;
            case "poison pill":
                child.Tell(PoisonPill.Instance);
                break;
            case "stopped for its failure":
                child.Fail("fatal");
                break;
            case "failure":
                child.Fail();
                break;
            case "its parent":
                parent.Do(puppet => puppet.Context.Stop(child));
                break;
            case "the system":
                system.System.Stop(child);
                break;
            default:
                sibling.Fail("fatal"); // Stops the group.
                break;
        }

        await system.DrainAsync();
        if (counts)
        {
            await probe.ExpectTerminatedAsync(parent, TimeSpan.Zero);
            await system.Log.ExpectAsync(1126);
        }
        else
        {
            await probe.ExpectNoneAsync();
            await parent.CountAsync();
        }

        static Directive Decide(Exception cause) => cause.Message == "fatal" ? Directive.Stop : Directive.Restart;
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-7")]
    public async Task A_significant_child_that_is_out_of_restarts_ends_its_supervisor(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(
            new OneForOneStrategy(new RestartOptions { MaxRestarts = 1 }) { AutoShutdown = AutoShutdown.AllSignificant }));
        var child = await parent.SpawnAsync(Significant());
        probe.Watch(parent);
        child.Fail();
        await system.DrainAsync();
        await probe.ExpectNoneAsync();
        child.Fail();
        await probe.ExpectTerminatedAsync(parent);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-7")]
    public async Task With_all_significant_the_last_one_counts_and_the_others_stop_in_order(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy { AutoShutdown = AutoShutdown.AllSignificant }, reports), "parent");
        var one = await parent.SpawnAsync(Significant(), "one");
        await parent.SpawnAsync(Puppet.Props(reports), "helper");
        await parent.SpawnAsync(Puppet.Props(reports), "another");
        var two = await parent.SpawnAsync(Significant(), "two");
        await system.DrainAsync();
        await reports.ReceiveAllAsync();
        one.Tell(PoisonPill.Instance);
        await reports.ExpectNoneAsync();
        two.Tell(PoisonPill.Instance);
        await reports.ExpectInOrderAsync("another: PostStop", "helper: PostStop", "parent: PostStop");
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-7")]
    public async Task A_significant_child_that_its_supervisor_has_told_to_stop_is_not_waited_for(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy { AutoShutdown = AutoShutdown.AllSignificant }));
        var slow = await parent.SpawnAsync(
            Puppet.Props(script: new Puppet.Script { PostStop = _ => new ValueTask(Task.Delay(TimeSpan.FromSeconds(1), system.Time)) }) with { IsSignificant = true });
        var last = await parent.SpawnAsync(Significant());
        probe.Watch(parent);
        parent.Do(puppet => puppet.Context.Stop(slow));
        await system.DrainAsync();
        last.Tell(PoisonPill.Instance);
        await probe.ExpectTerminatedAsync(parent, TimeSpan.FromSeconds(1));
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-7")]
    public async Task A_supervisor_that_shuts_down_has_ended_by_itself_to_its_own(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        foreach (var type in (RestartType[])[RestartType.Transient, RestartType.Permanent])
        {
            var props = Puppet.Supervisor(new OneForOneStrategy { AutoShutdown = AutoShutdown.AnySignificant }, reports) with { RestartType = type };
            var parent = system.ActorOf(props, type.ToString());
            (await parent.SpawnAsync(Significant())).Tell(PoisonPill.Instance);
        }

        await system.DrainAsync();
        var all = (await reports.ReceiveAllAsync()).Cast<string>().ToArray();
        all.Where(what => what.StartsWith("Transient", StringComparison.Ordinal)).ShouldBe(["Transient: PreStart", "Transient: PostStop"]);
        all.Where(what => what.StartsWith("Permanent", StringComparison.Ordinal)).ShouldBe(["Permanent: PreStart", "Permanent: PostStop", "Permanent: PreStart"]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-7")]
    public async Task The_guardian_can_shut_down_too_and_the_system_with_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options =>
            options.UserStrategy = new OneForOneStrategy { AutoShutdown = AutoShutdown.AnySignificant });
        system.ActorOf(Significant()).Tell(PoisonPill.Instance);
        (await system.System.WhenTerminated).ShouldBeNull();
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-7")]
    public async Task What_makes_no_sense_is_refused_when_the_child_is_made(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var atTop = Should.Throw<SignificantChildException>(() => system.ActorOf(Significant(), "child"));
        atTop.Child.ShouldBe("child");
        atTop.Parent.Local.ShouldBe("/user");
        atTop.Message.ShouldContain("never shuts down");
        Should.Throw<SignificantChildException>(() => system.ActorOf(Significant())).Child.ShouldBe(nameof(Puppet));

        var probe = system.CreateProbe();
        var shutsDown = new OneForOneStrategy { AutoShutdown = AutoShutdown.AllSignificant };
        system.ActorOf(Puppet.Supervisor(shutsDown)).Do(puppet => probe.Ref.Tell(
            Should.Throw<SignificantChildException>(() => puppet.Context.ActorOf(Significant(RestartType.Permanent)))));
        (await probe.ExpectAsync<SignificantChildException>()).Message.ShouldContain("permanent");
        (await system.System.User.AskAsync(new GetChildren())).Count.ShouldBe(2); // Nothing is left of what was refused.
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-7")]
    public async Task Children_of_a_constructor_are_checked_when_the_instance_can_say_how_it_supervises(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var good = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Strategy = new OneForOneStrategy { AutoShutdown = AutoShutdown.AnySignificant },
            Construct = puppet => puppet.Context.ActorOf(Significant(), "child"),
        }));
        (await good.ChildrenAsync()).ShouldBe(["child"]);
        var bad = system.ActorOf(
            Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.Context.ActorOf(Significant(), "child") }), "bad");
        var probe = system.CreateProbe();
        probe.Watch(bad);
        await probe.ExpectTerminatedAsync(bad);
        (await system.Log.ExpectAsync(1102)).Exception.ShouldBeOfType<ActorInitializationException>()
            .InnerException.ShouldBeOfType<SignificantChildException>().Parent.ShouldBe(bad.Path);
    }

    [Theory, OnEachDispatcher, Trait("rule", "SUP-13"), Trait("rule", "SUP-12")]
    public async Task A_strategy_that_throws_when_a_child_has_ended_fails_the_supervisor(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        foreach (var isSignificant in (bool[])[false, true])
        {
            var throws = false;
            var parent = system.ActorOf(Props.Create(() => new Undecided(() => throws)));
            var props = isSignificant ? Significant() : Puppet.Props(restartType: RestartType.Permanent);
            var child = await parent.SpawnAsync(props, "child");
            var old = child;
            throws = true;
            child.Tell(PoisonPill.Instance);
            await system.Log.ExpectAsync(1106);
            await system.Log.ExpectAsync(1101);
            throws = false;
            (await parent.AskAsync(new GetChildren())).ShouldBeEmpty(); // It was restarted.
            (await parent.SpawnAsync(Puppet.Props(), "child")).ShouldNotBe(old);
        }
    }

    private static Props Significant(RestartType type = RestartType.Transient) => Puppet.Props(restartType: type) with { IsSignificant = true };

    private sealed class Undecided : ReceiveActor
    {
        private readonly Func<bool> _throws;

        public Undecided(Func<bool> throws)
        {
            _throws = throws;
            Receive<Puppet.Spawn>(message => Sender.Tell(Context.ActorOf(message.Props, message.Name), Self));
        }

        protected override SupervisorStrategy SupervisorStrategy =>
            _throws() ? throw new BoomException("undecided") : new OneForOneStrategy { AutoShutdown = AutoShutdown.AnySignificant };
    }
}
