using System.Globalization;
using System.Runtime.CompilerServices;
using Actors.TestKit.Simulating;

namespace Actors.TestKit;

/// <summary>
/// Runs a scenario under many seeds. Each is another order of everything that may happen in any order, and another set of faults. After every
/// step it is checked that the kernel keeps its promises, and the scenario its own.
/// </summary>
public static class Simulation
{
    /// <summary>The environment variable that names the one seed to run.</summary>
    public const string SeedVariable = "ACTORS_SEED";

    /// <summary>The environment variable that says how many seeds to run, in place of what the test says.</summary>
    public const string SeedsVariable = "ACTORS_SEEDS";

    /// <summary>The environment variable that says after how many faults no more strike, to see a failure with as few of them as possible.</summary>
    public const string FaultsVariable = "ACTORS_FAULTS";

    /// <summary>The environment variable that names a file which gets everything that is done, a line each, when <see cref="SeedVariable"/> names a seed.</summary>
    public const string TraceVariable = "ACTORS_TRACE";

    private const int MostTries = 64;
    private static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(5);

    /// <summary>Runs a scenario once for each seed, until one fails.</summary>
    /// <param name="scenario">What happens. It runs on the simulation's thread and gets a new system for each seed.</param>
    /// <param name="seeds">How many seeds to run. The environment variable ACTORS_SEEDS overrides it; ACTORS_SEED names the only one.</param>
    /// <param name="firstSeed">The first of them.</param>
    /// <param name="configure">Changes the options of each actor system, whose seed is at first that of the run. Leave clock and dispatcher as they are.</param>
    /// <param name="isRepeated">Whether each seed is run twice, which must do the same both times; if not, the scenario depends on something that no seed decides.</param>
    /// <param name="name">Filled in by the compiler: what to run again.</param>
    /// <param name="file">Filled in by the compiler: where it is.</param>
    /// <returns>What was done in all.</returns>
    /// <exception cref="SimulationFailedException">A seed failed. Its message ends with the one line that runs it again.</exception>
    /// <exception cref="FormatException">One of the environment variables is not a number.</exception>
    public static async Task<SimulationReport> RunAsync(
        Func<SimulationRun, Task> scenario,
        int seeds = 100,
        int firstSeed = 1,
        Action<ActorSystemOptions>? configure = null,
        bool isRepeated = false,
        [CallerMemberName] string name = "",
        [CallerFilePath] string file = "")
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seeds);
        var plan = new Plan(scenario, configure, name, file, Variable(FaultsVariable) ?? int.MaxValue, null);
        if (Variable(SeedVariable) is { } only)
        {
            (firstSeed, seeds) = (only, 1);
            plan = plan with { TraceFile = Environment.GetEnvironmentVariable(TraceVariable) };
        }
        else
        {
            seeds = Variable(SeedsVariable) ?? seeds;
        }

        var report = SimulationReport.None;
        for (var seed = firstSeed; seed - firstSeed < seeds; seed++)
        {
            var run = await RunSeedAsync(plan, seed).ConfigureAwait(false);
            if (isRepeated)
            {
                var again = await RunSeedAsync(plan, seed).ConfigureAwait(false);
                if (again.TraceHash != run.TraceHash)
                {
                    throw new SimulationFailedException(plan.Name, plan.SourceFile, seed, again, new NotRepeatableException(seed, run, again));
                }
            }

            report = report.With(run);
        }

        return report;
    }

    /// <summary>Runs a scenario under one seed, whatever the environment variables say.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public static async Task<SimulationReport> ReplayAsync(
        int seed,
        Func<SimulationRun, Task> scenario,
        Action<ActorSystemOptions>? configure = null,
        [CallerMemberName] string name = "",
        [CallerFilePath] string file = "")
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return await RunSeedAsync(new Plan(scenario, configure, name, file, int.MaxValue, null), seed).ConfigureAwait(false);
    }

    private static int? Variable(string name)
    {
        var text = Environment.GetEnvironmentVariable(name);
        return string.IsNullOrEmpty(text) ? null
            : int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number
            : throw new FormatException($"The environment variable {name} is '{text}', but must be a whole number.");
    }

    private static async Task<SimulationReport> RunSeedAsync(Plan plan, int seed)
    {
        var (report, cause) = await TryAsync(plan, seed, plan.FaultLimit).ConfigureAwait(false);
        if (cause is null)
        {
            return report;
        }

        if (cause is not (StuckException or LivelockException or StillBusyException) && plan.FaultLimit == int.MaxValue)
        {
            (report, cause) = await FindFewestFaultsAsync(plan with { TraceFile = null }, seed, report, cause).ConfigureAwait(false);
        }

        throw new SimulationFailedException(plan.Name, plan.SourceFile, seed, report, cause);
    }

    /// <summary>The same failure after fewer faults is easier to understand.</summary>
    private static async Task<(SimulationReport Report, Exception Cause)> FindFewestFaultsAsync(
        Plan plan, int seed, SimulationReport report, Exception cause)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var limit = 0; limit < Math.Min(report.Faults, MostTries) && TimeProvider.System.GetElapsedTime(began) < LongestSearch; limit++)
        {
            var (fewer, other) = await TryAsync(plan, seed, limit).ConfigureAwait(false);
            if (other is not null && IsTheSame(other, cause))
            {
                return (fewer with { IsReduced = true }, other);
            }
        }

        return (report, cause);
    }

    /// <summary>Numbers may differ: steps, times and amounts do when there are fewer faults.</summary>
    private static bool IsTheSame(Exception one, Exception other) => one.GetType() == other.GetType()
        && one.Message.Where(letter => !char.IsDigit(letter)).SequenceEqual(other.Message.Where(letter => !char.IsDigit(letter)));

    private static async Task<(SimulationReport Report, Exception? Cause)> TryAsync(Plan plan, int seed, int faultLimit)
    {
        // A step that throws while the scenario awaits has nobody to throw to: it ends the run here.
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var trace = new RunTrace(string.IsNullOrEmpty(plan.TraceFile) ? null : File.CreateText(plan.TraceFile));
        var simulation = new SimulationDispatcher(seed) { Failed = thrown => ended.TrySetResult(thrown), Trace = trace };
        var run = new SimulationRun(simulation, plan.Configure, faultLimit);
        simulation.StartThread(() => _ = RunScenarioAsync()); // Its end is what is awaited.
        var cause = await ended.Task.ConfigureAwait(false);
        simulation.Abort();
        return (run.Report(), cause);

        async Task RunScenarioAsync()
        {
            try
            {
                run.Begin();
                await plan.Scenario(run);
                await run.System.DrainAsync();
                simulation.AfterStep = null; // The end of the system is not part of the scenario.
                await run.System.DisposeAsync();
                ended.TrySetResult(null);
            }
            catch (Exception thrown)
            {
                ended.TrySetResult(thrown);
            }
        }
    }

    private sealed record Plan(Func<SimulationRun, Task> Scenario, Action<ActorSystemOptions>? Configure, string Name, string SourceFile, int FaultLimit, string? TraceFile);
}
