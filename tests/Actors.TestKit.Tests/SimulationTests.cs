using System.Text;

namespace Actors.TestKit.Tests;

public sealed class SimulationTests
{
    [Fact]
    public async Task The_same_seed_makes_the_same_run_and_another_seed_another()
    {
        var runs = new Dictionary<int, string>();
        foreach (var seed in (int[])[1, 2, 3, 4, 5, 1, 2, 3, 4, 5])
        {
            var trace = await TraceAsync(seed);
            runs.TryAdd(seed, trace);
            trace.ShouldBe(runs[seed]);
        }

        runs.Values.Distinct().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_race_is_found_and_its_seed_repeats_it()
    {
        // Two actors read, and then write: an update is lost when both read first.
        static async Task LoseUpdateAsync(SimulationRun run)
        {
            var balance = 0;
            var actors = Enumerable.Range(0, 2).Select(_ => run.System.ActorOf(Puppet.Props())).ToArray();
            foreach (var actor in actors)
            {
                actor.Do(puppet =>
                {
                    var read = balance;
                    puppet.Become(() => puppet.On<string>(_ => balance = read + 1));
                    puppet.Self.Tell("write");
                });
            }

            await run.System.DrainAsync();
            balance.ShouldBe(2);
        }

        var failure = await Should.ThrowAsync<SimulationFailedException>(Simulation.RunAsync(LoseUpdateAsync));
        failure.Message.ShouldContain($"ACTORS_SEED={failure.Seed} ");
        failure.Message.ShouldContain(nameof(A_race_is_found_and_its_seed_repeats_it));
        var again = await Should.ThrowAsync<SimulationFailedException>(Simulation.RunAsync(LoseUpdateAsync, seeds: 1, firstSeed: failure.Seed));
        again.Step.ShouldBe(failure.Step);
    }

    [Fact]
    public async Task An_invariant_is_checked_after_every_step_also_while_the_scenario_awaits()
    {
        var failure = await Should.ThrowAsync<SimulationFailedException>(Simulation.RunAsync(async run =>
        {
            var actor = run.System.ActorOf(Puppet.Props());
            var isBroken = false;
            run.Invariant("nothing is broken", () => !isBroken);
            actor.Do(puppet =>
            {
                puppet.Become(() => puppet.On<string>(what => isBroken = what == "break"));
                puppet.Self.Tell("break");
                puppet.Self.Tell("mend");
            });
            await new TaskCompletionSource().Task;
        }));
        failure.Message.ShouldContain("'nothing is broken' does not hold");
    }

    [Fact]
    public async Task Faults_of_one_seed_strike_the_same_way_again()
    {
        var faults = new Dictionary<int, string>();
        for (var round = 0; round < 2; round++)
        {
            await Simulation.RunAsync(
                async run =>
                {
                    var trace = new StringBuilder();
                    var parent = run.System.ActorOf(Puppet.Props());
                    for (var i = 0; i < 3; i++)
                    {
                        var child = await parent.SpawnAsync(Puppet.Props());
                        for (var message = 0; message < 10; message++)
                        {
                            child.Do(puppet =>
                            {
                                trace.Append(puppet.Self.Path.Name);
                                run.MayFail(0.3, "the handler");
                                trace.Append('.');
                            });
                        }
                    }

                    await run.System.DrainAsync();
                    faults.TryAdd(run.Seed, trace.ToString());
                    trace.ToString().ShouldBe(faults[run.Seed]);
                },
                seeds: 20);
        }

        faults.Values.Distinct().Count().ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task A_livelock_is_reported_with_its_seed()
    {
        await using var system = await TestSystem.StartAsync(seed: 7);
        system.Simulation!.StepLimit = 10_000;
        var actor = system.ActorOf(Puppet.Props(), "busy");
        actor.Do(puppet =>
        {
            puppet.Become(() => puppet.On<string>(message => puppet.Self.Tell(message)));
            puppet.Self.Tell("again");
        });
        var livelock = await Should.ThrowAsync<LivelockException>(system.DrainAsync);
        livelock.Message.ShouldContain("seed 7");
        livelock.Message.ShouldContain("/user/busy");
        system.System.Stop(actor);
    }

    [Fact]
    public async Task An_await_that_leaves_the_simulation_is_named()
    {
        await using var system = await TestSystem.StartAsync();
        var actor = system.ActorOf(Puppet.Props(), "actor");
        await actor.CountAsync();
        system.Simulation!.LeftSeams.ShouldBeEmpty();
        await LeaveAsync(actor);
        system.Simulation.LeftSeams.ShouldContain(name => name.Contains("/user/actor", StringComparison.Ordinal));

        static async Task LeaveAsync(IActorRef actor)
        {
            await Task.Run(() => actor.Tell(new Puppet.Increment()));
        }
    }

    [Fact]
    public async Task Work_outside_is_waited_for_when_it_was_announced()
    {
        await using var system = await TestSystem.StartAsync();
        var probe = system.CreateProbe();
        system.System.Dispatcher.BeginOperation();
        var writing = new Thread(() =>
        {
            Thread.Sleep(50);
            probe.Ref.Tell("written");
            system.System.Dispatcher.EndOperation();
        });
        writing.Start();
        await system.DrainAsync();
        probe.Count.ShouldBe(1);
    }

    private static async Task<string> TraceAsync(int seed)
    {
        var trace = new StringBuilder();
        await Simulation.RunAsync(
            async run =>
            {
                var actors = Enumerable.Range(0, 4).Select(i => run.System.ActorOf(Puppet.Props(), $"{i}")).ToArray();
                foreach (var actor in actors)
                {
                    actor.Do(puppet => puppet.Become(() => puppet.On<int>(hops =>
                    {
                        trace.Append(puppet.Self.Path.Name);
                        if (hops > 0)
                        {
                            actors[run.System.System.Random.Next(actors.Length)].Tell(hops - 1);
                        }
                    })));
                    actor.Tell(10);
                }

                await run.System.AdvanceAsync(TimeSpan.FromSeconds(1));
            },
            seeds: 1,
            firstSeed: seed);
        return trace.ToString();
    }
}
