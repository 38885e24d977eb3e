using Actors.TestKit;

namespace Actors.Tests.Supervision;

public sealed class RestartLimitTests
{
    [Theory, OnEachDispatcher, Trait("rule", "LIM-1")]
    public async Task With_a_limit_of_zero_the_first_failure_stops_the_child(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (child, probe) = await ChildAsync(system, new RestartOptions { MaxRestarts = 0 });
        child.Fail();
        await probe.ExpectTerminatedAsync(child);
    }

    [Theory, OnEachDispatcher, Trait("rule", "LIM-2"), Trait("rule", "LIM-7")]
    public async Task Without_a_window_restarts_are_counted_for_ever(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (child, probe) = await ChildAsync(system, new RestartOptions { MaxRestarts = 3 });
        for (var i = 0; i < 3; i++)
        {
            child.Fail();
            await system.AdvanceAsync(TimeSpan.FromDays(1));
        }

        await probe.ExpectNoneAsync();
        child.Fail();
        await probe.ExpectTerminatedAsync(child);
        var entry = await system.Log.ExpectAsync(1104);
        entry.Exception.ShouldBeOfType<RestartLimitException>().InnerException.ShouldBeOfType<BoomException>();
        entry.Exception.Message.ShouldContain("failed 4 times (limit 3)");
    }

    [Theory, OnEachDispatcher, Trait("rule", "LIM-3"), Trait("rule", "OTP-3")]
    public async Task The_window_slides(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (child, probe) = await ChildAsync(system, new RestartOptions { MaxRestarts = 2, Window = TimeSpan.FromSeconds(10) });

        // At 0, 9 and 11 s: the third is within ten seconds of the second only. A tumbling window would begin anew at 11 s …
        child.Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(9));
        child.Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        child.Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await probe.ExpectNoneAsync();

        // … and would allow this one at 12 s, the third within ten seconds.
        child.Fail();
        await probe.ExpectTerminatedAsync(child);
    }

    [Theory, OnEachDispatcher, Trait("rule", "LIM-4"), Trait("rule", "LIM-5")]
    public async Task No_limit_means_no_limit_also_with_a_window(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (child, probe) = await ChildAsync(system, new RestartOptions { Window = TimeSpan.FromSeconds(10) });
        for (var i = 0; i < 100; i++)
        {
            child.Fail();
        }

        await probe.ExpectNoneAsync();
        (await child.CountAsync()).ShouldBe(0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "LIM-6")]
    public async Task A_group_has_one_count_and_its_exhaustion_stops_all(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new AllForOneStrategy(new RestartOptions { MaxRestarts = 2 })));
        var one = await parent.SpawnAsync(Puppet.Props(), "one");
        var two = await parent.SpawnAsync(Puppet.Props(), "two");
        probe.Watch(one);
        probe.Watch(two);
        one.Fail();
        await system.DrainAsync();
        two.Fail();
        await system.DrainAsync();
        await probe.ExpectNoneAsync();
        one.Fail();
        await system.DrainAsync();
        await probe.ExpectAllAsync(new Terminated(one), new Terminated(two));
    }

    [Theory, OnEachDispatcher, Trait("rule", "LIM-7"), Trait("rule", "OTP-3")]
    public async Task Exhaustion_can_escalate(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var seen = new TaskCompletionSource<Exception>();
        var top = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(decider: cause =>
        {
            seen.TrySetResult(cause);
            return Directive.Stop;
        })));
        var parent = await top.SpawnAsync(Puppet.Supervisor(
            new OneForOneStrategy(new RestartOptions { MaxRestarts = 1, OnExhausted = ExhaustedAction.Escalate })));
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        probe.Watch(parent);
        child.Fail();
        child.Fail();
        await probe.ExpectTerminatedAsync(parent);
        var limit = (await seen.Task).ShouldBeOfType<RestartLimitException>();
        limit.Limit.ShouldBe(1);
        limit.Child.ShouldBe(child.Path);
    }

    [Theory, OnEachDispatcher]
    public async Task Exhaustion_can_go_on_slowly_for_ever(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(new RestartOptions
        {
            MaxRestarts = 1,
            OnExhausted = ExhaustedAction.SlowRetry,
            SlowRetryInterval = TimeSpan.FromMinutes(5),
        })));
        var child = await parent.SpawnAsync(Puppet.Props(reports), "child");
        child.Fail("quick");
        await reports.FishAsync<string>(what => what == "child: PostRestart(quick)", TimeSpan.Zero);
        for (var i = 0; i < 5; i++)
        {
            await reports.ReceiveAllAsync();
            child.Fail("slow");
            await reports.ExpectNoneAsync(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
            await reports.FishAsync<string>(what => what == "child: PostRestart(slow)", TimeSpan.FromTicks(1));
        }
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-5")]
    public async Task A_failure_in_the_restart_itself_counts_too(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var starts = 0;
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(new RestartOptions
        {
            MaxRestarts = 3,
            Backoff = new BackoffOptions { ResetAfter = TimeSpan.FromSeconds(60), Jitter = 0 },
        })));
        var child = await parent.SpawnAsync(Puppet.Props(script: new Puppet.Script
        {
            PostRestart = _ =>
            {
                starts++;
                throw new BoomException();
            },
        }));
        var probe = system.CreateProbe();
        probe.Watch(child);

        // It runs for long before it fails, which must not forgive the failures of its restarts.
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        child.Fail();
        await probe.ExpectTerminatedAsync(child, TimeSpan.FromMinutes(1));
        starts.ShouldBe(3);
        system.Time.Elapsed.ShouldBe(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1 + 2 + 4));
    }

    [Theory, OnEachDispatcher, Trait("rule", "LIM-8")]
    public async Task A_clock_that_is_set_neither_forgives_nor_counts(TestDispatcher dispatcher, int seed)
    {
        SetClock? clock = null;
        await using var system = await TestSystem.StartAsync(
            seed, dispatcher, options => options.TimeProvider = clock = new SetClock(options.TimeProvider));
        var (child, probe) = await ChildAsync(system, new RestartOptions { MaxRestarts = 2, Window = TimeSpan.FromSeconds(10) });
        child.Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(11));
        clock!.By = TimeSpan.FromSeconds(-11); // As if it were still the same moment.
        child.Fail();
        child.Fail();
        await system.DrainAsync();
        await probe.ExpectNoneAsync();
        clock.By = TimeSpan.FromDays(1); // As if it were long ago.
        child.Fail();
        await probe.ExpectTerminatedAsync(child);
    }

    private static async Task<(IActorRef Child, Probe Watcher)> ChildAsync(TestSystem system, RestartOptions restart)
    {
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(restart)));
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        probe.Watch(child);
        return (child, probe);
    }

    /// <summary>A clock of which somebody sets the hands; its timers and its count of ticks are not touched by that.</summary>
    private sealed class SetClock(TimeProvider inner) : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + By;

        public override long GetTimestamp() => inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            inner.CreateTimer(callback, state, dueTime, period);
    }
}
