namespace Actors.Jobs.Queues;

/// <summary>A job as one queue hands it to another: everything that is known of it.</summary>
internal sealed record MovedJob(long Order, JobId Id, string Type, int TypeVersion)
{
    /// <summary>Null when they cannot be read.</summary>
    public required ReadOnlyMemory<byte>? Args { get; init; }

    public required JobState State { get; init; }

    public required JobPriority Priority { get; init; }

    public required int Attempts { get; init; }

    /// <summary>How often it has been granted.</summary>
    public required int Grant { get; init; }

    public required long EnqueuedAtMs { get; init; }

    /// <summary>On the wall clock: that of a queue may be ahead of it.</summary>
    public required long DueAtMs { get; init; }

    public required string? Key { get; init; }

    public required JobTraits? Traits { get; init; }

    public required string? Error { get; init; }

    /// <summary>How often the process has died while it ran alone; null when it need not.</summary>
    public required int? Crashes { get; init; }

    /// <summary>Its end would have been kept where it was.</summary>
    public required bool IsEndKept { get; init; }
}
