using System.Globalization;
using System.Text;
using Actors.TestKit.Simulating;

namespace Actors.TestKit;

/// <summary>A test expected something that did not happen.</summary>
public sealed class ExpectationException(string message, int seed, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The seed of the run.</summary>
    public int Seed { get; } = seed;
}

/// <summary>The work of a system did not run out, so that the clock cannot move.</summary>
public sealed class StillBusyException(TimeSpan waited, string busy) : Exception(
    $"The work did not run out within {waited.TotalSeconds:0.#} s of real time. Still busy: {busy}. " +
    "A handler may block, two actors may send to each other for ever, or an operation that was begun was not ended.")
{
    /// <summary>What was busy.</summary>
    public string Busy { get; } = busy;
}

/// <summary>A simulated system took very many steps and never came to rest.</summary>
public sealed class LivelockException(int seed, long steps, string runnable) : Exception(string.Create(
    CultureInfo.InvariantCulture,
    $"No rest after {steps} steps (seed {seed}): actors keep each other busy without time passing. Runnable now: {runnable}. " +
    $"If the work is only long, raise SimulationDispatcher.StepLimit."))
{
    /// <summary>The seed of the run.</summary>
    public int Seed { get; } = seed;

    /// <summary>The steps since the system was last at rest.</summary>
    public long Steps { get; } = steps;
}

/// <summary>The code of a test awaits something, and nothing is left that could bring it.</summary>
public sealed class StuckException(int seed, TimeSpan patience, string waiting, IReadOnlyList<string> lastDone) : Exception(string.Create(
    CultureInfo.InvariantCulture,
    $"The test awaits something that does not come: nothing has run for {patience.TotalSeconds:0.#} s of real time (seed {seed}). {waiting} " +
    $"Virtual time passes only in AdvanceAsync and while the test system waits: await a task that needs time with TestSystem.WhenAsync. " +
    $"If something outside brings what is awaited, announce it with Dispatcher.BeginOperation, or raise SimulationDispatcher.Patience." +
    $"{(lastDone.Count == 0 ? "" : "\nLast done:\n  " + string.Join("\n  ", lastDone))}"))
{
    /// <summary>The seed of the run.</summary>
    public int Seed { get; } = seed;
}

/// <summary>Two runs of one seed did not do the same.</summary>
public sealed class NotRepeatableException : Exception
{
    internal NotRepeatableException(int seed, SimulationReport first, SimulationReport second)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"Seed {seed} was run twice and did not do the same: {first.Steps} steps and trace {first.TraceHash:x16} the first time, " +
            $"{second.Steps} and {second.TraceHash:x16} the second. Something decides that is not up to the seed: a clock, a Random or Guid of its own, " +
            $"a static field, or the order of a set. {NameLeftSeams(second)}"))
    {
    }

    private static string NameLeftSeams(SimulationReport report) => report.LeftSeams.Count == 0
        ? "No work came from outside the simulation."
        : $"Work came from outside the simulation: {string.Join(", ", report.LeftSeams)}.";
}

/// <summary>A scenario failed under one seed.</summary>
public sealed class SimulationFailedException : Exception
{
    internal SimulationFailedException(string name, string file, int seed, SimulationReport report, Exception cause)
        : base(Describe(name, file, seed, report, cause), cause)
    {
        Seed = seed;
        Report = report;
        ReplayCommand = Simulating.ReplayCommand.For(name, file, seed, report);
    }

    /// <summary>The seed.</summary>
    public int Seed { get; }

    /// <summary>After how many steps it failed.</summary>
    public long Step => Report.Steps;

    /// <summary>What was done until it failed.</summary>
    public SimulationReport Report { get; }

    /// <summary>What to type in order to see it again.</summary>
    public string ReplayCommand { get; }

    private static string Describe(string name, string file, int seed, SimulationReport report, Exception cause)
    {
        var text = new StringBuilder(cause.Message).AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Failed with seed {seed} at step {report.Steps}, virtual time {report.Elapsed:c}, after {report.Faults} faults and {report.Kills} kills.");
        if (report.LastDone.Count > 0 && cause is not StuckException)
        {
            text.AppendLine("Last done:");
            foreach (var line in report.LastDone)
            {
                text.Append("  ").AppendLine(line);
            }
        }

        if (report.LeftSeams.Count > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"The seed may not repeat it, because work came from outside the simulation: {string.Join(", ", report.LeftSeams)}.");
        }

        return text.Append("To see it again: ").Append(Simulating.ReplayCommand.For(name, file, seed, report)).ToString();
    }
}
