using Microsoft.Extensions.Logging;

namespace Actors;

/// <summary>All log messages of the kernel, ids 1000 to 1999. The id of a message that is given up is not used again.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Error, "Actor system {System} is shutting down: a failure escalated past its guardians")]
    public static partial void SystemFailed(ILogger logger, string system, Exception cause);

    [LoggerMessage(1002, LogLevel.Critical, "Defect of the actor kernel in {ActorPath}; please report it")]
    public static partial void KernelDefect(ILogger logger, ActorPath actorPath, Exception defect);

    [LoggerMessage(1101, LogLevel.Warning, "Restarting {ActorPath} in {DelayMs:0} ms (restart {Restart}): {Reason}")]
    public static partial void ChildRestarting(
        ILogger logger, ActorPath actorPath, double delayMs, int restart, string reason, Exception cause);

    [LoggerMessage(1102, LogLevel.Error, "Stopping {ActorPath}: {Reason}")]
    public static partial void ChildStopped(ILogger logger, ActorPath actorPath, string reason, Exception cause);

    [LoggerMessage(1103, LogLevel.Warning, "Resuming {ActorPath}: {Reason}")]
    public static partial void ChildResumed(ILogger logger, ActorPath actorPath, string reason, Exception cause);

    [LoggerMessage(1104, LogLevel.Error, "Giving up on {ActorPath} after {Restart} restarts")]
    public static partial void ChildExhausted(ILogger logger, ActorPath actorPath, int restart, Exception cause);

    [LoggerMessage(1105, LogLevel.Error, "Abandoning {ActorPath}: it did not stop within {DelayMs:0} ms (it was handling {MessageType})")]
    public static partial void ChildAbandoned(ILogger logger, ActorPath actorPath, double delayMs, string messageType);

    [LoggerMessage(1106, LogLevel.Error, "The decider for {ActorPath} threw; its supervisor fails with that exception")]
    public static partial void DeciderFailed(ILogger logger, ActorPath actorPath, Exception cause);

    [LoggerMessage(1107, LogLevel.Warning, "{ActorPath} failed again while it was failed or stopping")]
    public static partial void FailureWhileFailed(ILogger logger, ActorPath actorPath, Exception cause);

    [LoggerMessage(1124, LogLevel.Warning, "Restarting {ActorPath} with its group, whose restart is under way: {Reason}")]
    public static partial void ChildRestartsWithGroup(ILogger logger, ActorPath actorPath, string reason, Exception cause);

    [LoggerMessage(1125, LogLevel.Information, "Restarting {ActorPath}, because its supervisor says so")]
    public static partial void ChildRestartRequested(ILogger logger, ActorPath actorPath);

    [LoggerMessage(1126, LogLevel.Information, "Stopping {ActorPath}: its significant child {ChildPath} has ended")]
    public static partial void AutoShutdown(ILogger logger, ActorPath actorPath, ActorPath childPath);

    [LoggerMessage(1123, LogLevel.Warning, "The code of {ActorPath}, which was abandoned, has ended after all; its PostStop runs now")]
    public static partial void AbandonedEnded(ILogger logger, ActorPath actorPath);

    [LoggerMessage(1110, LogLevel.Error, "PreRestart of {ActorPath} threw; the restart goes on")]
    public static partial void PreRestartFailed(ILogger logger, ActorPath actorPath, Exception cause);

    [LoggerMessage(1111, LogLevel.Error, "PostStop of {ActorPath} threw; the stop goes on")]
    public static partial void PostStopFailed(ILogger logger, ActorPath actorPath, Exception cause);

    [LoggerMessage(1112, LogLevel.Error, "Disposing of the instance of {ActorPath} threw")]
    public static partial void DisposeFailed(ILogger logger, ActorPath actorPath, Exception cause);

    [LoggerMessage(1113, LogLevel.Error, "A callback on the cancellation token of {ActorPath} threw")]
    public static partial void CancellationFailed(ILogger logger, ActorPath actorPath, Exception cause);

    [LoggerMessage(1120, LogLevel.Warning, "{ActorPath} {Activity} its handler of {MessageType} since {AgeMs:0} ms (limit {LimitMs:0} ms)")]
    public static partial void HandlerOverdue(
        ILogger logger, ActorPath actorPath, string activity, string messageType, double ageMs, double limitMs);

    [LoggerMessage(1121, LogLevel.Error, "Giving up a handler of {ActorPath}: it has awaited in {MessageType} for {AgeMs:0} ms (limit {LimitMs:0} ms) and did not end when its token was cancelled")]
    public static partial void HandlerGivenUp(ILogger logger, ActorPath actorPath, string messageType, double ageMs, double limitMs);

    [LoggerMessage(1122, LogLevel.Warning, "The priority function of {ActorPath} threw for {MessageType}, which comes last now")]
    public static partial void PriorityFailed(ILogger logger, ActorPath actorPath, string messageType, Exception cause);

    [LoggerMessage(
        1127, LogLevel.Error, "All {Threads} threads of '{System}' are kept by handlers that block. Give such actors ActorDispatcher.Pinned, or let them block in RunTask")]
    public static partial void NoThreadLeft(ILogger logger, int threads, string system);

    [LoggerMessage(1201, LogLevel.Information, "Dead letter: {MessageType} to {ActorPath} ({Reason})")]
    public static partial void DeadLetter(ILogger logger, string messageType, ActorPath actorPath, DeadLetterReason reason);

    [LoggerMessage(1202, LogLevel.Information, "Unhandled message: {MessageType} to {ActorPath}")]
    public static partial void UnhandledMessage(ILogger logger, string messageType, ActorPath actorPath);

    [LoggerMessage(1203, LogLevel.Information, "No more dead letters are logged for {PauseSeconds:0.###} s")]
    public static partial void DeadLettersPaused(ILogger logger, double pauseSeconds);

    [LoggerMessage(1204, LogLevel.Information, "No more dead letters are logged")]
    public static partial void DeadLettersNoMoreLogged(ILogger logger);

    [LoggerMessage(1205, LogLevel.Information, "{Count} dead letters were not logged; from now on they are again")]
    public static partial void DeadLettersLeftOut(ILogger logger, long count);

    [LoggerMessage(
        1206, LogLevel.Error, "{ActorPath} has failed {Failures} times on the same {MessageType}; the message is quarantined and kept as a dead letter")]
    public static partial void MessageQuarantined(ILogger logger, ActorPath actorPath, int failures, string messageType, Exception cause);
}
