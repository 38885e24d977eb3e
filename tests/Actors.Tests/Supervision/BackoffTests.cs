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

    [Theory, OnEachDispatcher, Trait("rule", "BO-3"), Trait("rule", "BO-5")]
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

    [Theory, OnEachDispatcher]
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
