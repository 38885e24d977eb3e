namespace Actors.Jobs.Queues;

internal abstract partial record QueueMessage
{
    /// <summary>What those who run the program ask of a queue, and what follows from it later.</summary>
    public abstract record Operation : QueueMessage;

    /// <summary>Take no new jobs until the queue is resumed; answered when that, and all that was decided before, is durable.</summary>
    /// <param name="Reason">Why; null leaves the reason that was given before.</param>
    /// <param name="IsLook">Change nothing: whoever drains it wants to know how far it is.</param>
    public sealed record DrainQueue(string? Reason, bool IsLook = false) : Operation, IRequest<QueueStatus>;

    /// <summary>Be otherwise than configured; answered when that is durable.</summary>
    public sealed record OverrideQueue(QueueChange Change, string? By, string? Reason) : Operation, IRequest<QueueStatus>;

    /// <summary>Be as configured; answered when that is durable.</summary>
    public sealed record ResetQueue : Operation, IRequest<QueueStatus>;

    /// <summary>Give a job that does not run other arguments; answered when that is durable. One that has finished stays as it is: see the status.</summary>
    public sealed record EditJob(JobId Id, string Type, int TypeVersion, byte[] Payload, IReadOnlyList<ulong> IndexedArgs) : Operation, IRequest<JobFound>
    {
        /// <summary>Whether the class says by what the job is counted; else it keeps its key.</summary>
        public bool HasKey { get; init; }

        public string? Key { get; init; }

        /// <summary>What the class makes it the only one of, with these arguments; null when it keeps what it has.</summary>
        public UniqueClaim? Unique { get; init; }
    }

    /// <summary>End a job as cancelled and keep nothing of it; answered when that is durable. One that has finished goes to the history first: see the status.</summary>
    public sealed record DeleteJob(JobId Id) : Operation, IRequest<JobFound>;

    /// <summary>Answered, without a status, when the queue has no such job: at once, or when a finished one is in the history.</summary>
    public sealed record AwaitHistory(JobId Id) : Operation, IRequest<JobFound>;

    /// <summary>Answered when the job has finished and that is durable, or with where it stands after some time; at once, without a status, when the queue has no such job.</summary>
    public sealed record AwaitEnd(JobId Id, TimeSpan Patience) : Operation, IRequest<JobFound>;

    /// <summary>To itself: somebody has waited long enough for the end of a job.</summary>
    public sealed record AwaitExpired : Operation
    {
        public static AwaitExpired Instance { get; } = new();
    }

    /// <summary>Say why a job is where it is.</summary>
    public sealed record WhyJob(JobId Id) : Operation, IRequest<Explained>;

    /// <summary>The reason is null when the queue has no such live job, or cannot say, for the cause given.</summary>
    public sealed record Explained(JobReason? Reason, Exception? Unknown) : QueueMessage;

    /// <summary>To itself: the trial after a pause that the queue had made itself has lasted long enough.</summary>
    public sealed record TrialEnded : Operation
    {
        public static TrialEnded Instance { get; } = new();
    }

    /// <summary>To itself: the pause may be over.</summary>
    public sealed record PauseEnded : Operation
    {
        public static PauseEnded Instance { get; } = new();
    }
}
