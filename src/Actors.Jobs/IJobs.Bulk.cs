namespace Actors.Jobs;

/// <summary>Changes of all jobs that match a filter.</summary>
/// <remarks>
/// Each of these counts first and changes nothing when there are more than the caller expects. What is changed then are jobs that were counted, those that
/// still match when their turn comes; jobs that come meanwhile are left alone. It is done in many small commits, and the queues go on between them. What was
/// changed stays changed when the wait ends early: the same call again does the rest.
/// </remarks>
public partial interface IJobs
{
    /// <summary>Cancels all jobs that match and have not finished, as <see cref="CancelAsync"/> does.</summary>
    /// <param name="filter">Which jobs. Of the states that it names, those of finished jobs are left out.</param>
    /// <param name="atMost">How many they are expected to be, as <see cref="CountAsync"/> has counted them: if there are more, nothing is changed.</param>
    /// <param name="reason">Why, for whoever reads the status: up to 1,000 characters.</param>
    /// <param name="cancellationToken">Ends the wait and what has not been done; the call again does the rest.</param>
    /// <returns>How many matched, and how many were changed: that is durable.</returns>
    /// <exception cref="ArgumentException">The filter matches every job and is not <see cref="JobFilter.Everything"/>, has values that no job can have, or names only states of jobs that cannot be changed so.</exception>
    /// <exception cref="TooManyJobsException">More jobs match than expected. Nothing was changed.</exception>
    /// <exception cref="UnknownQueueException">The filter names a queue that this process does not know.</exception>
    /// <exception cref="QueueUnavailableException">A queue does not know its jobs at present. Nothing was changed.</exception>
    /// <exception cref="BulkInterruptedException">It ended after some of the jobs.</exception>
    Task<BulkResult> CancelManyAsync(JobFilter filter, long atMost, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Lets all jobs that match and wait for something else than a worker run as soon as there is one, as <see cref="RetryAsync"/> does: those that are Scheduled, Retrying, Parked or Quarantined.</summary>
    /// <remarks>Exceptions as of <see cref="CancelManyAsync"/>. Finished jobs: see <see cref="RunAgainManyAsync"/>.</remarks>
    Task<BulkResult> RetryManyAsync(JobFilter filter, long atMost, CancellationToken cancellationToken = default);

    /// <summary>Runs all jobs that match and have failed for good once more, each as a new job, as <see cref="RunAgainAsync"/> does.</summary>
    /// <remarks>
    /// A filter that names final states means those instead. One that was repeated before is not repeated again, and counts as not changed.
    /// Exceptions as of <see cref="CancelManyAsync"/>. It is slower than the others, because each is read and enqueued.
    /// </remarks>
    Task<BulkResult> RunAgainManyAsync(JobFilter filter, long atMost, CancellationToken cancellationToken = default);

    /// <summary>Deletes all jobs that match, live and finished alike, as <see cref="DeleteAsync"/> does.</summary>
    /// <remarks>Exceptions as of <see cref="CancelManyAsync"/>; where another process owns the queues, a filter that matches finished jobs is refused.</remarks>
    Task<BulkResult> DeleteManyAsync(JobFilter filter, long atMost, CancellationToken cancellationToken = default);
}
