using Actors.TestKit;

namespace Actors.Tests.Supervision;

public sealed class BackoffTests
{
    [Fact, Trait("rule", "BO-1")]
    public void Delays_double_up_to_the_cap()
    {
        var backoff = new BackoffOptions { Jitter = 0 };
        Enumerable.Range(0, 9).Select(restart => backoff.Delay(restart, new Random(1)).TotalSeconds).ShouldBe([1, 2, 4, 8, 16, 32, 60, 60, 60]);
        backoff.Delay(int.MaxValue, new Random(1)).ShouldBe(TimeSpan.FromSeconds(60));
    }

    [Fact, Trait("rule", "BO-1")]
    public void Jitter_only_shortens_so_that_the_cap_holds_after_it()
    {
        var backoff = new BackoffOptions { Jitter = 0.2 };
        var random = new Random(1);
        var delays = Enumerable.Range(0, 10_000).Select(_ => backoff.Delay(10, random).TotalSeconds).ToArray();
        delays.Max().ShouldBeLessThanOrEqualTo(60);
        delays.Min().ShouldBeGreaterThanOrEqualTo(48);
        delays.Average().ShouldBe(54, 0.5);
    }

    [Theory, Trait("rule", "BO-2")]
    [InlineData(-1, 60, 2, 0.2, 60)]
    [InlineData(61, 60, 2, 0.2, 60)]
    [InlineData(1, 60, 0.5, 0.2, 60)]
    [InlineData(1, 60, 2, -0.1, 60)]
    [InlineData(1, 60, 2, 1.1, 60)]
    [InlineData(1, 60, 2, 0.2, 0)]
    public void Options_that_make_no_sense_are_refused(double min, double max, double factor, double jitter, double resetAfter)
    {
        var backoff = new BackoffOptions
        {
            Min = TimeSpan.FromSeconds(min),
            Max = TimeSpan.FromSeconds(max),
            Factor = factor,
            Jitter = jitter,
            ResetAfter = TimeSpan.FromSeconds(resetAfter),
        };
        Should.Throw<ArgumentOutOfRangeException>(() => new OneForOneStrategy(new RestartOptions { Backoff = backoff }));
    }

    [Theory, OnEachDispatcher, Trait("rule", "BO-3"), Trait("rule", "BO-5"), Trait("rule", "BO-6")]
    public async Task A_restart_after_a_delay_keeps_the_mailbox_and_the_stash(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(
            new RestartOptions { Backoff = new BackoffOptions { Jitter = 0 } })));
        var isStashing = true;
        var child = await parent.SpawnAsync(Puppet.Props(reports, new Puppet.Script
        {
            Construct = puppet => puppet.On<int>(number =>
            {
                if (isStashing)
                {
                    puppet.Context.Stash();
                }
                else
                {
                    puppet.Report($"got {number}");
                }
            }),
        }), "child");
        child.Tell(1);
        child.Tell(2);
        child.Do(_ => isStashing = false);
        child.Fail();
        child.Tell(3);
        await system.DrainAsync();
        child.Tell(4);
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.999));
        await reports.ExpectAsync("child: PreStart");
        await reports.ExpectNoneAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.001));
        await reports.ExpectInOrderAsync(
            "child: PreRestart(boom, Throw)",
            "child: PostStop",
            "child: PostRestart(boom)",
            "child: PreStart",
            "child: got 1",
            "child: got 2",
            "child: got 3",
            "child: got 4");
    }

    [Theory, OnEachDispatcher, Trait("rule", "BO-1")]
    public async Task Each_failure_waits_longer(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(
            new RestartOptions { Backoff = new BackoffOptions { Jitter = 0 } })));
        var child = await parent.SpawnAsync(Puppet.Props(reports), "child");
        foreach (var seconds in (int[])[1, 2, 4, 8, 16, 32, 60, 60])
        {
            await reports.ReceiveAllAsync();
            var failedAt = system.Time.Elapsed;
            child.Fail();
            await reports.FishAsync<string>(what => what == "child: PostRestart(boom)", TimeSpan.FromMinutes(2));
            (system.Time.Elapsed - failedAt).ShouldBe(TimeSpan.FromSeconds(seconds));
        }
    }

    [Theory, OnEachDispatcher, Trait("rule", "BO-8")]
    public async Task A_healthy_run_begins_the_delays_anew(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(
            new RestartOptions { MaxRestarts = 2, Backoff = new BackoffOptions { Jitter = 0, ResetAfter = TimeSpan.FromSeconds(60) } })));
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        var probe = system.CreateProbe();
        probe.Watch(child);
        for (var i = 0; i < 5; i++)
        {
            child.Fail();
            child.Fail();
            await system.AdvanceAsync(TimeSpan.FromSeconds(1 + 2 + 60));
        }

        await probe.ExpectNoneAsync();
        child.Fail();
        child.Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1 + 2 + 59));
        child.Fail();
        await probe.ExpectTerminatedAsync(child);
    }

    [Theory, OnEachDispatcher, Trait("rule", "BO-12")]
    public async Task A_child_that_waits_for_its_restart_can_be_stopped_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(
            new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromMinutes(1), Jitter = 0 } })));
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        var probe = system.CreateProbe();
        probe.Watch(child);
        child.Fail();
        await system.DrainAsync();
        parent.Do(puppet => puppet.Context.Stop(child));
        await probe.ExpectTerminatedAsync(child, TimeSpan.Zero);
        await system.AdvanceAsync(TimeSpan.FromMinutes(2));
    }

    [Theory, OnEachDispatcher, Trait("rule", "BO-4"), Trait("rule", "BO-12")]
    public async Task A_child_that_ends_by_itself_is_not_restarted_and_leaves_its_supervisor_alone(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(new RestartOptions { Backoff = new BackoffOptions() }), reports), "parent");
        var child = await parent.SpawnAsync(Puppet.Props(reports), "child");
        child.Tell(PoisonPill.Instance);
        await reports.ExpectAllAsync("parent: PreStart", "child: PreStart", "child: PostStop");
        await reports.ExpectNoneAsync(TimeSpan.FromHours(1));
        (await parent.ChildrenAsync()).ShouldBeEmpty();
    }

    [Theory, OnEachDispatcher, Trait("rule", "BO-7")]
    public async Task Nobody_stands_between_a_child_with_delays_and_its_parent_or_those_who_write_to_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Strategy = new OneForOneStrategy(new RestartOptions { Backoff = new BackoffOptions { Jitter = 0 } }),
            Construct = puppet => puppet.On<double>(number => probe.Ref.Tell((number, puppet.Sender))),
        }));
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        for (var i = 0; i < 2; i++)
        {
            probe.Send(child, new Puppet.Do(puppet =>
            {
                puppet.Sender.Tell("reply", puppet.Self);
                puppet.Context.Parent.Tell(1.5, puppet.Self);
            }));
            await probe.ExpectAllAsync("reply", (1.5, child));
            child.Fail(); // And once more after a restart.
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        }
    }

    [Theory, OnEachDispatcher, Trait("rule", "BO-10"), Trait("rule", "LIM-3")]
    public async Task A_limit_within_a_window_holds_with_delays_too(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(new RestartOptions
        {
            MaxRestarts = 2,
            Window = TimeSpan.FromSeconds(10),
            Backoff = new BackoffOptions { Factor = 1, Jitter = 0, ResetAfter = Timeout.InfiniteTimeSpan },
        })));
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        probe.Watch(child);
        for (var i = 0; i < 20; i++)
        {
            child.Fail();
            await system.AdvanceAsync(TimeSpan.FromSeconds(5.1));
        }

        await probe.ExpectNoneAsync();
        child.Fail();
        child.Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await probe.ExpectTerminatedAsync(child, TimeSpan.Zero);
    }

    [Theory, OnEachDispatcher, Trait("rule", "BO-11")]
    public async Task A_limit_a_delay_and_a_decider_of_one_strategy_all_count(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(
            new RestartOptions { MaxRestarts = 1, Backoff = new BackoffOptions { Jitter = 0 } },
            cause => cause.Message == "harmless" ? Directive.Resume : Directive.Restart)));
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        probe.Watch(child);
        child.Tell(new Puppet.Increment());
        child.Fail("harmless");
        (await child.CountAsync()).ShouldBe(1);
        child.Fail();
        await system.DrainAsync();
        (await parent.AskAsync(new GetChildren())).ShouldHaveSingleItem().State.ShouldBe(ChildState.Backoff);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        child.Fail("harmless");
        await probe.ExpectNoneAsync();
        child.Fail();
        await probe.ExpectTerminatedAsync(child, TimeSpan.Zero);
    }

    [Theory, OnEachDispatcher]
    public async Task A_child_restarted_with_its_parent_is_not_restarted_again_when_its_own_delay_ends(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            KeepsChildren = true,
            Strategy = new OneForOneStrategy(new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromMinutes(1), Jitter = 0 } }),
        }));
        var child = await parent.SpawnAsync(Puppet.Props(reports), "child");
        child.Fail("child");
        await system.DrainAsync();
        parent.Fail("parent");
        await system.DrainAsync();
        child.Tell(new Puppet.Increment());
        await system.AdvanceAsync(TimeSpan.FromMinutes(2));
        (await child.CountAsync()).ShouldBe(1);
        (await reports.ReceiveAllAsync()).Count(what => what is string text && text.Contains("PostRestart", StringComparison.Ordinal)).ShouldBe(1);
    }
}
