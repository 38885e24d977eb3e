using Actors.TestKit;

namespace Actors.Tests.Timing;

public sealed class ActorTimerTests
{
    [Theory, OnEachDispatcher, Trait("rule", "SCH-1")]
    public async Task A_timer_fires_at_its_moment_and_not_before(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        actor.Do(puppet => puppet.Context.Timers.StartSingle("key", "tick", TimeSpan.FromSeconds(7)));
        await reports.ExpectAsync("actor: PreStart");
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(7) - TimeSpan.FromTicks(1));
        await reports.ExpectAsync("actor: tick", TimeSpan.FromTicks(1));
        await reports.ExpectNoneAsync(TimeSpan.FromMinutes(1));
    }

    [Theory, OnEachDispatcher]
    public async Task A_timer_without_a_delay_fires_without_time_passing(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        actor.Do(puppet => puppet.Context.Timers.StartSingle("key", "tick", TimeSpan.Zero));
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: tick");
        system.Time.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    [Theory, OnEachDispatcher, Trait("rule", "SCH-2")]
    public async Task A_periodic_timer_keeps_its_rate(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props());
        actor.Do(puppet =>
        {
            puppet.Become(() => puppet.On<string>(_ => probe.Ref.Tell(system.Time.Elapsed)));
            puppet.Context.Timers.StartPeriodic("key", "tick", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        });
        await system.AdvanceAsync(TimeSpan.FromSeconds(3000));
        var ticks = await probe.ReceiveAllAsync();
        ticks.Count.ShouldBe(1000);
        ticks.ShouldBe(Enumerable.Range(0, 1000).Select(i => (object)TimeSpan.FromSeconds(1 + (3 * i))));
    }

    [Theory, OnEachDispatcher, Trait("rule", "SCH-2")]
    public async Task A_slow_actor_gets_no_heap_of_ticks(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        actor.DoAsync(async puppet =>
        {
            puppet.Context.Timers.StartPeriodic("key", "tick", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromSeconds(10.5), system.Time);
        });
        await system.AdvanceAsync(TimeSpan.FromSeconds(10.9));
        (await reports.ReceiveAllAsync()).ShouldBe(["actor: PreStart", "actor: tick"]);
        await reports.ExpectAsync("actor: tick", TimeSpan.FromSeconds(0.1));
    }

    [Theory, OnEachDispatcher, Trait("rule", "SCH-4"), Trait("rule", "RST-7")]
    public async Task No_tick_of_a_cancelled_or_replaced_timer_is_delivered_even_if_it_is_in_the_mailbox(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        actor.DoAsync(async puppet =>
        {
            var timers = puppet.Context.Timers;
            timers.StartSingle("cancelled", "cancelled", TimeSpan.FromSeconds(1));
            timers.StartSingle("replaced", "replaced", TimeSpan.FromSeconds(1));
            timers.StartSingle("kept", "kept", TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromSeconds(2), system.Time);
            timers.Cancel("cancelled");
            timers.StartSingle("replaced", "replacement", TimeSpan.FromSeconds(1));
            puppet.Report($"{timers.IsActive("cancelled")} {timers.IsActive("replaced")}");
        });
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: False True", "actor: kept", "actor: replacement");
        await reports.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher]
    public async Task Timers_end_with_their_actor(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props());
        var letters = system.CreateProbe();
        system.System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        actor.Do(puppet =>
        {
            puppet.Context.Timers.StartPeriodic(1, "tick", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
            puppet.Context.SetReceiveTimeout(TimeSpan.FromSeconds(1));
        });
        actor.Tell(PoisonPill.Instance);
        await letters.ExpectNoneAsync(TimeSpan.FromMinutes(1));
        system.Time.TimerCount.ShouldBe(0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "SCH-3")]
    public async Task After_the_end_of_the_system_a_timer_is_taken_without_a_word_and_never_fires(TestDispatcher dispatcher, int seed)
    {
        var system = await TestSystem.StartAsync(seed, dispatcher);
        IActorTimers? timers = null;
        var actor = system.ActorOf(Puppet.Props());
        actor.Do(puppet => timers = puppet.Context.Timers);
        await system.DrainAsync();
        await system.DisposeAsync();
        timers!.StartSingle("key", "tick", TimeSpan.FromSeconds(1));
        timers.StartPeriodic("other", "tick", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        system.Time.TimerCount.ShouldBe(0);
    }

    [Fact, Trait("rule", "SCH-1")]
    public async Task Real_timers_are_never_early_and_not_much_too_late()
    {
        await using var system = ActorSystem.Create("test");
        var all = new TaskCompletionSource();
        const int Count = 2000;
        var left = Count;
        var early = 0;
        var random = new Random(1);
        for (var i = 0; i < Count; i++)
        {
            var delay = TimeSpan.FromMilliseconds(random.Next(0, 300));
            var actor = system.ActorOf(Puppet.Props());
            actor.Do(puppet =>
            {
                var due = system.Now + delay;
                puppet.Become(() => puppet.On<string>(_ =>
                {
                    if (system.Now < due)
                    {
                        Interlocked.Increment(ref early);
                    }

                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        all.SetResult();
                    }
                }));
                puppet.Context.Timers.StartSingle("key", "tick", delay);
            });
        }

        await all.Task.WaitAsync(TimeSpan.FromSeconds(20));
        early.ShouldBe(0);
    }
}
