using Actors.Jobs.Queues;

namespace Actors.Jobs.Schedules;

/// <summary>What the owner of the schedules needs of the queues.</summary>
internal interface ISlotQueues
{
    /// <summary>Enqueues jobs; when the task completes they are durable. An id is taken once, but whoever says that all are new saves the question.</summary>
    Task EnqueueAsync(string queue, JobDraft[] drafts, bool mayBeTaken, CancellationToken cancellationToken);

    /// <summary>Whether a job has finished, or is not known.</summary>
    Task<bool> IsFinishedAsync(JobId id, CancellationToken cancellationToken);

    /// <summary>Cancels a job.</summary>
    Task CancelAsync(JobId id, string reason, CancellationToken cancellationToken);
}
