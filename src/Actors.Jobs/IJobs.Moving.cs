namespace Actors.Jobs;

/// <summary>Jobs go to other queues.</summary>
public partial interface IJobs
{
    /// <summary>Moves a job that does not run to another queue. It keeps its id and all that is known of it: arguments, attempts, time, priority, key, tags, steps, what it waits for.</summary>
    /// <remarks>
    /// It does not run while it is on its way, and then by the rules of the other queue: its limits, retries, handlers, uniqueness. At every moment it is in one queue, whatever crashes: until
    /// the other has stored it, it is found in the old one, and what is asked of it meanwhile is answered when it has arrived. Jobs that wait for it go on waiting.
    /// Done again, it changes nothing. A search or a count of many queues asks them at once, and may miss the job in the instant in which it arrives.
    /// </remarks>
    /// <param name="id">The job: Scheduled, Waiting, Retrying, Parked, Quarantined or Awaiting.</param>
    /// <param name="queue">Where it is to go; it must take jobs of this process's store.</param>
    /// <param name="cancellationToken">Ends the wait; the job may be moved nevertheless.</param>
    /// <returns>The job, in the other queue: that is durable.</returns>
    /// <exception cref="UnknownJobException">There is no such job.</exception>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    /// <exception cref="JobRefusedException">It is running or has finished, belongs to a batch, or the other queue does not take it: that is drained, or has one of the same kind.</exception>
    /// <exception cref="QueueUnavailableException">One of the queues cannot store anything at present, or an older process that lives could not read the change. Nothing was changed.</exception>
    /// <exception cref="JobOutcomeUnknownException">It is not known whether the job was moved. Ask again: that does no harm if it was.</exception>
    Task<JobStatus> MoveAsync(JobId id, string queue, CancellationToken cancellationToken = default);

    /// <summary>Moves all jobs that match and do not run to another queue, as <see cref="MoveAsync"/> does.</summary>
    /// <remarks>Those that the other queue refuses stay where they are, and count as not changed. Jobs that are in that queue are left out.</remarks>
    /// <param name="filter">Which jobs. Of the states that it names, those of running and finished jobs are left out.</param>
    /// <param name="queue">Where they are to go.</param>
    /// <param name="atMost">How many they are expected to be: if there are more, nothing is moved.</param>
    /// <param name="cancellationToken">Ends the wait and what has not been done; the call again does the rest.</param>
    /// <returns>How many matched, and how many were moved: that is durable.</returns>
    /// <exception cref="ArgumentException">As of <see cref="CancelManyAsync"/>, or the filter names the queue that the jobs are to go to.</exception>
    /// <exception cref="TooManyJobsException">More jobs match than expected. Nothing was moved.</exception>
    /// <exception cref="UnknownQueueException">There is no such queue, or the filter names one that this process does not know.</exception>
    /// <exception cref="QueueUnavailableException">A queue does not know its jobs at present, or cannot store anything. Nothing was moved.</exception>
    /// <exception cref="BulkInterruptedException">It ended after some of the jobs.</exception>
    Task<BulkResult> MoveManyAsync(JobFilter filter, string queue, long atMost, CancellationToken cancellationToken = default);
}
