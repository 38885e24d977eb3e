namespace Actors.Jobs.Queues;

internal abstract partial record QueueMessage
{
    /// <summary>What queues and those who enqueue say to each other of jobs that others wait for.</summary>
    public abstract record OfParents : QueueMessage;

    /// <summary>A job that waits for this one is about to be enqueued: say what is known of it, and keep its end. Answered when that is durable.</summary>
    /// <param name="Id">The job, or a batch.</param>
    /// <param name="ForQueue">Where that job will be.</param>
    public sealed record Expect(JobId Id, string ForQueue) : OfParents, IRequest<ParentFound>;

    /// <summary>The news are null when the queue has no such job, or cannot say, for the reason given.</summary>
    public sealed record ParentFound(string Queue, ParentNews? News, Exception? Unknown) : QueueMessage
    {
        /// <summary>The queue that the job has been moved to; null when that is not known.</summary>
        public string? MovedTo { get; init; }
    }

    /// <summary>From another queue: tell me when this job ends; at once when it has, or is not known.</summary>
    /// <param name="Id">The job, or a batch.</param>
    /// <param name="IsPromised">It may be enqueued later.</param>
    public sealed record TellEnd(JobId Id, bool IsPromised) : OfParents
    {
        /// <summary>Comes back with an answer that it is not there.</summary>
        public long Number { get; init; }
    }

    /// <summary>To another queue, each time that there is something new, and that is durable.</summary>
    public sealed record ParentTold(ParentNews News) : OfParents
    {
        /// <summary>The question that this answers, when the job is not there; 0 when it has not been asked.</summary>
        public long Number { get; init; }
    }

    /// <summary>From the parent: queues that may have a job which is not where it was enqueued, those first that can tell at once.</summary>
    public sealed record PlacesFound(JobId Id, IReadOnlyList<string> Queues) : OfParents;

    /// <summary>From the parent: there is no queue of the name that was given for a job.</summary>
    public sealed record NoQueue(JobId Parent) : OfParents;

    /// <summary>From the parent: another queue has been recovered, and remembers nobody who waits for its jobs.</summary>
    public sealed record QueueReady(string Queue) : OfParents;

    /// <summary>An attempt has done a part of its job; the answer comes when that is durable.</summary>
    public sealed record CompletePart(long Number, int Grant, string Name) : OfParents, IRequest<StepSaved>;

    /// <summary>Store these jobs of a batch, which begins with the first of these messages; answered when they are durable. Of a message that comes again nothing is done again.</summary>
    /// <param name="Batch">The batch.</param>
    /// <param name="Expected">How many jobs it is to have.</param>
    /// <param name="First">The place of the first of these in the batch. All before it are enqueued.</param>
    /// <param name="Jobs">The jobs; none to begin the batch only.</param>
    public sealed record EnqueueBatch(JobId Batch, long Expected, long First, IReadOnlyList<JobDraft> Jobs) : OfParents, IRequest<BatchFound>;

    public sealed record GetBatch(JobId Id) : OfParents, IRequest<BatchFound>;

    /// <summary>The counts are null when the queue has no such batch, or cannot say, for the reason given.</summary>
    public sealed record BatchFound(string Queue, Protos.BatchCounts? Counts, Exception? Unknown) : QueueMessage
    {
        /// <summary>Why nothing was enqueued; null when it was, or is.</summary>
        public string? Refusal { get; init; }
    }

    /// <summary>To itself: what the history knows.</summary>
    public sealed record ParentsFound(object Lookup, IReadOnlyList<JobId> Ids, IReadOnlyList<FinishedJob?> Jobs, Exception? Cause) : OfParents;

    /// <summary>To itself: ask the history again.</summary>
    public sealed record LookAgain : OfParents
    {
        public static LookAgain Instance { get; } = new();
    }

    /// <summary>To itself: jobs that were to be enqueued after those that wait for them should be there.</summary>
    public sealed record PromisesOver : OfParents
    {
        public static PromisesOver Instance { get; } = new();
    }

    /// <summary>To itself: let more jobs go on.</summary>
    public sealed record SettleOn : OfParents
    {
        public static SettleOn Instance { get; } = new();
    }
}
