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
}
