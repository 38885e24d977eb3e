using Microsoft.Extensions.Logging;

namespace Actors.Jobs;

/// <summary>All log messages of jobs, ids 3000 to 3999. The id of a message that is given up is not used again.</summary>
internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Information, "Queue {Queue} is ready in term {Term}: {Jobs} live jobs, {Orphans} of them were running when the last owner ended")]
    public static partial void QueueReady(ILogger logger, string queue, long term, long jobs, int orphans);

    [LoggerMessage(3002, LogLevel.Error, "Queue {Queue} has lost its journal: {Reason}")]
    public static partial void QueueLost(ILogger logger, string queue, string reason);

    [LoggerMessage(3003, LogLevel.Warning, "Queue {Queue} has no handler for {JobTypes}, declared beside the jobs that it handles: such jobs wait")]
    public static partial void NoHandlers(ILogger logger, string queue, string jobTypes);

    [LoggerMessage(3004, LogLevel.Warning, "Queue {Queue} was restored from a backup and is paused. {Jobs} live jobs may have run since the backup: look at them, discard them or resume the queue")]
    public static partial void QueueRestored(ILogger logger, string queue, long jobs);

    [LoggerMessage(3151, LogLevel.Information, "Attempt {Attempt} of job {JobId} ({JobType} in {Queue}) was cut short: {Reason}. It is made again, and does not count")]
    public static partial void AttemptInterrupted(ILogger logger, int attempt, JobId jobId, string queue, string jobType, string reason);

    [LoggerMessage(3150, LogLevel.Debug, "The handlers of {Queue} run inside of {Middleware}, the first outermost")]
    public static partial void MiddlewareUsed(ILogger logger, string queue, string middleware);

    [LoggerMessage(3101, LogLevel.Warning, "Attempt {Attempt} of job {JobId} ({JobType} in {Queue}) failed: {Reason}")]
    public static partial void AttemptFailed(
        ILogger logger, JobId jobId, string queue, string jobType, int attempt, string reason, Exception? cause);

    [LoggerMessage(3102, LogLevel.Error, "Job {JobId} ({JobType} in {Queue}) failed for good after {Attempt} attempts")]
    public static partial void JobFailed(ILogger logger, JobId jobId, string queue, string jobType, int attempt);

    [LoggerMessage(3103, LogLevel.Error, "Job {JobId} ({JobType} in {Queue}) is parked, because its arguments cannot be decoded: {Reason}")]
    public static partial void JobParked(ILogger logger, JobId jobId, string queue, string jobType, string reason);

    [LoggerMessage(3104, LogLevel.Warning, "Queue {Queue} holds jobs of type {JobType}, for which there is no handler in this process; they wait")]
    public static partial void NoHandler(ILogger logger, string queue, string jobType);

    [LoggerMessage(3105, LogLevel.Warning, "{Jobs} jobs of {Queue} did not end when they were cancelled; they will run again")]
    public static partial void JobsAbandoned(ILogger logger, int jobs, string queue);

    [LoggerMessage(3301, LogLevel.Warning, "Cannot read the messages of other processes; trying again: {Reason}")]
    public static partial void InboxNotRead(ILogger logger, string reason);

    [LoggerMessage(3302, LogLevel.Warning, "Cannot send messages to other processes: {Reason}")]
    public static partial void InboxNotWritten(ILogger logger, string reason);

    [LoggerMessage(3303, LogLevel.Error, "Message {Row} of node {Node} cannot be read and is left where it is: {Reason}. Was it sent by a newer version?")]
    public static partial void InboxRowUnreadable(ILogger logger, long row, long node, string reason);

    [LoggerMessage(3304, LogLevel.Warning, "Node {Node} has ended; {Jobs} jobs of {Queue} that it was running run again")]
    public static partial void NodeGone(ILogger logger, long node, int jobs, string queue);

    [LoggerMessage(3305, LogLevel.Information, "This process (node {Node}) owns the queues now")]
    public static partial void OwnershipTaken(ILogger logger, long node);

    [LoggerMessage(3306, LogLevel.Warning, "Cannot find out who owns the queues; trying again: {Reason}")]
    public static partial void OwnershipUnknown(ILogger logger, string reason);
    [LoggerMessage(3106, LogLevel.Warning, "A callback that job {JobId} has registered with its token threw when the token was cancelled: {Reason}")]
    public static partial void CancelCallbackFailed(ILogger logger, JobId jobId, string reason, Exception cause);

    [LoggerMessage(3107, LogLevel.Error, "The retry policy of {JobType} in {Queue} threw for job {JobId}; its next attempt is in {DelayMs:0} ms, as the backoff of the queue says: {Reason}")]
    public static partial void RetryPolicyFailed(
        ILogger logger, JobId jobId, string queue, string jobType, double delayMs, string reason, Exception cause);

    [LoggerMessage(3108, LogLevel.Warning, "Attempt {Attempt} of job {JobId} ({JobType} in {Queue}) goes on {DelayMs:0} ms after its token was cancelled; it keeps its worker until it ends")]
    public static partial void AttemptOverdue(ILogger logger, int attempt, JobId jobId, string queue, string jobType, double delayMs);

    [LoggerMessage(3111, LogLevel.Warning, "Job number {Number} of {Queue} goes on {DelayMs:0} ms after its token was cancelled; it keeps its worker until it ends")]
    public static partial void AttemptOverdueHere(ILogger logger, long number, string queue, double delayMs);

    [LoggerMessage(3501, LogLevel.Information, "The pause of {Queue} is over, at the moment that was named ({Reason}); it starts jobs again")]
    public static partial void PauseEnded(ILogger logger, string queue, string reason);

    [LoggerMessage(3109, LogLevel.Warning, "{Jobs} jobs of {Queue} had begun when the last process died; they run first, one at a time, alone in the process")]
    public static partial void SuspectsFound(ILogger logger, long jobs, string queue);

    [LoggerMessage(3112, LogLevel.Warning, "What must run alone, of {Queues} queues, has waited {Seconds} s for the jobs that run to end. The queues go on; it is tried again in {Minutes} minutes")]
    public static partial void HoldEnded(ILogger logger, int queues, double seconds, double minutes);

    [LoggerMessage(3110, LogLevel.Error, "Job {JobId} ({JobType} in {Queue}) is quarantined: the process died {Crashes} times while it ran alone")]
    public static partial void JobQuarantined(ILogger logger, JobId jobId, string queue, string jobType, int crashes);

    [LoggerMessage(3440, LogLevel.Warning, "Job {JobId} of {Queue} has succeeded, but its result is not kept: {Reason}")]
    public static partial void ResultNotKept(ILogger logger, JobId jobId, string queue, string reason);

    [LoggerMessage(3201, LogLevel.Error, "Cannot write {Jobs} finished jobs of {Queue} to the history; trying again in {DelayMs:0} ms: {Reason}")]
    public static partial void HistoryDelayed(ILogger logger, int jobs, string queue, double delayMs, string reason);

    [LoggerMessage(3504, LogLevel.Warning, "{Queue} has paused itself until {Until}: {Reason}")]
    public static partial void PausedItself(ILogger logger, string queue, string until, string reason);

    [LoggerMessage(3505, LogLevel.Information, "{Queue} had paused itself and is not on trial any more; it starts as many jobs as ever")]
    public static partial void TrialPassed(ILogger logger, string queue);

    [LoggerMessage(3502, LogLevel.Debug, "{Jobs} finished jobs of {Queue} were over their time and have left the history")]
    public static partial void HistoryPruned(ILogger logger, long jobs, string queue);

    [LoggerMessage(3503, LogLevel.Warning, "Finished jobs of {Queue} that are over their time cannot be deleted from the history; trying again later: {Reason}")]
    public static partial void RetentionDelayed(ILogger logger, string queue, string reason);

    [LoggerMessage(3202, LogLevel.Error, "Cannot read arguments of waiting jobs of {Queue}; trying again: {Reason}")]
    public static partial void PayloadsUnreadable(ILogger logger, string queue, string reason);

    [LoggerMessage(3206, LogLevel.Warning,
        "Process {Node} lives but has said nothing for {Seconds} s, though it was asked; its {Jobs} jobs of {Queue} run elsewhere, and what it says of them later is refused")]
    public static partial void NodeSilent(ILogger logger, long node, double seconds, int jobs, string queue);

    [LoggerMessage(3205, LogLevel.Error, "A finished job of {Queue} goes to the history without its arguments: {Reason}")]
    public static partial void ArgumentsLost(ILogger logger, string queue, string reason);

    [LoggerMessage(3401, LogLevel.Error, "The owner of the schedules has lost its journal: {Reason}")]
    public static partial void SchedulesLost(ILogger logger, string reason);

    [LoggerMessage(3402, LogLevel.Error, "Schedule {Schedule} cannot be read here and runs nothing: {Reason}")]
    public static partial void ScheduleUnreadable(ILogger logger, string schedule, string reason);

    [LoggerMessage(3403, LogLevel.Warning, "Schedule {Schedule}: {Slots} slots from {First:u} to {Last:u} get no job ({Reason})")]
    public static partial void SlotsSkipped(ILogger logger, string schedule, long slots, DateTimeOffset first, DateTimeOffset last, Schedules.SlotKind reason);

    [LoggerMessage(3404, LogLevel.Error, "{Slots} slots of schedules did not reach their queue; trying again in {DelayMs:0} ms: {Reason}")]
    public static partial void SlotsUndelivered(ILogger logger, int slots, double delayMs, string reason);

    [LoggerMessage(3405, LogLevel.Information, "Schedule {Schedule} is declared no more. It is retired: kept, but without new jobs")]
    public static partial void ScheduleRetired(ILogger logger, string schedule);

    [LoggerMessage(3115, LogLevel.Information, "{Queue} is otherwise than configured: changed by {Who} ({Reason})")]
    public static partial void QueueChanged(ILogger logger, string queue, string who, string reason);

    [LoggerMessage(3207, LogLevel.Warning, "A commit of {Queue} waits, and all behind it: {Reason}")]
    public static partial void CommitWaitsForFormat(ILogger logger, string queue, string reason);

    [LoggerMessage(3208, LogLevel.Warning, "The history does not say what has become of {Jobs} jobs that jobs of {Queue} wait for; asking again in {DelayMs:0} ms: {Reason}")]
    public static partial void ParentsNotFound(ILogger logger, int jobs, string queue, double delayMs, string reason);

    [LoggerMessage(3203, LogLevel.Debug, "The journal of {Queue} takes {Bytes} bytes, of which {LiveBytes} are needed; writing its oldest part forward")]
    public static partial void WritingForward(ILogger logger, string queue, long bytes, long liveBytes);

    [LoggerMessage(3204, LogLevel.Error, "Cannot read the oldest part of the journal of {Queue} to write it forward; trying again: {Reason}")]
    public static partial void ForwardingDelayed(ILogger logger, string queue, string reason);
}
