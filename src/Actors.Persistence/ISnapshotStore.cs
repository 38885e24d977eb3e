namespace Actors.Persistence;

/// <summary>Port: where the snapshots of persistent actors are kept. One instance serves all actors of a store.</summary>
/// <remarks>
/// A snapshot only saves replaying, as long as the events are there. When they have been deleted, it is the state itself: an implementation is as durable
/// as the journal beside it. The duties of an implementer:
/// <list type="bullet">
/// <item>A task that completes without an exception is <b>durable</b>: it survives kill -9 and a power loss at the next instruction.</item>
/// <item>A snapshot is there whole, or is reported as damaged; a part of one is never returned.</item>
/// <item>A call with a term that is lower than the highest seen for the journal throws <see cref="JournalFencedException"/> and changes nothing,
/// so that an owner that was away for an hour deletes nothing that its successor relies on. A load counts as seen.</item>
/// </list>
/// All members may be called from any thread at any time.
/// The conformance suite in tests/Actors.Sql.Tests/Conformance states these duties as tests.
/// </remarks>
public interface ISnapshotStore : IAsyncDisposable
{
    /// <summary>Finds the newest snapshot that matches.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="SnapshotCorruptException">The newest that matches is damaged. Ask for older ones with its sequence number minus one.</exception>
    /// <exception cref="JournalUnavailableException">The store cannot be read at present.</exception>
    Task<SnapshotRow?> LoadAsync(string persistenceId, long term, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken);

    /// <summary>Saves a snapshot. One with the same sequence number is replaced.</summary>
    /// <exception cref="JournalUnavailableException">Nothing was saved; trying again may help.</exception>
    /// <exception cref="JournalOutcomeUnknownException">It may or may not be saved; saving it again is harmless.</exception>
    Task SaveAsync(SnapshotRow snapshot, CancellationToken cancellationToken);

    /// <summary>Deletes the snapshots that match; it is no error when there are none.</summary>
    /// <exception cref="JournalUnavailableException">Nothing was deleted; trying again may help.</exception>
    Task DeleteAsync(string persistenceId, long term, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken);
}

/// <summary>A snapshot as it is stored.</summary>
public sealed class SnapshotRow
{
    /// <summary>The journal whose events are in it.</summary>
    public required string PersistenceId { get; init; }

    /// <summary>The last event that is in it.</summary>
    public required long SequenceNr { get; init; }

    /// <summary>Where to go on in the journal: no commit before this one holds an event that is not in the snapshot.</summary>
    public required long CommitNumber { get; init; }

    /// <summary>The term of the owner, from <see cref="JournalOpening.Term"/>.</summary>
    public required long Term { get; init; }

    /// <summary>When it was taken. Kept to the millisecond.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The state, encoded. Must not change until the save is answered.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }
}
