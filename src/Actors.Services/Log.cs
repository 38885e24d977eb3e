using Microsoft.Extensions.Logging;

namespace Actors.Services;

/// <summary>All log messages of the supervision of services, ids 6000 to 6999. The id of a message that is given up is not used again.</summary>
internal static partial class Log
{
    [LoggerMessage(6001, LogLevel.Debug, "Service {Service} is running (restart {Restart})")]
    public static partial void Running(ILogger logger, string service, int restart);

    [LoggerMessage(6002, LogLevel.Debug, "Service {Service} has stopped as it was told to")]
    public static partial void Stopped(ILogger logger, string service);

    [LoggerMessage(6003, LogLevel.Debug, "Service {Service} has completed: its code returned. Only a Start runs it again")]
    public static partial void Completed(ILogger logger, string service);

    [LoggerMessage(6004, LogLevel.Debug, "Service {Service} was told to stop while it waited for a restart, which is cancelled")]
    public static partial void RestartCancelled(ILogger logger, string service);

    [LoggerMessage(6101, LogLevel.Warning, "Service {Service} failed after running for {RanFor}: {Reason}. Starting it again in {DelayMs:0} ms (restart {Restart}, {Limit})")]
    public static partial void Restarting(
        ILogger logger, string service, double delayMs, int restart, string limit, string ranFor, string reason, Exception cause);

    [LoggerMessage(6102, LogLevel.Error, "Service {Service} failed after running for {RanFor}: {Reason}. {Limit} is used up; trying slowly from now on, next in {DelayMs:0} ms (restart {Restart})")]
    public static partial void SlowRetry(
        ILogger logger, string service, double delayMs, int restart, string limit, string ranFor, string reason, Exception cause);

    [LoggerMessage(6103, LogLevel.Error, "Service {Service} failed after running for {RanFor}: {Reason}. {Rule}. It is Failed and stays down until it is told to start")]
    public static partial void GaveUp(ILogger logger, string service, string ranFor, string reason, string rule, Exception cause);

    [LoggerMessage(6104, LogLevel.Warning, "A tick of service {Service} failed: {Reason}. on-tick-error = continue: the service goes on, its next tick is due within {DelayMs:0} ms")]
    public static partial void TickFailed(ILogger logger, string service, double delayMs, string reason, Exception cause);

    [LoggerMessage(6105, LogLevel.Warning, "Service {Service} of {Group} has failed; {Others} {Outcome}")]
    public static partial void GroupFailed(ILogger logger, string service, string group, string others, string outcome);

    [LoggerMessage(6106, LogLevel.Warning, "{Count} services have failed of the same cause within seconds ({Services}): {Reason}. They are started again together in {DelayMs:0} ms; others that fail of it meanwhile join them")]
    public static partial void SharedCause(ILogger logger, int count, string services, string reason, double delayMs);

    [LoggerMessage(6107, LogLevel.Warning, "{Count} services that failed of the same cause are started again together ({Services}): {Reason}")]
    public static partial void SharedCauseReturns(ILogger logger, int count, string services, string reason);

    [LoggerMessage(6108, LogLevel.Debug, "Service {Service} failed of the same cause as others, and waits with them: {Reason}")]
    public static partial void FailedAlike(ILogger logger, string service, string reason);

    [LoggerMessage(6201, LogLevel.Error, "Service {Service} did not stop within {DelayMs:0} ms (stop-timeout is {LimitMs:0} ms) and ignored its cancelled token. It is abandoned: its on-stop hooks are left out, and its code goes on running with all that it holds")]
    public static partial void Abandoned(ILogger logger, string service, double delayMs, double limitMs);

    [LoggerMessage(6202, LogLevel.Warning, "Service {Service} is started while {Abandoned} of its earlier bodies, which did not stop, are still running")]
    public static partial void StartedBesideAbandoned(ILogger logger, string service, int abandoned);

    [LoggerMessage(6203, LogLevel.Warning, "An abandoned body of service {Service} has ended at last: {Reason}")]
    public static partial void AbandonedEnded(ILogger logger, string service, string reason, Exception? cause);

    [LoggerMessage(6204, LogLevel.Warning, "Service {Service} threw while it was stopping: {Reason}. It is stopped all the same")]
    public static partial void FailedWhileStopping(ILogger logger, string service, string reason, Exception cause);

    [LoggerMessage(6205, LogLevel.Warning, "Service {Service}: the {What} threw: {Reason}. The rest of the clean-up goes on")]
    public static partial void CleanUpFailed(ILogger logger, string service, string what, string reason, Exception cause);

    [LoggerMessage(6206, LogLevel.Warning, "Service {Service}: a callback of its cancellation token threw: {Reason}. The stop goes on")]
    public static partial void CancellationCallbackFailed(ILogger logger, string service, string reason, Exception cause);

    [LoggerMessage(EventId = 6301, Message = "{Line}")]
    public static partial void Printed(ILogger logger, LogLevel level, string line);

    [LoggerMessage(6302, LogLevel.Warning, "Service {Service}: {Count} processes of an earlier run, whose application is gone, still ran and were ended: {Processes}")]
    public static partial void EndedLeftBehind(ILogger logger, string service, int count, string processes);

    [LoggerMessage(6303, LogLevel.Warning, "Service {Service}: process {Pid} and its group did not end within {DelayMs:0} ms after {Signal} (stop-timeout). They were killed")]
    public static partial void Killed(ILogger logger, string service, int pid, double delayMs, string signal);

    [LoggerMessage(6304, LogLevel.Warning, "Service {Service}: its output cannot be written to {File}: {Reason}. It goes on without the file until it is started again")]
    public static partial void OutputFileFailed(ILogger logger, string service, string file, string reason, Exception cause);
}
