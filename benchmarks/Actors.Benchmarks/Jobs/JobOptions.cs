namespace Actors.Benchmarks.Jobs;

/// <summary>What the command line says of a queue.</summary>
internal sealed record JobOptions(bool IsInMemory, int? Jobs, int Producers, int Workers, int Prefetch, bool? KeepSucceeded, int Queues)
{
    /// <summary>Whether history is measured in both ways: as it is by default, and without succeeded jobs.</summary>
    public IReadOnlyList<bool> Histories => KeepSucceeded is { } keep ? [keep] : [true, false];

    public static JobOptions Parse(Options options) => new(
        options.Text("store", "sqlite") switch
        {
            "sqlite" => false,
            "memory" => true,
            var other => throw new ArgumentException($"--store {other}: there are sqlite and memory."),
        },
        options.Text("jobs", "") is { Length: > 0 } ? options.Int("jobs", 0) : null,
        options.Int("producers", 64),
        options.Int("workers", 64),
        options.Int("prefetch", 1000),
        options.Text("history", "both") switch
        {
            "all" => true,
            "failed" => false,
            "both" => null,
            var other => throw new ArgumentException($"--history {other}: there are all and failed; without it both are measured."),
        },
        options.Int("queues", 1));

    /// <summary>A name of a figure; those without succeeded jobs in the history have an ending.</summary>
    public static string Name(string name, bool keepSucceeded) => keepSucceeded ? name : name + "-history-failed";
}
