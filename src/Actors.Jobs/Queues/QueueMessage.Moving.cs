namespace Actors.Jobs.Queues;

internal abstract partial record QueueMessage
{
    /// <summary>Move a job that does not run to another queue; answered when that queue has it, or has refused it, and that is durable.</summary>
    public sealed record MoveJob(JobId Id, string To) : Operation, IRequest<JobFound>;

    /// <summary>From one queue to another: decide on these jobs, in this order; answered when that is durable. What has been decided on is not decided again.</summary>
    /// <param name="Source">The queue that has them.</param>
    /// <param name="Jobs">The jobs. Every job that has a lower order than the first, and was sent here, is settled.</param>
    public sealed record TakeMoved(string Source, IReadOnlyList<MovedJob> Jobs) : Operation;

    /// <summary>From the other queue: what has been decided.</summary>
    public sealed record MovesDecided(string Queue, IReadOnlyList<MoveDecision> Decisions) : Operation;

    /// <summary>The refusal is null when the job is taken.</summary>
    public readonly record struct MoveDecision(JobId Id, long Order, string? Refusal);

    /// <summary>To itself: the arguments of jobs that are to be sent have been read.</summary>
    public sealed record MovesRead(QueueActor.MoveLane Lane, Task Reading) : Operation;

    /// <summary>To itself: send again what has not been answered.</summary>
    public sealed record MoveAgain : Operation
    {
        public static MoveAgain Instance { get; } = new();
    }
}
