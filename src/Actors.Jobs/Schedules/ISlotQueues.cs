using Actors.Jobs.Queues;

namespace Actors.Jobs.Schedules;

/// <summary>What the owner of the schedules needs of the queues.</summary>
internal interface ISlotQueues
{
    /// <summary>Enqueues the jobs of slots, in their order; when the task completes they are durable, and a slot up to the last of them is never taken again.</summary>
    /// <remarks>What was enqueued before must have completed: a slot that comes after a later one is left out.</remarks>
    Task EnqueueAsync(string queue, IReadOnlyList<SlotJob> slots, CancellationToken cancellationToken);

    /// <summary>Whether a job has finished, or is not known.</summary>
    Task<bool> IsFinishedAsync(JobId id, CancellationToken cancellationToken);

    /// <summary>Cancels a job.</summary>
    Task CancelAsync(JobId id, string reason, CancellationToken cancellationToken);
}

/// <summary>The job of a slot.</summary>
/// <param name="Job">What to enqueue.</param>
/// <param name="Order">The place of the slot in the journal of the schedules; 0 when it has none.</param>
/// <param name="MayBeTaken">Whether it may have had its job before it was decided on, so that the history is asked.</param>
internal sealed record SlotJob(JobDraft Job, long Order, bool MayBeTaken);
