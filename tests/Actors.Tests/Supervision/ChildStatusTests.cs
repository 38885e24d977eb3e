using Actors.TestKit;

namespace Actors.Tests.Supervision;

public sealed class ChildStatusTests
{
    [Theory, OnEachDispatcher, Trait("rule", "OTP-8"), Trait("rule", "BO-13")]
    public async Task A_supervisor_says_what_each_child_is_doing(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var start = VirtualTime.DefaultStart;
        var slow = new Puppet.Script
        {
            PreStart = _ => new ValueTask(Task.Delay(TimeSpan.FromSeconds(10), system.Time)),
            PreRestart = _ => new ValueTask(Task.Delay(TimeSpan.FromSeconds(2), system.Time)),
            PostStop = _ => new ValueTask(Task.Delay(TimeSpan.FromSeconds(1), system.Time)),
        };
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(
            new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(5), Jitter = 0 } })));
        await parent.SpawnAsync(Puppet.Props(restartType: RestartType.Permanent), "steady");
        var restarting = await parent.SpawnAsync(Puppet.Props(script: slow), "restarting");
        var stopping = await parent.SpawnAsync(Puppet.Props(script: slow, restartType: RestartType.Temporary), "stopping");
        await ShouldBeAsync(
            parent,
            ("steady", RestartType.Permanent, ChildState.Running, 0, start),
            ("restarting", RestartType.Transient, ChildState.Starting, 0, start),
            ("stopping", RestartType.Temporary, ChildState.Starting, 0, start));
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var ready = start.AddSeconds(10);
        await ShouldBeAsync(
            parent,
            ("steady", RestartType.Permanent, ChildState.Running, 0, start),
            ("restarting", RestartType.Transient, ChildState.Running, 0, ready),
            ("stopping", RestartType.Temporary, ChildState.Running, 0, ready));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        restarting.Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(4));
        await ShouldBeAsync(
            parent,
            ("steady", RestartType.Permanent, ChildState.Running, 0, start),
            ("restarting", RestartType.Transient, ChildState.Backoff, 0, ready.AddSeconds(1)),
            ("stopping", RestartType.Temporary, ChildState.Running, 0, ready));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.5));
        parent.Do(puppet => puppet.Context.Stop(stopping));
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.5));
        await ShouldBeAsync(
            parent,
            ("steady", RestartType.Permanent, ChildState.Running, 0, start),
            ("restarting", RestartType.Transient, ChildState.Restarting, 0, ready.AddSeconds(6)), // Since its delay was over.
            ("stopping", RestartType.Temporary, ChildState.Stopping, 0, ready.AddSeconds(6.5)));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await ShouldBeAsync(
            parent,
            ("steady", RestartType.Permanent, ChildState.Running, 0, start),
            ("restarting", RestartType.Transient, ChildState.Restarting, 0, ready.AddSeconds(6)));
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        await ShouldBeAsync(
            parent,
            ("steady", RestartType.Permanent, ChildState.Running, 0, start),
            ("restarting", RestartType.Transient, ChildState.Running, 1, ready.AddSeconds(1 + 5 + 2 + 1 + 10)));
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-8")]
    public async Task It_answers_while_its_handler_awaits_and_runs_no_user_code_for_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(
            Puppet.Props(reports, new Puppet.Script { Construct = puppet => puppet.On<GetChildren>(_ => puppet.Report("was asked")) }), "parent");
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        parent.DoAsync(_ => new TaskCompletionSource().Task);
        await system.DrainAsync();
        (await parent.AskAsync(new GetChildren())).ShouldHaveSingleItem().Actor.ShouldBe(child);
        await reports.ExpectAsync("parent: PreStart");
        await reports.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-8")]
    public async Task It_answers_while_it_is_suspended_waits_for_its_restart_starts_or_stops(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options =>
            options.UserStrategy = new OneForOneStrategy(new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(5), Jitter = 0 } }));
        var parent = system.ActorOf(Puppet.Props(script: new Puppet.Script { KeepsChildren = true }), "parent");
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        await child.SpawnAsync(Puppet.Props(), "grandchild");
        parent.Fail();
        await system.DrainAsync();
        (await parent.AskAsync(new GetChildren())).ShouldHaveSingleItem().State.ShouldBe(ChildState.Running);
        (await child.AskAsync(new GetChildren())).ShouldHaveSingleItem().Actor.Path.Name.ShouldBe("grandchild");
        (await system.System.User.AskAsync(new GetChildren())).Single(status => status.Actor.Path.Name == "parent").State.ShouldBe(ChildState.Backoff);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-8")]
    public async Task A_child_that_waits_for_a_verdict_has_failed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options =>
            options.UserStrategy = new OneForOneStrategy(new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(5), Jitter = 0 } }));
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(decider: _ => Directive.Escalate)));
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        await parent.SpawnAsync(Puppet.Props(), "sibling");
        child.Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await parent.AskAsync(new GetChildren())).Select(status => (status.State, status.Since)).ShouldBe(
            [(ChildState.Failed, VirtualTime.DefaultStart), (ChildState.Running, VirtualTime.DefaultStart)]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-8")]
    public async Task Its_own_code_can_ask_its_context_and_nobody_has_no_children(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props());
        (await parent.AskAsync(new GetChildren())).ShouldBeEmpty();
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        await system.DrainAsync();
        parent.Do(puppet => probe.Ref.Tell(puppet.Context.GetChildren().Single()));
        (await probe.ExpectAsync<ChildStatus>()).ShouldBe(
            new ChildStatus(child, typeof(Puppet), RestartType.Transient, ChildState.Running, 0, VirtualTime.DefaultStart));
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-8"), Trait("rule", "ASK-5")]
    public async Task Who_has_ended_cannot_be_asked(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props());
        actor.Tell(PoisonPill.Instance);
        await system.DrainAsync();
        try
        {
            await actor.AskAsync(new GetChildren());
            Assert.Fail("It answered.");
        }
        catch (ActorNotFoundException refused)
        {
            refused.Request.ShouldBe(typeof(GetChildren));
        }
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-8")]
    public async Task In_the_delay_of_a_group_all_wait_and_then_restart_one_by_one(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var parent = system.ActorOf(Puppet.Supervisor(new AllForOneStrategy(
            new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(5), Jitter = 0 } })));
        var script = new Puppet.Script
        {
            PreRestart = _ => new ValueTask(Task.Delay(TimeSpan.FromSeconds(1), system.Time)),
            PostRestart = _ => new ValueTask(Task.Delay(TimeSpan.FromSeconds(1), system.Time)),
        };
        foreach (var name in (string[])["a", "b"])
        {
            await parent.SpawnAsync(Puppet.Props(script: script), name);
        }

        parent.Do(puppet => puppet.Context.Child("a")!.Fail());
        await system.DrainAsync();
        await StatesAsync(ChildState.Backoff, ChildState.Backoff);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5.5));
        await StatesAsync(ChildState.Restarting, ChildState.Restarting); // b ends its old instance, and a failed before.
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        await StatesAsync(ChildState.Restarting, ChildState.Restarting); // a starts, and b waits for it.
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await StatesAsync(ChildState.Running, ChildState.Restarting);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await StatesAsync(ChildState.Running, ChildState.Running);

        async Task StatesAsync(ChildState a, ChildState b) =>
            (await parent.AskAsync(new GetChildren())).Select(status => status.State).ShouldBe([a, b]);
    }

    private static async Task ShouldBeAsync(IActorRef parent, params (string Name, RestartType Type, ChildState State, int Restarts, DateTimeOffset Since)[] children) =>
        (await parent.AskAsync(new GetChildren()))
            .Select(status => (status.Actor.Path.Name, status.RestartType, status.State, status.Restarts, status.Since)).ShouldBe(children);
}
