namespace Actors.TestKit.Tests;

/// <summary>A test that awaits what cannot come must end, and say so.</summary>
public sealed class StuckTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(0.3);

    [Fact]
    public async Task A_scenario_that_awaits_what_never_comes_ends_and_says_what_was_done_last()
    {
        var failure = await Expect.ThrowsAsync<SimulationFailedException>(Simulation.ReplayAsync(seed: 7, async run =>
        {
            run.System.Simulation!.Patience = Short;
            run.System.ActorOf(Puppet.Props(), "actor").Tell(new Puppet.Increment());
            await new TaskCompletionSource().Task;
        }));
        failure.InnerException.ShouldBeOfType<StuckException>().Seed.ShouldBe(7);
        failure.Message.ShouldStartWith("The test awaits something that does not come: nothing has run for 0.3 s of real time (seed 7).");
        failure.Message.ShouldContain("No timer is set");
        failure.Message.ShouldContain("/user/actor handled Increment");
        failure.Message.ShouldContain("ACTORS_SEED=7 ");
    }

    [Fact]
    public async Task A_scenario_that_awaits_virtual_time_is_told_which()
    {
        var failure = await Expect.ThrowsAsync<SimulationFailedException>(Simulation.ReplayAsync(seed: 1, async run =>
        {
            run.System.Simulation!.Patience = Short;
            await run.System.AdvanceAsync(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMinutes(2), run.System.Time);
        }));
        failure.Message.ShouldContain("1 timers are set, the next for 00:02:01; virtual time is 00:00:01.");
        failure.Message.ShouldContain("TestSystem.WhenAsync");
    }

    [Fact]
    public async Task A_scenario_that_awaits_an_operation_which_does_not_end_is_told_so()
    {
        var failure = await Expect.ThrowsAsync<SimulationFailedException>(Simulation.ReplayAsync(seed: 1, async run =>
        {
            run.System.Simulation!.Patience = Short;
            run.System.System.Dispatcher.BeginOperation();
            await new TaskCompletionSource().Task;
        }));
        failure.InnerException.ShouldBeOfType<StuckException>();
        failure.Message.ShouldContain("1 operations begun and not ended");
    }

    [Fact]
    public async Task A_test_that_awaits_virtual_time_is_let_go_on_and_told_in_its_next_call()
    {
        var (hasWaited, stuck) = (false, (StuckException?)null);
        var atEnd = await Expect.ThrowsAsync<StuckException>(async () =>
        {
            await using var system = await TestSystem.StartAsync(seed: 3);
            system.Simulation!.Patience = Short;
            await Task.Delay(TimeSpan.FromSeconds(5), system.Time);
            hasWaited = true;
            stuck = await Expect.ThrowsAsync<StuckException>(system.DrainAsync);
        });
        hasWaited.ShouldBeTrue();
        stuck.ShouldBeSameAs(atEnd);
        atEnd.Message.ShouldContain("the next for 00:00:05; virtual time is 00:00:00.");
    }

    [Fact]
    public async Task A_test_that_awaits_an_answer_which_nobody_gives_is_let_go_on()
    {
        var stuck = await Expect.ThrowsAsync<StuckException>(async () =>
        {
            await using var system = await TestSystem.StartAsync(seed: 3);
            system.Simulation!.Patience = Short;
            var probe = system.CreateProbe("silent");
            await probe.Ref.AskAsync(new Puppet.Count());
        });
        stuck.Seed.ShouldBe(3);
    }

    [Fact]
    public async Task A_livelock_that_the_test_awaits_is_told_in_its_next_call()
    {
        var livelock = await Expect.ThrowsAsync<LivelockException>(async () =>
        {
            await using var system = await TestSystem.StartAsync(seed: 3);
            system.Simulation!.StepLimit = 1000;
            var actor = system.ActorOf(Puppet.Props(), "busy");
            actor.Do(puppet =>
            {
                puppet.Become(() => puppet.On<string>(message => puppet.Self.Tell(message)));
                puppet.Self.Tell("again");
            });
            await system.CreateProbe().Ref.AskAsync(new Puppet.Count());
        });
        livelock.Message.ShouldContain("/user/busy");
    }

    [Fact]
    public async Task Whoever_waits_for_something_outside_announces_it_or_has_more_patience()
    {
        await using var system = await TestSystem.StartAsync();
        system.Simulation!.Patience = Timeout.InfiniteTimeSpan;
        await Task.Delay(Short * 2, TimeProvider.System);
        await system.DrainAsync();
    }
}
