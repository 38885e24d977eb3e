
namespace Actors.TestKit.Tests;

public sealed class VirtualTimeTests
{
    [Fact, Trait("rule", "TK-6")]
    public async Task A_timer_sees_its_own_moment_as_now()
    {
        var time = new VirtualTime();
        var seen = new List<TimeSpan>();
        foreach (var seconds in (int[])[3, 1, 2])
        {
            time.CreateTimer(_ => seen.Add(time.Elapsed), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
        }

        await time.AdvanceAsync(TimeSpan.FromSeconds(10));
        seen.ShouldBe([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)]);
        time.Elapsed.ShouldBe(TimeSpan.FromSeconds(10));
        time.GetUtcNow().ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(10));
    }

    [Fact, Trait("rule", "TK-6")]
    public async Task A_repeating_timer_fires_once_for_each_period_of_an_advance()
    {
        var time = new VirtualTime();
        var seen = new List<double>();
        using var timer = time.CreateTimer(_ => seen.Add(time.Elapsed.TotalSeconds), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        await time.AdvanceAsync(TimeSpan.FromSeconds(8));
        seen.ShouldBe([1, 3, 5, 7]);
        timer.Dispose();
        await time.AdvanceAsync(TimeSpan.FromSeconds(8));
        seen.Count.ShouldBe(4);
        timer.Change(TimeSpan.Zero, TimeSpan.Zero).ShouldBeFalse();
    }

    [Theory, OnEachDispatcher(Seeds = 10), Trait("rule", "TK-6")]
    public async Task A_loop_that_sets_its_next_timer_when_the_last_has_fired_loses_no_tick(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var ticks = 0;
        system.ActorOf(Puppet.Props()).Do(puppet => puppet.Context.RunTask(
            async () =>
            {
                while (true)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), system.Time, puppet.Context.CancellationToken);
                    ticks++;
                }
            },
            _ => "ended"));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1000));
        ticks.ShouldBe(1000);
    }

    [Theory, OnEachDispatcher]
    public async Task An_actor_cannot_move_the_clock(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        system.Time.GiveUpAfter = TimeSpan.FromSeconds(0.1);
        var probe = system.CreateProbe();
        system.ActorOf(Puppet.Props(probe), "actor").DoAsync(async _ => await system.AdvanceAsync(TimeSpan.FromSeconds(1)));
        if (dispatcher == TestDispatcher.Simulation)
        {
            await probe.FishAsync<string>(what => what.Contains("An actor cannot move the clock", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Timers_of_one_instant_fire_in_an_order_of_the_seed()
    {
        var orders = new HashSet<string>();
        for (var seed = 0; seed < 50; seed++)
        {
            var time = new VirtualTime(seed: seed);
            var order = "";
            foreach (var name in (string[])["a", "b", "c"])
            {
                time.CreateTimer(_ => order += name, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            }

            await time.AdvanceAsync(TimeSpan.FromSeconds(1));
            orders.Add(order);
        }

        orders.Count.ShouldBe(6);
    }

    [Fact]
    public async Task Cancellation_and_delays_of_the_base_library_follow_the_clock()
    {
        var time = new VirtualTime();
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
        var delay = Task.Delay(TimeSpan.FromSeconds(3), time);
        await time.AdvanceAsync(TimeSpan.FromSeconds(4));
        delay.IsCompletedSuccessfully.ShouldBeTrue();
        source.IsCancellationRequested.ShouldBeFalse();
        await time.AdvanceAsync(TimeSpan.FromSeconds(1));
        source.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task The_clock_does_not_go_backwards() =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => new VirtualTime().AdvanceAsync(TimeSpan.FromSeconds(-1)));
}
