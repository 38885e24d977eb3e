using Actors.TestKit;

namespace Actors.Tests.Supervision;

public sealed class StopOrderTests
{
    private static readonly string[] Names = ["a", "b", "c", "d"];

    public static TheoryData<string, TestDispatcher, int> Occasions
    {
        get
        {
            var data = new TheoryData<string, TestDispatcher, int>();
            foreach (var occasion in (string[])["stop", "restart", "directive", "exhausted"])
            {
                data.Add(occasion, TestDispatcher.Threads, 1);
                for (var seed = 1; seed <= 5; seed++)
                {
                    data.Add(occasion, TestDispatcher.Simulation, seed);
                }
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Occasions)), Trait("rule", "OTP-2")]
    public async Task Children_stop_one_by_one_the_last_first(string occasion, TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        await StopAsync(system, reports, occasion, StopOrder.Reverse);
        await reports.ExpectInOrderAsync("d: PostStop", "d: stopped", "c: PostStop", "c: stopped", "b: PostStop", "b: stopped", "a: PostStop", "a: stopped");
    }

    [Theory, MemberData(nameof(Occasions)), Trait("rule", "OTP-1"), Trait("rule", "OTP-2")]
    public async Task A_strategy_can_stop_them_all_at_once(string occasion, TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        await StopAsync(system, reports, occasion, StopOrder.Parallel);
        await reports.ExpectAllAsync("a: PostStop", "b: PostStop", "c: PostStop", "d: PostStop");
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(0.999));
        await reports.ExpectAllAsync("a: stopped", "b: stopped", "c: stopped", "d: stopped");
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-2"), Trait("rule", "OTP-6"), Trait("rule", "OTP-9")]
    public async Task Each_child_has_its_own_limit_and_one_that_hangs_holds_up_the_others_no_longer_than_that(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props(reports), "parent");
        foreach (var name in (string[])["a", "b", "c"])
        {
            var hangs = name != "a";
            await parent.SpawnAsync(
                Puppet.Props(reports, new Puppet.Script { PostStop = _ => hangs ? new ValueTask(new TaskCompletionSource().Task) : default }) with
                {
                    StopTimeout = TimeSpan.FromSeconds(name == "b" ? 2 : 3),
                },
                name);
        }

        await system.DrainAsync();
        await reports.ReceiveAllAsync();
        parent.Tell(PoisonPill.Instance);
        await reports.ExpectAsync("c: PostStop", TimeSpan.Zero);
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(2.999));
        await reports.ExpectAsync("b: PostStop", TimeSpan.FromSeconds(0.001));
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(1.999));
        await reports.ExpectAsync("a: PostStop", TimeSpan.FromSeconds(0.001));
        await reports.ExpectAsync("parent: PostStop", TimeSpan.Zero);
        system.Log.Entries.Count(entry => entry.EventId.Id == 1105).ShouldBe(2);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-2")]
    public async Task Until_its_turn_a_child_works_and_what_it_started_before_can_still_use_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props());
        var store = await parent.SpawnAsync(Puppet.Props(), "store");
        await parent.SpawnAsync(
            Puppet.Props(reports, new Puppet.Script
            {
                PostStop = async puppet =>
                {
                    store.Tell(new Puppet.Increment());
                    puppet.Report($"saved {await store.CountAsync()}");
                },
            }),
            "client");
        parent.Tell(PoisonPill.Instance);
        await reports.ExpectInOrderAsync("client: PreStart", "client: PostStop", "client: saved 1");
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-2")]
    public async Task A_child_that_was_told_to_stop_before_is_awaited_in_its_place(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = await ParentAsync(system, reports, StopOrder.Reverse);
        parent.Do(puppet =>
        {
            puppet.Context.Stop(puppet.Context.Child("c")!);
            puppet.Context.Stop(puppet.Self);
        });
        await reports.ExpectAllAsync("c: PostStop", "d: PostStop");
        await reports.ExpectAllAsync("c: stopped", "d: stopped");
        await reports.ExpectInOrderAsync("b: PostStop", "b: stopped", "a: PostStop", "a: stopped");
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-2")]
    public async Task A_child_that_ends_by_itself_while_it_waits_for_its_turn_is_not_waited_for(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = await ParentAsync(system, reports, StopOrder.Reverse);
        var b = (await parent.AskAsync(new GetChildren()))[1].Actor;
        parent.Tell(PoisonPill.Instance);
        await reports.ExpectAsync("d: PostStop");
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.5));
        b.Tell(PoisonPill.Instance);
        await reports.ExpectInOrderAsync("b: PostStop", "d: stopped", "c: PostStop", "b: stopped", "c: stopped", "a: PostStop", "a: stopped");
        await reports.ExpectNoneAsync(TimeSpan.FromMinutes(1));
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-2"), Trait("rule", "STOP-3")]
    public async Task A_failure_of_a_child_that_waits_for_its_turn_needs_no_verdict(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = await ParentAsync(system, reports, StopOrder.Reverse);
        var b = (await parent.AskAsync(new GetChildren()))[1].Actor;
        parent.Tell(PoisonPill.Instance);
        await reports.ExpectAsync("d: PostStop");
        b.Fail();
        await reports.ExpectInOrderAsync(
            "d: stopped", "c: PostStop", "c: stopped", "b: PostStop", "b: stopped", "a: PostStop", "a: stopped");
        system.Log.Entries.ShouldNotContain(entry => entry.EventId.Id == 1101);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-2")]
    public async Task A_child_that_waits_for_its_restart_is_stopped_in_its_turn_and_not_restarted(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = await ParentAsync(system, reports, StopOrder.Reverse, new BackoffOptions { Min = TimeSpan.FromSeconds(1.5), Jitter = 0 });
        parent.Do(puppet => puppet.Context.Child("a")!.Fail());
        await system.DrainAsync();
        parent.Tell(PoisonPill.Instance); // The delay of a would end while c stops.
        await reports.ExpectInOrderAsync(
            "d: PostStop", "d: stopped", "c: PostStop", "c: stopped", "b: PostStop", "b: stopped", "a: PostStop", "a: stopped");
        await reports.ExpectNoneAsync(TimeSpan.FromMinutes(1));
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-2")]
    public async Task What_is_under_the_guardian_stops_in_reverse_order_too(TestDispatcher dispatcher, int seed)
    {
        var order = new List<string>();
        var system = await TestSystem.StartAsync(seed, dispatcher);
        foreach (var name in Names)
        {
            system.ActorOf(
                Puppet.Props(script: new Puppet.Script
                {
                    PostStop = async _ =>
                    {
                        lock (order)
                        {
                            order.Add(name);
                        }

                        await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
                    },
                }),
                name);
        }

        await system.DrainAsync();
        await system.DisposeAsync();
        order.ShouldBe(["d", "c", "b", "a"]);
    }

    [Fact, Trait("rule", "OTP-2")]
    public void Settings_that_are_no_values_are_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => Puppet.Props() with { StopTimeout = TimeSpan.FromTicks(-2) }).ParamName.ShouldBe("StopTimeout");
        Should.Throw<ArgumentOutOfRangeException>(() => Puppet.Props() with { StashCapacity = -1 }).ParamName.ShouldBe("StashCapacity");
        (Puppet.Props() with { StopTimeout = Timeout.InfiniteTimeSpan }).StopTimeout.ShouldBe(Timeout.InfiniteTimeSpan);
    }

    /// <summary>Has a parent of four, whose stop takes a second each, stop them all.</summary>
    private static async Task StopAsync(TestSystem system, Probe reports, string occasion, StopOrder order)
    {
        var parent = await ParentAsync(system, reports, order, directive: occasion == "directive" ? Directive.Stop : Directive.Restart, isExhausted: occasion == "exhausted");
        switch (occasion)
        {
            case "stop":
                parent.Tell(PoisonPill.Instance);
                break;
            case "restart":
                parent.Fail();
                break;
            default:
                parent.Do(puppet => puppet.Context.Child("a")!.Fail()); // In a group, the others are stopped with it.
                break;
        }
    }

    private static async Task<IActorRef> ParentAsync(
        TestSystem system,
        Probe reports,
        StopOrder order,
        BackoffOptions? backoff = null,
        Directive directive = Directive.Restart,
        bool isExhausted = false)
    {
        var restart = new RestartOptions { Backoff = backoff, MaxRestarts = isExhausted ? 0 : RestartOptions.Unlimited };
        SupervisorStrategy strategy = backoff is null
            ? new RestForOneStrategy(restart, _ => directive) { StopOrder = order }
            : new OneForOneStrategy(restart, _ => directive) { StopOrder = order };
        var parent = system.ActorOf(Puppet.Supervisor(strategy));
        foreach (var name in Names)
        {
            await parent.SpawnAsync(
                Puppet.Props(reports, new Puppet.Script
                {
                    PostStop = async puppet =>
                    {
                        await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
                        puppet.Report("stopped");
                    },
                }),
                name);
        }

        await system.DrainAsync();
        await reports.ReceiveAllAsync();
        return parent;
    }
}
