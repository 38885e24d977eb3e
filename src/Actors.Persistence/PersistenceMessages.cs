namespace Actors.Persistence;

/// <summary>Recovery has ended. Always delivered to the recovery handlers, also when nothing was stored, and before the first command.</summary>
public sealed record RecoveryCompleted
{
    /// <summary>The one instance.</summary>
    public static RecoveryCompleted Instance { get; } = new();
}

/// <summary>Which state a snapshot holds.</summary>
/// <param name="PersistenceId">Whose.</param>
/// <param name="SequenceNr">The last event that it contains.</param>
/// <param name="Timestamp">When it was taken.</param>
public sealed record SnapshotMetadata(string PersistenceId, long SequenceNr, DateTimeOffset Timestamp);

/// <summary>A saved state to begin recovery with. Delivered to the recovery handlers, before any event.</summary>
/// <param name="Metadata">Which state it is.</param>
/// <param name="Snapshot">The state.</param>
public sealed record SnapshotOffer(SnapshotMetadata Metadata, object Snapshot);

/// <summary>A snapshot is durable. Sent to the actor that saved it.</summary>
/// <param name="Metadata">Which state it is.</param>
public sealed record SaveSnapshotSuccess(SnapshotMetadata Metadata) : INeverDropped, IDeadLetterSuppression;

/// <summary>A snapshot was not saved. Nothing is lost: the events are there. Logged as a warning when the actor has no handler for it.</summary>
/// <param name="Metadata">Which state it was to be.</param>
/// <param name="Cause">Why.</param>
public sealed record SaveSnapshotFailure(SnapshotMetadata Metadata, Exception Cause) : INeverDropped, IDeadLetterSuppression;

/// <summary>Snapshots were deleted. Sent to the actor that asked for it.</summary>
/// <param name="Criteria">Which.</param>
public sealed record DeleteSnapshotsSuccess(SnapshotSelectionCriteria Criteria) : INeverDropped, IDeadLetterSuppression;

/// <summary>Snapshots were not deleted. Logged as a warning when the actor has no handler for it.</summary>
/// <param name="Criteria">Which.</param>
/// <param name="Cause">Why.</param>
public sealed record DeleteSnapshotsFailure(SnapshotSelectionCriteria Criteria, Exception Cause) : INeverDropped, IDeadLetterSuppression;

/// <summary>Events were deleted. Sent to the actor that asked for it.</summary>
/// <param name="ToSequenceNr">The last that was to be deleted. Those that share a commit with a later event stay until it goes.</param>
public sealed record DeleteMessagesSuccess(long ToSequenceNr) : INeverDropped, IDeadLetterSuppression;

/// <summary>Events were not deleted. Logged as a warning when the actor has no handler for it.</summary>
/// <param name="ToSequenceNr">The last that was to be deleted.</param>
/// <param name="Cause">Why.</param>
public sealed record DeleteMessagesFailure(long ToSequenceNr, Exception Cause) : INeverDropped, IDeadLetterSuppression;
