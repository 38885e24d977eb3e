using Actors.TestKit;

namespace Actors.Tests.Supervision;

/// <summary>The restart of a group: old instances end in reverse order, new ones start in order, and one restart answers all failures before it.</summary>
public sealed class GroupRestartTests
{
    [Theory, OnEachDispatcher, Trait("rule", "OTP-1"), Trait("rule", "OTP-2")]
    public async Task The_old_instances_end_in_reverse_order_before_the_new_ones_start_in_order(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var family = await Family.CreateAsync(system, new AllForOneStrategy());
        family["b"].Fail();
        await family.Reports.ExpectInOrderAsync(
            "c: PreRestart(boom, null)", "c: PostStop", "c: halted",
            "b: PreRestart(boom, Throw)", "b: PostStop", "b: halted",
            "a: PreRestart(boom, null)", "a: PostStop", "a: halted",
            "a: PostRestart(boom)", "a: PreStart", "a: started",
            "b: PostRestart(boom)", "b: PreStart", "b: started",
            "c: PostRestart(boom)", "c: PreStart", "c: started");
        await family.Reports.ExpectNoneAsync(TimeSpan.FromMinutes(1));
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-1")]
    public async Task Rest_for_one_leaves_those_before_alone(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var family = await Family.CreateAsync(system, new RestForOneStrategy());
        family["b"].Fail();
        await family.Reports.ExpectInOrderAsync(
            "c: PreRestart(boom, null)", "c: PostStop", "c: halted",
            "b: PreRestart(boom, Throw)", "b: PostStop", "b: halted",
            "b: PostRestart(boom)", "b: PreStart", "b: started",
            "c: PostRestart(boom)", "c: PreStart", "c: started");
        await family.Reports.ExpectNoneAsync(TimeSpan.FromMinutes(1));
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-1")]
    public async Task In_parallel_each_is_restarted_by_itself(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var family = await Family.CreateAsync(system, new AllForOneStrategy { StopOrder = StopOrder.Parallel });
        family["b"].Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        var all = (await family.Reports.ReceiveAllAsync()).Cast<string>().ToArray();
        all.Count(what => what.EndsWith("started", StringComparison.Ordinal)).ShouldBe(3);
        system.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(1 + 2)); // In order it would take six.
    }

    [Theory, OnEachDispatcher(Seeds = 20), Trait("rule", "OTP-3"), Trait("rule", "LIM-6")]
    public async Task Failures_at_the_same_time_lead_to_one_restart_and_count_as_one(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var family = await Family.CreateAsync(system, new AllForOneStrategy(new RestartOptions { MaxRestarts = 1 }));
        var gate = new TaskCompletionSource();
        foreach (var name in Family.Names)
        {
            family[name].DoAsync(async _ =>
            {
                await gate.Task;
                throw new BoomException();
            });
        }

        await system.DrainAsync();
        gate.SetResult();
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var all = (await family.Reports.ReceiveAllAsync()).Cast<string>().ToArray();
        foreach (var name in Family.Names)
        {
            all.Count(what => what == $"{name}: started").ShouldBe(1);
            (await family[name].CountAsync()).ShouldBe(0);
        }

        family["a"].Fail();
        await system.DrainAsync();
        (await system.Log.ExpectAsync(1104)).Message.ShouldContain("after 1 restarts");
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-3")]
    public async Task A_failure_before_its_turn_in_a_restart_under_way_is_answered_by_that_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var family = await Family.CreateAsync(system, new AllForOneStrategy(new RestartOptions { MaxRestarts = 1 }));
        family["c"].Fail();
        await family.Reports.ExpectAsync("c: PreRestart(boom, Throw)");
        family["a"].Fail("meanwhile"); // Its turn comes in two seconds.
        await system.Log.ExpectAsync(1124);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var all = (await family.Reports.ReceiveAllAsync()).Cast<string>().ToArray();
        all.ShouldContain("a: PreRestart(boom, Throw)"); // With the cause of the restart, and its own message.
        all.Count(what => what.EndsWith("started", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-3"), Trait("rule", "BO-1")]
    public async Task A_failure_during_the_delay_of_the_group_is_answered_by_its_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var family = await Family.CreateAsync(system, new AllForOneStrategy(
            new RestartOptions { MaxRestarts = 1, Backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(10), Jitter = 0 } }));
        var gate = new TaskCompletionSource();
        family["b"].DoAsync(async _ =>
        {
            await gate.Task;
            throw new BoomException("late");
        });
        await system.DrainAsync();
        family["a"].Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        gate.SetResult();
        await system.Log.ExpectAsync(1124);
        await family.Reports.ExpectNoneAsync(TimeSpan.FromSeconds(4.999));
        await family.Reports.FishAsync<string>(what => what == "c: started", TimeSpan.FromSeconds(6.001));
        await family.Reports.ExpectNoneAsync(TimeSpan.FromMinutes(1));
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-1")]
    public async Task A_failure_of_one_before_them_takes_the_restart_of_the_rest_along(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var family = await Family.CreateAsync(system, new RestForOneStrategy());
        family["b"].Fail("first");
        await family.Reports.ExpectInOrderAsync("c: PreRestart(first, null)", "c: PostStop");
        family["a"].Fail("second");
        await family.Reports.ExpectInOrderAsync(
            "c: halted",
            "b: PreRestart(second, Throw)", "b: PostStop", "b: halted",
            "a: PreRestart(second, Throw)", "a: PostStop", "a: halted",
            "a: PostRestart(second)", "a: PreStart", "a: started",
            "b: PostRestart(second)", "b: PreStart", "b: started",
            "c: PostRestart(first)", "c: PreStart", "c: started");
        await family.Reports.ExpectNoneAsync(TimeSpan.FromMinutes(1));
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-5")]
    public async Task A_member_that_cannot_start_counts_again_and_its_group_begins_anew(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var starts = 0;
        var family = await Family.CreateAsync(
            system,
            new AllForOneStrategy(new RestartOptions { MaxRestarts = 2 }),
            postRestart: (name, _) => name == "b" && ++starts == 1 ? throw new BoomException("start") : default);
        family["c"].Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        var all = (await family.Reports.ReceiveAllAsync()).Cast<string>().ToArray();
        all.Count(what => what.StartsWith("a: PostRestart", StringComparison.Ordinal)).ShouldBe(2);
        all.Count(what => what.StartsWith("b: PostRestart", StringComparison.Ordinal)).ShouldBe(2);
        all.Count(what => what.StartsWith("c: PostRestart", StringComparison.Ordinal)).ShouldBe(1); // It had not been built when b failed.
        all[^9..].Where(what => what.EndsWith("started", StringComparison.Ordinal)).ShouldBe(["a: started", "b: started", "c: started"]);
        family["a"].Fail();
        await system.Log.ExpectAsync(1104);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-9")]
    public async Task A_member_whose_old_instance_does_not_end_is_replaced_with_a_report(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var family = await Family.CreateAsync(system, new AllForOneStrategy());
        var probe = system.CreateProbe();
        var old = family["b"];
        probe.Watch(old);
        old.DoAsync(_ => new TaskCompletionSource().Task);
        old.Tell("in the old mailbox");
        await system.DrainAsync();
        family["a"].Fail();
        await family.Reports.FishAsync<string>(what => what == "c: halted");
        await family.Reports.ExpectNoneAsync(TimeSpan.FromSeconds(4.999));
        await probe.ExpectNoneAsync();
        await probe.ExpectTerminatedAsync(old, TimeSpan.FromSeconds(0.001));
        (await system.Log.ExpectAsync(1105)).Message.ShouldContain("/user/parent/b");
        await family.Reports.ExpectInOrderAsync(
            "a: PreRestart(boom, Throw)", "a: PostStop", "a: halted",
            "a: PostRestart(boom)", "a: PreStart", "a: started",
            "b: PreStart", "b: started",
            "c: PostRestart(boom)", "c: PreStart", "c: started");
        var status = await family.StatusAsync("b");
        status.Actor.ShouldNotBe(old);
        status.Restarts.ShouldBe(1);
        (await family.Parent.ChildrenAsync()).ShouldBe(["a", "b", "c"]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-4")]
    public async Task A_temporary_bystander_is_stopped_in_its_turn_and_not_missed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var family = await Family.CreateAsync(system, new AllForOneStrategy(), typeOfB: RestartType.Temporary);
        family["a"].Fail();
        await family.Reports.ExpectInOrderAsync(
            "c: PreRestart(boom, null)", "c: PostStop", "c: halted",
            "b: PostStop", "b: halted",
            "a: PreRestart(boom, Throw)", "a: PostStop", "a: halted",
            "a: PostRestart(boom)", "a: PreStart", "a: started",
            "c: PostRestart(boom)", "c: PreStart", "c: started");
        (await family.Parent.ChildrenAsync()).ShouldBe(["a", "c"]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-4")]
    public async Task A_permanent_child_that_ends_by_itself_restarts_its_group_and_keeps_its_place(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var family = await Family.CreateAsync(system, new RestForOneStrategy(), typeOfB: RestartType.Permanent);
        family["b"].Tell(PoisonPill.Instance);
        const string Cause = "Actor 'actors://test/user/parent/b' is permanent, but ended by itself.";
        await family.Reports.ExpectInOrderAsync(
            "b: PostStop", "b: halted",
            $"c: PreRestart({Cause}, null)", "c: PostStop", "c: halted",
            "b: PreStart", "b: started",
            $"c: PostRestart({Cause})", "c: PreStart", "c: started");

        // In its old place, between a and c: the next failure of c leaves it alone, and its own takes c along.
        (await family.Parent.ChildrenAsync()).ShouldBe(["a", "b", "c"]);
        family["c"].Fail();
        await family.Reports.FishAsync<string>(what => what == "c: started");
        var b = (await family.StatusAsync("b")).Actor;
        b.Fail();
        await family.Reports.ExpectAsync("c: PreRestart(boom, null)");
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-4"), Trait("rule", "STOP-4")]
    public async Task While_a_permanent_child_waits_for_its_next_incarnation_its_name_and_place_are_kept(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var family = await Family.CreateAsync(
            system,
            new OneForOneStrategy(new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(10), Jitter = 0 } }),
            typeOfB: RestartType.Permanent);
        family["b"].Tell(PoisonPill.Instance);
        await family.Reports.ExpectInOrderAsync("b: PostStop", "b: halted");
        (await family.Parent.ChildrenAsync()).ShouldBe(["a", "c"]);
        (await family.StatusAsync("b")).State.ShouldBe(ChildState.Backoff);
        family.Parent.Do(puppet =>
        {
            puppet.Context.Child("b").ShouldBeNull();
            family.Reports.Ref.Tell(Should.Throw<InvalidActorNameException>(() => puppet.Context.ActorOf(Puppet.Props(), "b")).Message);
        });
        (await family.Reports.ExpectAsync<string>()).ShouldEndWith("this one waits to be started again: stop it first.");
        await family.Reports.ExpectNoneAsync(TimeSpan.FromSeconds(9.999));
        await family.Reports.ExpectAsync("b: PreStart", TimeSpan.FromSeconds(0.001));
        (await family.Parent.ChildrenAsync()).ShouldBe(["a", "b", "c"]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-8")]
    public async Task A_permanent_child_that_waits_for_its_next_incarnation_can_be_given_up(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var family = await Family.CreateAsync(
            system,
            new OneForOneStrategy(new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(10), Jitter = 0 } }),
            typeOfB: RestartType.Permanent);
        family["b"].Tell(PoisonPill.Instance);
        await family.Reports.ExpectInOrderAsync("b: PostStop", "b: halted");
        if (seed % 2 == 0)
        {
            system.System.Stop(family["b"]);
        }
        else
        {
            family.Parent.Do(puppet => puppet.Context.Stop(family["b"]));
        }

        await family.Reports.ExpectNoneAsync(TimeSpan.FromMinutes(1));
        (await family.Parent.AskAsync(new GetChildren())).Select(child => child.Actor.Path.Name).ShouldBe(["a", "c"]);
        await family.Parent.SpawnAsync(Puppet.Props(), "b");
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-3")]
    public async Task A_group_can_be_exhausted_by_a_permanent_child_that_ends(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var action = (ExhaustedAction)(seed % 2); // Fail or Escalate.
        var family = await Family.CreateAsync(
            system, new AllForOneStrategy(new RestartOptions { MaxRestarts = 0, OnExhausted = action }), typeOfB: RestartType.Permanent);
        family["b"].Tell(PoisonPill.Instance);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        var all = (await family.Reports.ReceiveAllAsync()).Cast<string>().ToArray();
        if (action == ExhaustedAction.Fail)
        {
            all.ShouldBe(["b: PostStop", "b: halted", "c: PostStop", "c: halted", "a: PostStop", "a: halted"]);
            (await system.Log.ExpectAsync(1104)).Exception.ShouldBeOfType<RestartLimitException>().InnerException.ShouldBeOfType<PermanentActorEndedException>();
        }
        else
        {
            all.ShouldContain("parent: PostRestart(" + new RestartLimitException(
                family["b"].Path, 0, Timeout.InfiniteTimeSpan, new PermanentActorEndedException(family["b"].Path)).Message + ")");
        }

        (await family.Parent.AskAsync(new GetChildren())).ShouldBeEmpty();
    }

    [Theory, OnEachDispatcher(Seeds = 20), Trait("rule", "SUP-7"), Trait("rule", "RST-1")]
    public async Task Survivors_of_their_parents_restart_are_restarted_in_order_and_handle_nothing_before(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var family = await Family.CreateAsync(system, new OneForOneStrategy(), keepsChildren: true);
        family.Parent.Fail();
        foreach (var name in Family.Names)
        {
            family[name].Tell("kept");
        }

        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        var all = (await family.Reports.ReceiveAllAsync()).Cast<string>().Where(what => !what.StartsWith("parent", StringComparison.Ordinal)).ToArray();
        all.Where(what => !what.EndsWith("kept", StringComparison.Ordinal)).Where(what => !what.EndsWith("PostStop", StringComparison.Ordinal)).ShouldBe(
        [
            "c: PreRestart(boom, null)", "c: halted", "b: PreRestart(boom, null)", "b: halted", "a: PreRestart(boom, null)", "a: halted",
            "a: PostRestart(boom)", "a: PreStart", "a: started",
            "b: PostRestart(boom)", "b: PreStart", "b: started",
            "c: PostRestart(boom)", "c: PreStart", "c: started",
        ]);
        foreach (var name in Family.Names)
        {
            // Not by an instance that was to go; or, if the message was faster than the failure, before any of it.
            var kept = Array.IndexOf(all, $"{name}: kept");
            (kept > Array.IndexOf(all, $"{name}: started") || kept < Array.IndexOf(all, "c: PreRestart(boom, null)")).ShouldBeTrue(string.Join('\n', all));
        }
    }

    [Theory, OnEachDispatcher(Seeds = 20), Trait("rule", "SUP-7")]
    public async Task A_member_that_escalates_in_its_start_holds_up_the_group_until_there_is_a_verdict(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options =>
            options.UserStrategy = new OneForOneStrategy(new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(10), Jitter = 0 } }));
        var starts = 0;
        var family = await Family.CreateAsync(
            system,
            new AllForOneStrategy(decider: cause => cause is PostRestartException ? Directive.Escalate : Directive.Restart),
            keepsChildren: true,
            postRestart: (name, _) => name == "b" && ++starts == 1 ? throw new BoomException("start") : default);
        family["a"].Fail();
        await family.Reports.FishAsync<string>(what => what == "b: PostRestart(boom)", TimeSpan.FromSeconds(10));
        await family.Reports.ExpectNoneAsync(TimeSpan.FromSeconds(9)); // c waits, or it would start without b.
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await family.Reports.ReceiveAllAsync()).Cast<string>().Where(what => what.EndsWith("started", StringComparison.Ordinal))
            .ShouldBe(["a: started", "b: started", "c: started"]);
        foreach (var name in Family.Names)
        {
            (await family[name].CountAsync()).ShouldBe(0);
        }
    }

    [Theory, OnEachDispatcher(Seeds = 20), Trait("rule", "SUP-7")]
    public async Task A_group_goes_on_when_its_supervisor_is_resumed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options =>
            options.UserStrategy = new OneForOneStrategy(decider: _ => Directive.Resume));
        var starts = 0;
        var family = await Family.CreateAsync(
            system,
            new AllForOneStrategy(decider: cause => cause is PostRestartException ? Directive.Escalate : Directive.Restart),
            postRestart: (name, _) => name == "b" && ++starts == 1 ? throw new BoomException("start") : default);
        family["a"].Fail();
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        foreach (var name in Family.Names)
        {
            (await family[name].CountAsync()).ShouldBe(0);
        }
    }

    [Theory, OnEachDispatcher(Seeds = 20)]
    public async Task A_supervisor_can_stop_in_the_middle_of_a_group_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var family = await Family.CreateAsync(system, new AllForOneStrategy());
        var probe = system.CreateProbe();
        probe.Watch(family.Parent);
        family["b"].Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(seed % 7)); // c, b and a end in the first three seconds, and start in the next three.
        family.Parent.Tell(PoisonPill.Instance);
        await probe.ExpectTerminatedAsync(family.Parent, TimeSpan.FromSeconds(6));
        var all = (await family.Reports.ReceiveAllAsync()).Cast<string>().ToArray();
        all.Count(what => what.EndsWith("halted", StringComparison.Ordinal)).ShouldBe(
            3 + all.Count(what => what.EndsWith("PostRestart(boom)", StringComparison.Ordinal)), string.Join('\n', all));
        await system.Log.ExpectAsync(1101);
        system.Log.Entries.ShouldNotContain(entry => entry.EventId.Id == 1105);
    }

    /// <summary>Three children, a, b and c, whose ends and whose starts take a second each.</summary>
    private sealed class Family
    {
        public static readonly string[] Names = ["a", "b", "c"];

        private readonly Dictionary<string, IActorRef> _children = [];

        private Family(Probe reports, IActorRef parent)
        {
            Reports = reports;
            Parent = parent;
        }

        public Probe Reports { get; }

        public IActorRef Parent { get; }

        public IActorRef this[string name] => _children[name];

        public static async Task<Family> CreateAsync(
            TestSystem system,
            SupervisorStrategy strategy,
            RestartType typeOfB = RestartType.Transient,
            bool keepsChildren = false,
            Func<string, Puppet, ValueTask>? postRestart = null)
        {
            var reports = system.CreateProbe();
            var family = new Family(reports, system.ActorOf(
                Puppet.Props(reports, new Puppet.Script { Strategy = strategy, KeepsChildren = keepsChildren }), "parent"));
            foreach (var name in Names)
            {
                var script = new Puppet.Script
                {
                    PreStart = async puppet =>
                    {
                        await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
                        puppet.Report("started");
                    },
                    PostStop = async puppet =>
                    {
                        await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
                        puppet.Report("halted");
                    },
                    PostRestart = puppet => postRestart?.Invoke(name, puppet) ?? default,
                };
                family._children[name] = await family.Parent.SpawnAsync(
                    Puppet.Props(reports, script, name == "b" ? typeOfB : RestartType.Transient), name);
            }

            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
            await reports.ReceiveAllAsync();
            return family;
        }

        public async Task<ChildStatus> StatusAsync(string name) =>
            (await Parent.AskAsync(new GetChildren())).Single(child => child.Actor.Path.Name == name);
    }
}
