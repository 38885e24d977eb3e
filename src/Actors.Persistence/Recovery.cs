namespace Actors.Persistence;

/// <summary>How much a persistent actor recovers before its first command.</summary>
/// <remarks>
/// An actor that recovers less than everything has a state of the past. It still continues the journal where it ends, so use this for looking
/// back, not for working.
/// </remarks>
public sealed record Recovery
{
    /// <summary>The newest snapshot and all events after it.</summary>
    public static Recovery Default { get; } = new();

    /// <summary>Nothing: for an actor that only writes. Its sequence numbers go on where the journal ends.</summary>
    public static Recovery None { get; } = new() { FromSnapshot = SnapshotSelectionCriteria.None, ReplayMax = 0 };

    /// <summary>Which snapshot to begin with: the newest that matches.</summary>
    /// <value>Default <see cref="SnapshotSelectionCriteria.Latest"/>.</value>
    public SnapshotSelectionCriteria FromSnapshot { get; init; } = SnapshotSelectionCriteria.Latest;

    /// <summary>The last event to recover.</summary>
    /// <value>Default: the last there is.</value>
    public long ToSequenceNr { get; init; } = long.MaxValue;

    /// <summary>How many events to replay at most.</summary>
    /// <value>Default: all. 0 replays none.</value>
    public long ReplayMax { get; init; } = long.MaxValue;
}

/// <summary>Chooses snapshots of one persistent actor. A snapshot must satisfy all conditions.</summary>
/// <param name="MaxSequenceNr">The last event that it may contain.</param>
/// <param name="MaxTimestamp">The latest time at which it may have been taken; null for any.</param>
/// <param name="MinSequenceNr">The least that its last event may be.</param>
public sealed record SnapshotSelectionCriteria(long MaxSequenceNr, DateTimeOffset? MaxTimestamp = null, long MinSequenceNr = 0)
{
    /// <summary>Every snapshot, so that the newest is chosen.</summary>
    public static SnapshotSelectionCriteria Latest { get; } = new(long.MaxValue);

    /// <summary>No snapshot.</summary>
    public static SnapshotSelectionCriteria None { get; } = new(-1);

    /// <summary>Whether a snapshot satisfies all conditions.</summary>
    public bool Matches(long sequenceNr, DateTimeOffset timestamp) =>
        sequenceNr <= MaxSequenceNr && sequenceNr >= MinSequenceNr && (MaxTimestamp is null || timestamp <= MaxTimestamp);
}
