using Actors.TestKit;

namespace Actors.Tests.Supervision;

public sealed class StrategyTests
{
    /// <summary>Who is restarted when the second of three fails.</summary>
    public static TheoryData<string, TestDispatcher, string[]> Strategies
    {
        get
        {
            var data = new TheoryData<string, TestDispatcher, string[]>();
            foreach (var dispatcher in Enum.GetValues<TestDispatcher>())
            {
                data.Add("one-for-one", dispatcher, ["b"]);
                data.Add("all-for-one", dispatcher, ["a", "b", "c"]);
                data.Add("rest-for-one", dispatcher, ["b", "c"]);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Strategies)), Trait("rule", "SUP-1"), Trait("rule", "OTP-1")]
    public async Task A_strategy_says_who_is_restarted(string strategy, TestDispatcher dispatcher, string[] restarted)
    {
        await using var system = await TestSystem.StartAsync(dispatcher: dispatcher);
        var (reports, children) = await FamilyAsync(system, Strategy(strategy));
        children["b"].Fail();
        (await reports.ReceiveAllAsync()).Cast<string>().Where(what => what.EndsWith("PostRestart(boom)", StringComparison.Ordinal))
            .Select(what => what[..1]).ShouldBe(restarted, ignoreOrder: true);
        foreach (var child in children.Values)
        {
            (await child.CountAsync()).ShouldBe(0);
        }
    }

    [Theory, MemberData(nameof(Strategies)), Trait("rule", "SUP-1")]
    public async Task A_strategy_says_who_is_stopped(string strategy, TestDispatcher dispatcher, string[] stopped)
    {
        await using var system = await TestSystem.StartAsync(dispatcher: dispatcher);
        var (reports, children) = await FamilyAsync(system, Strategy(strategy, _ => Directive.Stop));
        children["b"].Fail();
        (await reports.ReceiveAllAsync()).Cast<string>().Select(what => what[..1]).ShouldBe(stopped, ignoreOrder: true);
    }

    [Theory, MemberData(nameof(Strategies)), Trait("rule", "SUP-1")]
    public async Task Resume_is_for_the_failed_child_only(string strategy, TestDispatcher dispatcher, string[] group)
    {
        group.ShouldContain("b");
        await using var system = await TestSystem.StartAsync(dispatcher: dispatcher);
        var (reports, children) = await FamilyAsync(system, Strategy(strategy, _ => Directive.Resume));
        children["b"].Fail();
        children["b"].Tell("on");
        (await reports.ReceiveAllAsync()).ShouldBe(["b: on"]);
    }

    [Theory, MemberData(nameof(Strategies)), Trait("rule", "OTP-4")]
    public async Task A_temporary_child_that_fails_is_stopped_alone(string strategy, TestDispatcher dispatcher, string[] group)
    {
        group.ShouldContain("b");
        await using var system = await TestSystem.StartAsync(dispatcher: dispatcher);
        var (reports, children) = await FamilyAsync(system, Strategy(strategy), RestartType.Temporary);
        children["b"].Fail();
        (await reports.ReceiveAllAsync()).ShouldBe(["b: PostStop"]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-4")]
    public async Task A_temporary_bystander_is_stopped_and_not_restarted(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (reports, children) = await FamilyAsync(system, new AllForOneStrategy(), RestartType.Temporary);
        children["a"].Fail();
        var all = (await reports.ReceiveAllAsync()).Cast<string>().ToArray();
        all.Where(what => what[0] == 'b').ShouldBe(["b: PostStop"]);
        all.ShouldContain("a: PostRestart(boom)");
        all.ShouldContain("c: PostRestart(boom)");
    }

    /// <summary>restart type × how it ended → whether it is started again.</summary>
    public static TheoryData<RestartType, string, TestDispatcher, bool> Endings
    {
        get
        {
            var data = new TheoryData<RestartType, string, TestDispatcher, bool>();
            foreach (var dispatcher in Enum.GetValues<TestDispatcher>())
            {
                foreach (var type in Enum.GetValues<RestartType>())
                {
                    data.Add(type, "failure", dispatcher, type != RestartType.Temporary);
                    data.Add(type, "by itself", dispatcher, type == RestartType.Permanent);
                    data.Add(type, "poison pill", dispatcher, type == RestartType.Permanent);
                    data.Add(type, "its parent", dispatcher, false);
                    data.Add(type, "the system", dispatcher, false);
                }
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Endings)), Trait("rule", "OTP-4")]
    public async Task The_restart_type_says_which_endings_lead_to_a_new_start(
        RestartType type, string ending, TestDispatcher dispatcher, bool isStartedAgain)
    {
        await using var system = await TestSystem.StartAsync(dispatcher: dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props());
        var child = await parent.SpawnAsync(Puppet.Props(reports, restartType: type), "child");
        await system.DrainAsync();
        switch (ending)
        {
            case "failure":
                child.Fail();
                break;
            case "by itself":
                child.Do(puppet => puppet.Context.Stop(puppet.Self));
                break;
            case "poison pill":
                child.Tell(PoisonPill.Instance);
                break;
            case "its parent":
                parent.Do(puppet => puppet.Context.Stop(child));
                break;
            default:
                system.System.Stop(child);
                break;
        }

        (await reports.ReceiveAllAsync()).Count(what => what is "child: PreStart").ShouldBe(isStartedAgain ? 2 : 1);
        (await parent.ChildrenAsync()).Length.ShouldBe(isStartedAgain ? 1 : 0);
    }

    [Theory, OnEachDispatcher(Seeds = 30)]
    public async Task A_bystander_whose_handler_is_cut_short_by_a_group_restart_does_not_fail_the_group_again(
        TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (reports, children) = await FamilyAsync(system, new AllForOneStrategy(new RestartOptions { MaxRestarts = 1 }));
        children["b"].DoAsync(puppet => Task.Delay(Timeout.Infinite, puppet.Context.CancellationToken));
        await system.DrainAsync();
        children["a"].Fail();
        (await reports.ReceiveAllAsync()).Cast<string>().Count(what => what.EndsWith("PostRestart(boom)", StringComparison.Ordinal)).ShouldBe(3);
        foreach (var child in children.Values)
        {
            (await child.CountAsync()).ShouldBe(0);
        }
    }

    [Theory, OnEachDispatcher(Seeds = 30), Trait("rule", "RST-1")]
    public async Task In_a_group_with_a_delay_all_wait_and_lose_nothing(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (reports, children) = await FamilyAsync(system, new AllForOneStrategy(
            new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(10), Jitter = 0 } }));
        children["a"].Fail();
        await system.DrainAsync();
        foreach (var child in children.Values)
        {
            child.Tell("kept");
        }

        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(9.9));
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.1));
        var all = (await reports.ReceiveAllAsync()).Cast<string>().ToArray();
        foreach (var name in children.Keys)
        {
            all.Where(what => what.StartsWith(name, StringComparison.Ordinal)).ShouldBe(
                [$"{name}: PreRestart(boom, {(name == "a" ? "Throw" : "null")})", $"{name}: PostStop", $"{name}: PostRestart(boom)", $"{name}: PreStart", $"{name}: kept"]);
        }
    }

    private static SupervisorStrategy Strategy(string name, Func<Exception, Directive>? decider = null) => name switch
    {
        "one-for-one" => new OneForOneStrategy(decider: decider),
        "all-for-one" => new AllForOneStrategy(decider: decider),
        _ => new RestForOneStrategy(decider: decider),
    };

    private static async Task<(Probe Reports, Dictionary<string, IActorRef> Children)> FamilyAsync(
        TestSystem system, SupervisorStrategy strategy, RestartType typeOfB = RestartType.Transient)
    {
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(strategy));
        var children = new Dictionary<string, IActorRef>();
        foreach (var name in (string[])["a", "b", "c"])
        {
            children[name] = await parent.SpawnAsync(
                Puppet.Props(reports, restartType: name == "b" ? typeOfB : RestartType.Transient), name);
        }

        await reports.ReceiveAllAsync();
        return (reports, children);
    }
}
