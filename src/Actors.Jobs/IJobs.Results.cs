namespace Actors.Jobs;

/// <summary>How jobs have ended, and what they have returned.</summary>
public partial interface IJobs
{
    /// <summary>Waits until a job has finished: succeeded, failed for good, or cancelled.</summary>
    /// <remarks>
    /// When the task completes, its end is durable. It waits across retries, restarts and changes of the owner, for as long as that takes: give it a token that ends it. May be called for many jobs,
    /// in any process. A job that has succeeded in a queue that does not keep such is found while this waits for it, and unknown later.
    /// </remarks>
    /// <returns>The job, finished.</returns>
    /// <exception cref="UnknownJobException">There is no such job, or it was deleted.</exception>
    Task<JobStatus> WaitAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>What a job has returned with <see cref="JobResult.Succeed"/>, read from JSON.</summary>
    /// <remarks>It does not wait: see <see cref="WaitAsync"/>. It is read as the type that is asked for, whatever type wrote it.</remarks>
    /// <exception cref="UnknownJobException">There is no such job: it may be older than the history keeps.</exception>
    /// <exception cref="JobResultException">It has not finished, has failed or was cancelled, has returned nothing, or what it has returned cannot be read as this type.</exception>
    Task<T> GetResultAsync<T>(JobId id, CancellationToken cancellationToken = default);

    /// <summary>The job of a type that was enqueued last, live or finished, and what it has said of its work.</summary>
    /// <param name="key">Only jobs with this key; null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="JobTypeException">The class is no job type.</exception>
    /// <exception cref="QueueUnavailableException">A queue does not know its jobs at present.</exception>
    Task<LatestJob?> FindLatestAsync<TJob>(string? key = null, CancellationToken cancellationToken = default)
        where TJob : notnull;

    /// <summary>The same for the stable name of a type, which this process need not know.</summary>
    /// <inheritdoc cref="FindLatestAsync{TJob}"/>
    Task<LatestJob?> FindLatestAsync(string type, string? key = null, CancellationToken cancellationToken = default);
}

/// <summary>The job of its type that was enqueued last.</summary>
/// <param name="Status">Where it stands.</param>
/// <param name="Progress">What its handler has said of its work; null when it has said nothing, or that has been forgotten.</param>
public sealed record LatestJob(JobStatus Status, JobProgress? Progress);
