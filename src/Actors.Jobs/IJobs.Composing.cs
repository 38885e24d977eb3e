namespace Actors.Jobs;

public partial interface IJobs
{
    /// <summary>Enqueues jobs of which each begins when the one before has succeeded. When one of them ends otherwise, those after it are cancelled.</summary>
    /// <remarks>
    /// Jobs of one queue are stored as one: all of them, or none. Of several queues, the last is stored first and the first last: when the process ends on the way, none
    /// of them runs, and those that are there are cancelled after ten minutes. Enqueued again with ids of the caller's choice, such a chain is completed. In such a chain a job that
    /// another waits for, and that is not the only one of its kind, ends as cancelled.
    /// </remarks>
    /// <param name="jobs">The jobs, of whatever types, in their order: at least one.</param>
    /// <param name="configure">The options of each, with its index; null for the defaults. Whatever it is to wait for is added to the job before it.</param>
    /// <param name="cancellationToken">Ends the wait; the jobs may be enqueued nevertheless.</param>
    /// <returns>The ids, in the same order.</returns>
    /// <exception cref="ArgumentException">There are none, two have one id, or they would wait for each other. Nothing was enqueued.</exception>
    /// <exception cref="UnknownParentException">There is no such job as one of them is to wait for. Nothing was enqueued.</exception>
    Task<IReadOnlyList<JobId>> EnqueueChainAsync(
        IReadOnlyCollection<object> jobs, Action<EnqueueOptions, int>? configure = null, CancellationToken cancellationToken = default);

    /// <summary>Enqueues many jobs of one queue that are counted together, and what is to follow when all of them have succeeded, or have ended.</summary>
    /// <remarks>
    /// What follows is stored first, then the jobs, some hundred at a time, so that others of the queue start meanwhile. When the process ends on the way, those that are
    /// there run, and the batch stays incomplete: enqueued again with the same id (<see cref="BatchOptions.Id"/>) and as many jobs it is completed, and none of them is enqueued twice.
    /// A job counts once, when it has ended for good. One that is not the only one of its kind counts as cancelled. A batch of no jobs is over at once, and what follows it begins.
    /// </remarks>
    /// <param name="jobs">The jobs.</param>
    /// <param name="configure">What follows; null for nothing.</param>
    /// <param name="cancellationToken">Ends the wait; the batch may be incomplete then.</param>
    /// <returns>The batch, when all its jobs are durable.</returns>
    /// <exception cref="ArgumentException">The jobs are for two queues, or more or fewer than the batch has; or there is nothing to do. Nothing was enqueued.</exception>
    /// <exception cref="BatchIncompleteException">Not all jobs are known to be enqueued.</exception>
    Task<JobBatch> EnqueueBatchAsync<TJob>(IReadOnlyCollection<TJob> jobs, Action<BatchOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull;

    /// <summary>A batch, and what has become of its jobs; null when there is none, or its end is long past.</summary>
    /// <exception cref="QueueUnavailableException">A queue that may have the batch does not know at present.</exception>
    Task<JobBatch?> GetBatchAsync(JobId id, CancellationToken cancellationToken = default);
}
