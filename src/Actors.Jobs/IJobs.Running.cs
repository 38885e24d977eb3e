namespace Actors.Jobs;

/// <summary>What jobs say while they run, and what is kept of that.</summary>
public partial interface IJobs
{
    /// <summary>What the handler of a job has said of its work (<see cref="JobContext.Progress"/>, <see cref="JobContext.Log"/>), while it runs and afterwards.</summary>
    /// <remarks>
    /// The process that owns the queue keeps it in memory, of the last 1,000 jobs of each queue that said anything, and forgets it when it ends. From another
    /// process that runs the job it arrives at most twice a second.
    /// </remarks>
    /// <returns>Null when the job has said nothing, or that has been forgotten.</returns>
    /// <exception cref="QueueUnavailableException">The process that owns the queue does not answer.</exception>
    Task<JobProgress?> GetProgressAsync(JobId id, CancellationToken cancellationToken = default);
}
