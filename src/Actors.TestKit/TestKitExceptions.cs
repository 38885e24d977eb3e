using System.Globalization;

namespace Actors.TestKit;

/// <summary>A test expected something that did not happen.</summary>
public sealed class ExpectationException(string message, int seed) : Exception(message)
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
