using Actors.Jobs.Searching;
using Actors.Persistence;

namespace Actors.Jobs.Queues;

/// <summary>What a queue is told and asked.</summary>
internal abstract partial record QueueMessage
{
    private QueueMessage()
    {
    }

    /// <summary>Store these jobs; the answer comes when they, and all that were decided on before, are durable. The id is named when that is not known.</summary>
    public sealed record Enqueue(IReadOnlyList<JobDraft> Jobs, JobId First) : QueueMessage, IRequest<Enqueued>
    {
        /// <summary>Where the jobs come from when they are those of slots; null when they are not.</summary>
        public SlotOrders? Slots { get; init; }

        /// <summary>Whether some of them are to be the only ones of their kind.</summary>
        public bool HasUnique { get; init; }
    }

    /// <summary>Slots of the schedules of one application: what is up to a slot that was taken is not taken again.</summary>
    /// <param name="Source">The application.</param>
    /// <param name="Orders">The place of each job, rising; 0 when it has none.</param>
    /// <param name="Through">The last slot that is done with when the jobs are durable; it may have no job.</param>
    public sealed record SlotOrders(string Source, long[] Orders, long Through);

    /// <summary>The jobs are durable.</summary>
    public sealed record Enqueued : QueueMessage
    {
        public static Enqueued Instance { get; } = new();

        /// <summary>Jobs that were not enqueued, and the one of the same kind that there is; null when there are none.</summary>
        public IReadOnlyDictionary<JobId, JobId>? Existing { get; init; }
    }

    public sealed record GetJob(JobId Id) : QueueMessage, IRequest<JobFound>;

    /// <summary>The status is null when the queue has no such live job, or cannot say, for the reason given.</summary>
    public sealed record JobFound(JobStatus? Status, Exception? Unknown) : QueueMessage
    {
        /// <summary>Why the job was not changed as asked; null when it was, or need not be.</summary>
        public string? Refusal { get; init; }

        /// <summary>Whether nothing of the job goes to the history.</summary>
        public bool IsDeleted { get; init; }

        /// <summary>The queue that the job has been moved to; null when that is not known.</summary>
        public string? MovedTo { get; init; }
    }

    /// <summary>An attempt has done a step of its job; the answer comes when that is durable.</summary>
    public sealed record SaveStep(long Number, int Grant, string Name, byte[] Value) : QueueMessage, IRequest<StepSaved>;

    public sealed record StepSaved : QueueMessage
    {
        public static StepSaved Instance { get; } = new();
    }

    /// <summary>What has a job said of its work?</summary>
    public sealed record GetProgress(JobId Id) : QueueMessage, IRequest<ProgressFound>;

    public sealed record ProgressFound(JobProgress? Progress) : QueueMessage;

    /// <summary>End a job as cancelled; the answer comes when that is durable.</summary>
    public sealed record CancelJob(JobId Id, string? Reason) : QueueMessage, IRequest<JobFound>;

    /// <summary>Let a job wait for a worker instead of for its time, a decoder or a person; the answer comes when that is durable.</summary>
    public sealed record RetryJob(JobId Id) : QueueMessage, IRequest<JobFound>;

    public sealed record GetQueue : QueueMessage, IRequest<QueueStatus>;

    /// <summary>Start no job until the queue is resumed, or until a moment; answered when that is durable.</summary>
    public sealed record PauseQueue(string? Reason, DateTimeOffset? Until = null) : QueueMessage, IRequest<QueueStatus>;

    public sealed record ResumeQueue : QueueMessage, IRequest<QueueStatus>;

    /// <summary>Cancel what is not running and was enqueued before a time; answered with their number when that is durable.</summary>
    public sealed record DiscardJobs(DateTimeOffset EnqueuedBefore, string Reason) : QueueMessage, IRequest<Discarded>
    {
        /// <summary>Where to go on: it is done in pieces.</summary>
        public long From { get; init; }

        /// <summary>How many were discarded before.</summary>
        public long Before { get; init; }
    }

    public sealed record Discarded(long Jobs) : QueueMessage;

    /// <summary>The live jobs from a number on.</summary>
    public sealed record ListJobs(long From, int Limit) : QueueMessage, IRequest<JobPage>;

    /// <summary>The live jobs that match, newest first.</summary>
    /// <param name="Query">What to look for.</param>
    /// <param name="Limit">At most so many; 0 only counts them.</param>
    /// <param name="Before">Only older jobs than this.</param>
    public sealed record SearchJobs(JobQuery Query, int Limit, JobPosition? Before) : QueueMessage, IRequest<JobsFound>;

    /// <summary>What a search has found.</summary>
    /// <param name="Jobs">The jobs, newest first.</param>
    /// <param name="Through">Older jobs were not looked at; null when all were.</param>
    /// <param name="Count">How many there are, when that was asked.</param>
    public sealed record JobsFound(IReadOnlyList<JobStatus> Jobs, JobPosition? Through, long Count) : QueueMessage
    {
        /// <summary>The number of the first job that was not durable when the search was begun; 0 when its owner does not tell.</summary>
        public long End { get; init; }
    }

    /// <summary>To itself: go on with a search.</summary>
    public sealed record SearchOn(LiveSearch Search) : QueueMessage;

    /// <summary>To itself: the arguments that a search had to look into have been read.</summary>
    public sealed record SearchRead(LiveSearch Search) : QueueMessage;

    /// <summary>Begin to run jobs.</summary>
    public sealed record StartConsuming : QueueMessage, IRequest<ConsumingStarted>;

    public sealed record ConsumingStarted : QueueMessage;

    /// <summary>Start no more jobs; the answer comes when none runs, or when those that run have been cancelled and given up on.</summary>
    /// <param name="GoesOn">What runs has no limit: the process goes on, as the owner of the queue.</param>
    public sealed record StopConsuming(bool GoesOn = false) : QueueMessage, IRequest<ConsumingStopped>;

    public sealed record ConsumingStopped(int Abandoned) : QueueMessage;

    /// <summary>Other settings from now on.</summary>
    public sealed record Reconfigure(QueueOptions Options) : QueueMessage;

    /// <summary>Worker to queue: an attempt has ended.</summary>
    public sealed record AttemptEnded(long Number, int Grant, AttemptOutcome Outcome) : QueueMessage;

    /// <summary>From code that takes jobs itself: an attempt has ended. Answered when that is durable.</summary>
    public sealed record EndPulled(long Number, int Grant, JobId Id, AttemptOutcome Outcome) : QueueMessage, IRequest<Enqueued>;

    /// <summary>Code that takes jobs itself wants more or fewer.</summary>
    public sealed record PullChanged : QueueMessage
    {
        public static PullChanged Instance { get; } = new();
    }

    /// <summary>A process that ran jobs has ended.</summary>
    public sealed record NodeGone(long Node) : QueueMessage;

    /// <summary>Worker to queue: an attempt goes on though its token was cancelled a while ago.</summary>
    public sealed record AttemptOverdue(long Number, int Grant) : QueueMessage;

    /// <summary>From the parent: grant nothing, and say when nothing runs any more.</summary>
    public sealed record Hold(int Number) : QueueMessage;

    /// <summary>From the parent: grant again.</summary>
    public sealed record Go : QueueMessage
    {
        public static Go Instance { get; } = new();
    }

    /// <summary>From the parent: nothing runs in the process; run the jobs that must run alone, one at a time.</summary>
    public sealed record RunAlone(int Request) : QueueMessage;

    /// <summary>To itself: everything that was in the mailbox has been decided; store it.</summary>
    public sealed record Flush : QueueMessage
    {
        public static Flush Instance { get; } = new();
    }

    /// <summary>To itself: look for callers that have waited too long.</summary>
    public sealed record ExpireCallers : QueueMessage
    {
        public static ExpireCallers Instance { get; } = new();
    }

    /// <summary>To itself: what an earlier owner was running, and has not reported, waits again.</summary>
    public sealed record ReleaseOrphans : QueueMessage
    {
        public static ReleaseOrphans Instance { get; } = new();
    }

    /// <summary>To itself: jobs that are out of the running end as cancelled.</summary>
    public sealed record EndDisplaced : QueueMessage
    {
        public static EndDisplaced Instance { get; } = new();
    }

    /// <summary>To itself: a job has become due.</summary>
    public sealed record DueReached : QueueMessage
    {
        public static DueReached Instance { get; } = new();
    }

    /// <summary>To itself: the running jobs have had their time to finish.</summary>
    public sealed record StopTimeoutReached(bool IsCancelled) : QueueMessage;

    /// <summary>To itself: arguments have been read.</summary>
    public sealed record PayloadsRead(IReadOnlyList<long> Numbers, IReadOnlyList<long> Rows, Task<IReadOnlyList<ReadOnlyMemory<byte>>> Payloads) : QueueMessage;

    /// <summary>To itself: the jobs of the oldest commits, as the journal names them.</summary>
    public sealed record ForwardFound(ForwardSource Source, Task Finding) : QueueMessage;

    /// <summary>To itself: the arguments of jobs that are to be written forward.</summary>
    public sealed record ForwardRead(ForwardSource Source, IReadOnlyList<long> Rows, Task<IReadOnlyList<ReadOnlyMemory<byte>>> Payloads) : QueueMessage;

    /// <summary>To itself: write forward, if nothing else is to be written.</summary>
    public sealed record Forward : QueueMessage
    {
        public static Forward Instance { get; } = new();
    }

    /// <summary>To itself: look for processes that run jobs and say nothing.</summary>
    public sealed record LookForSilence : QueueMessage
    {
        public static LookForSilence Instance { get; } = new();
    }

    /// <summary>To itself: finished jobs are in the history, or could not be stored there.</summary>
    public sealed record HistoryWritten(IReadOnlyList<FinishedJob> Batch, int Jobs, Exception? Cause) : QueueMessage;

    /// <summary>To itself: write to the history.</summary>
    public sealed record WriteHistory : QueueMessage
    {
        public static WriteHistory Instance { get; } = new();
    }
}

/// <summary>A job on its way into a queue.</summary>
internal sealed record JobDraft(JobId Id, string Type, int TypeVersion, byte[] Payload, TimeSpan Delay, DateTimeOffset? DueAt, JobPriority Priority = JobPriority.Normal)
{
    /// <summary>What it is counted by in limits and taken in turns with; null when by nothing.</summary>
    public string? Key { get; init; }

    public JobTraits? Traits { get; init; }
}

/// <summary>How an attempt ended.</summary>
internal abstract record AttemptOutcome
{
    private AttemptOutcome()
    {
    }

    /// <summary>The result is JSON; null when there is none.</summary>
    public sealed record Succeeded(byte[]? Result = null) : AttemptOutcome
    {
        public static Succeeded Instance { get; } = new();
    }

    /// <summary>The delay is null when there is to be no further attempt.</summary>
    public sealed record Failed(string Error, TimeSpan? RetryAfter) : AttemptOutcome;

    public sealed record Cancelled : AttemptOutcome;

    public sealed record Snoozed(TimeSpan Duration) : AttemptOutcome;

    /// <summary>The cause is null when it had not begun.</summary>
    public sealed record Interrupted(JobInterruptionCause? Cause = null) : AttemptOutcome;

    public sealed record Undecodable(string Error) : AttemptOutcome;
}
