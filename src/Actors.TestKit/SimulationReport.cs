namespace Actors.TestKit;

/// <summary>What a simulation did.</summary>
public sealed record SimulationReport
{
    internal SimulationReport()
    {
    }

    /// <summary>How many seeds were run.</summary>
    public int Seeds { get; init; }

    /// <summary>How many mailboxes and callbacks were run in all.</summary>
    public long Steps { get; init; }

    /// <summary>How many faults struck.</summary>
    public int Faults { get; init; }

    /// <summary>How many times a process was killed.</summary>
    public int Kills { get; init; }

    /// <summary>How much virtual time passed.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>A number that comes from every step, message and timer. Two runs of a seed that have the same one did the same.</summary>
    public ulong TraceHash { get; init; }

    /// <summary>
    /// Work that came from threads outside the simulation, so that its seed may not repeat the run: the actor, or the asynchronous method that was
    /// resumed. Empty if everything was up to the seed.
    /// </summary>
    public IReadOnlyList<string> LeftSeams { get; init; } = [];

    /// <summary>The last things that were done, a line each.</summary>
    public IReadOnlyList<string> LastDone { get; init; } = [];

    internal static SimulationReport None { get; } = new();

    /// <summary>Whether faults that the seed had planned were left out, because it fails without them.</summary>
    internal bool IsReduced { get; init; }

    internal SimulationReport With(SimulationReport next) => new()
    {
        Seeds = Seeds + next.Seeds,
        Steps = Steps + next.Steps,
        Faults = Faults + next.Faults,
        Kills = Kills + next.Kills,
        Elapsed = Elapsed + next.Elapsed,
        TraceHash = (ulong.RotateLeft(TraceHash, 7) ^ next.TraceHash) * 0x9E3779B97F4A7C15,
        LeftSeams = [.. LeftSeams.Union(next.LeftSeams)],
        LastDone = next.LastDone,
    };
}
