using System.Globalization;
using System.Runtime.CompilerServices;

namespace Actors.TestKit;

/// <summary>Runs a scenario under many seeds. Each is another order of everything that may happen in any order, and another set of faults.</summary>
public static class Simulation
{
    /// <summary>The environment variable that names the one seed to run.</summary>
    public const string SeedVariable = "ACTORS_SEED";

    /// <summary>Runs a scenario once for each seed, until one fails.</summary>
    /// <param name="scenario">What happens. It runs on the simulation's thread and gets a new system for each seed.</param>
    /// <param name="seeds">How many seeds to run, unless the environment variable ACTORS_SEED names one.</param>
    /// <param name="firstSeed">The first of them.</param>
    /// <param name="configure">Changes the options of each actor system.</param>
    /// <param name="name">Filled in by the compiler: what to run again.</param>
    /// <returns>The steps that were taken in all.</returns>
    /// <exception cref="SimulationFailedException">A seed failed. Its message ends with the one line that runs it again.</exception>
    public static async Task<long> RunAsync(
        Func<SimulationRun, Task> scenario,
        int seeds = 100,
        int firstSeed = 1,
        Action<ActorSystemOptions>? configure = null,
        [CallerMemberName] string name = "")
    {
        ArgumentNullException.ThrowIfNull(scenario);
        if (int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), CultureInfo.InvariantCulture, out var only))
        {
            return await RunOneAsync(scenario, only, configure, name).ConfigureAwait(false);
        }

        var steps = 0L;
        for (var seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            steps += await RunOneAsync(scenario, seed, configure, name).ConfigureAwait(false);
        }

        return steps;
    }

    private static async Task<long> RunOneAsync(
        Func<SimulationRun, Task> scenario, int seed, Action<ActorSystemOptions>? configure, string name)
    {
        // A step that throws while the scenario awaits has nobody to throw to: it ends the run here.
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        SimulationRun? run = null;
        var starting = TestSystem.StartAsync(seed, TestDispatcher.Simulation, configure);
        var running = RunScenarioAsync();
        try
        {
            await (await Task.WhenAny(running, failed.Task).ConfigureAwait(false)).ConfigureAwait(false);
            return run!.System.Simulation!.Steps; // The scenario has begun, or else it threw.
        }
        catch (Exception thrown)
        {
            run?.System.Simulation?.Stop();
            throw new SimulationFailedException(seed, run?.System.Simulation?.Steps ?? 0, name, thrown);
        }

        async Task RunScenarioAsync()
        {
            await using var system = await starting;
            var simulation = system.Simulation!; // As started above.
            run = new SimulationRun(system);
            simulation.Failed = thrown => failed.TrySetException(thrown);
            simulation.AfterStep = run.Check;
            await scenario(run);
            await system.DrainAsync();
            simulation.AfterStep = null; // The end of the system is not part of the scenario.
        }
    }
}

/// <summary>One seed of a scenario.</summary>
public sealed class SimulationRun
{
    private readonly List<(string Name, Func<bool> Holds)> _invariants = [];
    private readonly Random _faults;

    internal SimulationRun(TestSystem system)
    {
        System = system;

        // A stream of its own, so that another fault does not change who runs next before it strikes.
        _faults = new Random(system.Seed ^ 0x5eed);
    }

    /// <summary>The system of this run.</summary>
    public TestSystem System { get; }

    /// <summary>The seed of this run.</summary>
    public int Seed => System.Seed;

    /// <summary>Chance for what the scenario itself leaves to it.</summary>
    public Random Random => _faults;

    /// <summary>Demands that something holds after every step.</summary>
    /// <param name="name">What it says, for the message.</param>
    /// <param name="holds">Whether it holds. Must not change anything.</param>
    public void Invariant(string name, Func<bool> holds)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(holds);
        _invariants.Add((name, holds));
    }

    /// <summary>Decides by the seed whether a fault strikes.</summary>
    /// <param name="probability">From 0, never, to 1, always.</param>
    public bool Strikes(double probability) => _faults.NextDouble() < probability;

    /// <summary>Throws a <see cref="FaultException"/> if the seed says so. Put it where the code under test may fail: handlers, constructors, hooks.</summary>
    /// <param name="probability">From 0, never, to 1, always.</param>
    /// <param name="where">Says in the exception where it struck.</param>
    public void MayFail(double probability, string where)
    {
        if (Strikes(probability))
        {
            throw new FaultException(where);
        }
    }

    internal void Check()
    {
        foreach (var (name, holds) in _invariants)
        {
            if (!holds())
            {
                throw System.Failure($"The invariant '{name}' does not hold any more");
            }
        }
    }
}

/// <summary>A failure made by a simulation.</summary>
public sealed class FaultException(string where) : Exception($"Simulated fault in {where}.")
{
    /// <summary>Where it struck.</summary>
    public string Where { get; } = where;
}

/// <summary>A scenario failed under one seed.</summary>
public sealed class SimulationFailedException(int seed, long step, string name, Exception cause) : Exception(
    string.Create(
        CultureInfo.InvariantCulture,
        $"{cause.Message}\nTo see it again: {Simulation.SeedVariable}={seed} dotnet run -- --filter-method \"*{name}\" (failed at step {step})"),
    cause)
{
    /// <summary>The seed.</summary>
    public int Seed { get; } = seed;

    /// <summary>After how many steps it failed.</summary>
    public long Step { get; } = step;
}
