using Actors.TestKit;

namespace Actors.Tests.Supervision;

public sealed class SuspensionTests
{
    [Theory, OnEachDispatcher(Seeds = 20), Trait("rule", "SUP-10")]
    public async Task While_an_actor_awaits_its_verdict_its_descendants_handle_nothing(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var top = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(
            new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(10), Jitter = 0 } })));
        var parent = await top.SpawnAsync(Puppet.Props(script: new Puppet.Script { KeepsChildren = true }), "parent");
        var child = await parent.SpawnAsync(Puppet.Props(script: new Puppet.Script { KeepsChildren = true }), "child");
        var probe = system.CreateProbe();
        var grandchild = await child.SpawnAsync(Puppet.Props(probe), "grandchild");
        parent.Fail();
        await system.DrainAsync();
        grandchild.Tell("message");
        await probe.ExpectAsync("grandchild: PreStart");
        await probe.ExpectNoneAsync(TimeSpan.FromSeconds(9));
        await probe.FishAsync<string>(what => what == "grandchild: message");
    }

    [Theory, OnEachDispatcher, Trait("rule", "SUP-9")]
    public async Task A_new_child_of_the_same_name_is_not_blamed_for_the_failure_of_the_old(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var parent = system.ActorOf(Puppet.Supervisor(SupervisorStrategy.Stopping));
        var old = await parent.SpawnAsync(Puppet.Props(), "child");
        var probe = system.CreateProbe();
        probe.Watch(old);
        old.Fail();
        system.System.Stop(old);
        await probe.ExpectTerminatedAsync(old);
        var young = await parent.SpawnAsync(Puppet.Props(), "child");
        await system.DrainAsync();
        young.Tell(new Puppet.Increment());
        (await young.CountAsync()).ShouldBe(1);
        young.ShouldNotBe(old);
    }

    [Theory, OnEachDispatcher, Trait("rule", "SUP-11")]
    public async Task A_child_stopped_by_its_parents_restart_does_not_fail_it_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(decider: _ => Directive.Escalate), probe), "parent");
        var one = await parent.SpawnAsync(Puppet.Props());
        var two = await parent.SpawnAsync(Puppet.Props());
        await probe.ExpectAsync("parent: PreStart");
        one.Fail("one");
        two.Fail("one");
        await system.DrainAsync();
        var reports = (await probe.ReceiveAllAsync()).Cast<string>().ToArray();
        reports.ShouldBe(["parent: PreRestart(one, null)", "parent: PostStop", "parent: PostRestart(one)", "parent: PreStart"]);
    }

    [Theory, OnEachDispatcher(Seeds = 20)]
    public async Task Children_that_an_actor_makes_in_its_start_hook_work_after_its_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            PreStart = puppet =>
            {
                puppet.Context.ActorOf(Puppet.Props(probe), "child");
                return default;
            },
        }));
        await probe.ExpectAsync("child: PreStart");
        parent.Fail();
        await probe.ExpectInOrderAsync("child: PostStop", "child: PreStart");
        parent.Do(puppet => puppet.Context.Child("child")!.Tell("message"));
        await probe.ExpectAsync("child: message");
        await probe.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher(Seeds = 20)]
    public async Task A_child_made_while_its_parent_is_suspended_goes_on_with_it(TestDispatcher dispatcher, int seed)
    {
        var gate = new TaskCompletionSource();
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options =>
            options.UserStrategy = new OneForOneStrategy(decider: _ =>
            {
                gate.SetResult(); // The parent has been told to wait by now, and not to go on yet.
                return Directive.Resume;
            }));
        var probe = system.CreateProbe();
        var top = system.ActorOf(Puppet.Props(), "top");
        var parent = await top.SpawnAsync(Puppet.Props(), "parent");
        parent.DoAsync(async puppet =>
        {
            await gate.Task;
            puppet.Context.ActorOf(Puppet.Props(probe), "child").Tell("message");
        });
        await system.DrainAsync();
        top.Fail();
        await probe.ExpectInOrderAsync("child: PreStart", "child: message");
    }

    [Theory, OnEachDispatcher(Seeds = 10), Trait("rule", "SUP-7")]
    public async Task A_child_that_escalates_while_its_parent_starts_fails_it_after_the_start(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var starts = 0;
        var parent = system.ActorOf(
            Puppet.Props(reports, new Puppet.Script
            {
                Strategy = new OneForOneStrategy(decider: _ => Directive.Escalate),
                KeepsChildren = true,
                PreStart = async puppet =>
                {
                    if (++starts == 1)
                    {
                        puppet.Context.ActorOf(Puppet.Props(), "sibling");
                        puppet.Context.ActorOf(Puppet.Props(), "child").Fail();
                        await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
                        puppet.Report("started");
                    }
                },
            }),
            "parent");
        await reports.ExpectInOrderAsync(
            "parent: PreStart", "parent: started", "parent: PreRestart(boom, null)", "parent: PostRestart(boom)", "parent: PreStart");
        parent.Do(puppet =>
        {
            foreach (var child in puppet.Context.Children)
            {
                child.Tell(new Puppet.Count(), reports.Ref);
            }
        });
        await reports.ExpectInOrderAsync(0, 0);
    }

    [Theory, OnEachDispatcher(Seeds = 10)]
    public async Task A_child_made_by_the_handler_of_an_actor_that_has_failed_meanwhile_goes_on_with_it(TestDispatcher dispatcher, int seed)
    {
        var gate = new TaskCompletionSource();
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options =>
            options.UserStrategy = new OneForOneStrategy(decider: _ =>
            {
                gate.SetResult();
                return Directive.Resume;
            }));
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(decider: _ => Directive.Escalate)), "parent");
        var failing = await parent.SpawnAsync(Puppet.Props(), "failing");
        parent.DoAsync(async puppet =>
        {
            await gate.Task;
            puppet.Context.ActorOf(Puppet.Props(probe), "child").Tell("message");
        });
        failing.Fail();
        await probe.ExpectInOrderAsync("child: PreStart", "child: message");
    }
}
