using Microsoft.Extensions.Logging;

namespace Actors.Persistence;

/// <summary>All log messages of persistence, ids 2000 to 2999. The id of a message that is given up is not used again.</summary>
internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Warning, "The outcome of a write of {Commits} commits is unknown ({Reason}); looking it up in the journal")]
    public static partial void AppendInDoubt(ILogger logger, int commits, string reason, Exception cause);

    [LoggerMessage(2002, LogLevel.Error, "Cannot write {Commits} commits; trying again in {DelayMs:0} ms: {Reason}")]
    public static partial void AppendDelayed(ILogger logger, int commits, double delayMs, string reason);

    [LoggerMessage(2101, LogLevel.Debug, "Recovered journal {PersistenceId} in term {Term}: {Commits} commits")]
    public static partial void Recovered(ILogger logger, string persistenceId, long term, long commits);

    [LoggerMessage(2102, LogLevel.Error, "Cannot recover journal {PersistenceId}; trying again in {DelayMs:0} ms: {Reason}")]
    public static partial void RecoveryDelayed(ILogger logger, string persistenceId, double delayMs, string reason);

    [LoggerMessage(2103, LogLevel.Error, "Journal {PersistenceId} is not served: {Reason}")]
    public static partial void NotServed(ILogger logger, string persistenceId, string reason, Exception cause);

    [LoggerMessage(2201, LogLevel.Debug, "Recovered {PersistenceId} in term {Term}: {LastSequenceNr} events, those up to {SnapshotNr} from a snapshot")]
    public static partial void ActorRecovered(ILogger logger, string persistenceId, long term, long lastSequenceNr, long snapshotNr);

    [LoggerMessage(2202, LogLevel.Error, "Cannot recover {PersistenceId}, so its actor is stopped: {Reason}")]
    public static partial void RecoveryFailed(ILogger logger, string persistenceId, string reason, Exception cause);

    [LoggerMessage(2203, LogLevel.Error, "The event {Event} ({SequenceNr}) of {PersistenceId} may not be stored: {Reason}")]
    public static partial void PersistFailed(ILogger logger, string @event, long sequenceNr, string persistenceId, string reason);

    [LoggerMessage(2204, LogLevel.Error, "The event {Event} of {PersistenceId} cannot be stored: {Reason}")]
    public static partial void PersistRejected(ILogger logger, string @event, string persistenceId, string reason, Exception cause);

    [LoggerMessage(2205, LogLevel.Error, "The actor of {PersistenceId} stops: {Reason}")]
    public static partial void OwnerFenced(ILogger logger, string persistenceId, string reason);

    [LoggerMessage(2206, LogLevel.Warning, "The snapshot of {PersistenceId} at event {SequenceNr} cannot be read and is passed over: {Reason}")]
    public static partial void SnapshotPassedOver(ILogger logger, string persistenceId, long sequenceNr, string reason);

    [LoggerMessage(2207, LogLevel.Warning, "The snapshot of {PersistenceId} at event {SequenceNr} was not saved: {Reason}")]
    public static partial void SnapshotNotSaved(ILogger logger, string persistenceId, long sequenceNr, string reason);

    [LoggerMessage(2208, LogLevel.Warning, "The snapshots of {PersistenceId} up to event {SequenceNr} were not deleted: {Reason}")]
    public static partial void SnapshotsNotDeleted(ILogger logger, string persistenceId, long sequenceNr, string reason);

    [LoggerMessage(2209, LogLevel.Warning, "The events of {PersistenceId} up to {SequenceNr} were not deleted: {Reason}")]
    public static partial void EventsNotDeleted(ILogger logger, string persistenceId, long sequenceNr, string reason);
}
