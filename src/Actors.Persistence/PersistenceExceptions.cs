namespace Actors.Persistence;

/// <summary>A class cannot be stored, or something that is stored cannot be read by this program. The message says what to do.</summary>
public sealed class StoredTypeException(string message) : Exception(message);

/// <summary>A persistent actor does not know whether events were stored: it fails, and its next instance reads back what there is.</summary>
public sealed class PersistFailureException(ActorPath actor, string persistenceId, TimeSpan timeout, Exception? cause)
    : Exception(
        $"'{actor}' has waited {timeout.TotalSeconds:0.###} s for its journal '{persistenceId}' to store events" +
        $"{(cause is null ? ", without an answer." : $": {cause.Message}")} They may be stored or not; a restart reads back what is. " +
        "Look after the store, or raise PersistenceOptions.PersistTimeout ('actors.persistence.persist-timeout').", cause)
{
    /// <summary>The actor.</summary>
    public ActorPath Actor { get; } = actor;

    /// <summary>Its journal.</summary>
    public string PersistenceId { get; } = persistenceId;
}

/// <summary>The state of a persistent actor cannot be recovered from what is stored. The actor is stopped; nothing was skipped.</summary>
public sealed class RecoveryFailureException(ActorPath actor, string persistenceId, long sequenceNr, string reason, Exception? cause = null)
    : Exception($"'{actor}' cannot recover '{persistenceId}': {reason}", cause)
{
    /// <summary>The actor.</summary>
    public ActorPath Actor { get; } = actor;

    /// <summary>Its journal.</summary>
    public string PersistenceId { get; } = persistenceId;

    /// <summary>The event that could not be recovered; that of the snapshot when it was a snapshot.</summary>
    public long SequenceNr { get; } = sequenceNr;
}

/// <summary>A snapshot is damaged. An older one, or the events, may do.</summary>
public sealed class SnapshotCorruptException(string message, string persistenceId, long sequenceNr) : JournalException(message, null)
{
    /// <summary>Whose it is.</summary>
    public string PersistenceId { get; } = persistenceId;

    /// <summary>The last event that it contains.</summary>
    public long SequenceNr { get; } = sequenceNr;
}
