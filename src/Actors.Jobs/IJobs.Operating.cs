namespace Actors.Jobs;

public partial interface IJobs
{
    /// <summary>Lets a queue finish what it has and take nothing new, until it is resumed, also after a restart; and waits until nothing waits or runs.</summary>
    /// <remarks>
    /// Jobs that wait for a time (Scheduled, Retrying) or a person are left where they are; one whose time comes meanwhile runs. What another process has
    /// enqueued in a shared store was accepted by the inbox and is taken. The slots of durable schedules wait. To let no job start, pause the queue instead.
    /// </remarks>
    /// <param name="queue">The queue. It must be consumed somewhere, and not be paused, or the wait does not end. May be called again, to wait again.</param>
    /// <param name="reason">Why, for people: it is shown with the queue. At most 1,000 characters are kept.</param>
    /// <param name="cancellationToken">Ends the wait; the queue goes on refusing new jobs.</param>
    /// <returns>The queue, when nothing waits or runs and that is durable. It goes on refusing new jobs: <see cref="ResumeAsync"/> ends that.</returns>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    /// <exception cref="QueueUnavailableException">The queue's journal cannot be used at present, or somebody has resumed the queue before it was empty.</exception>
    Task<QueueStatus> DrainAsync(string queue, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Changes workers and limits of a queue while it runs, and keeps them so, also after a restart and when the configuration is reloaded, until <see cref="ResetQueueAsync"/>.</summary>
    /// <remarks>Changes add up: what this one does not name stays as it is. Workers that are too many finish the job that they have in hand. It works from every process of a shared store, and for all of them.</remarks>
    /// <param name="queue">The queue.</param>
    /// <param name="change">What is to be otherwise.</param>
    /// <param name="by">Who does it, for people: up to 1,000 characters are kept, as of the reason.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="cancellationToken">Ends the wait; it may be changed nevertheless.</param>
    /// <returns>The queue, with <see cref="QueueStatus.Override"/>: that is durable.</returns>
    /// <exception cref="ArgumentException">Nothing is changed, or a value makes no sense, such as a limit of 0: to let no job run, pause the queue.</exception>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    /// <exception cref="QueueUnavailableException">The queue's journal cannot be used at present, or an older process that lives could not read the change.</exception>
    Task<QueueStatus> ReconfigureQueueAsync(string queue, QueueChange change, string? by = null, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Lets a queue be as it is configured. Does nothing to one that is.</summary>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    /// <exception cref="QueueUnavailableException">The queue's journal cannot be used at present.</exception>
    Task<QueueStatus> ResetQueueAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>Gives a job other arguments; for one that has finished, enqueues a new job with them that names the old (<see cref="JobStatus.CopyOf"/>).</summary>
    /// <remarks>
    /// A job that has not finished keeps its id, its place, its time, its attempts, key and tags; one that was Parked waits for a worker. <see cref="RetryAsync"/> lets it
    /// run now. A new job begins at once, with no attempts and the id that is answered. Each call makes another one.
    /// </remarks>
    /// <param name="id">The job. It must not be running.</param>
    /// <param name="job">Of the type that the job has.</param>
    /// <param name="cancellationToken">Ends the wait; the job may be changed nevertheless.</param>
    /// <returns>The job that has the arguments now: that is durable.</returns>
    /// <exception cref="UnknownJobException">There is no such job.</exception>
    /// <exception cref="JobRefusedException">It is running, or of another type.</exception>
    /// <exception cref="JobTooLargeException">The arguments are too large.</exception>
    /// <exception cref="QueueUnavailableException">Nothing was changed.</exception>
    /// <exception cref="JobOutcomeUnknownException">It is not known whether the job was changed, or the new one enqueued.</exception>
    Task<JobStatus> EditAsync<TJob>(JobId id, TJob job, CancellationToken cancellationToken = default)
        where TJob : notnull;

    /// <summary>As <see cref="EditAsync"/>, with the arguments as JSON, for people at a terminal.</summary>
    /// <param name="id">The job. It must not be running.</param>
    /// <param name="args">A JSON object as the class of the job is stored, with everything that it needs; what the class does not know is left out.</param>
    /// <param name="cancellationToken">Ends the wait; the job may be changed nevertheless.</param>
    /// <returns>The job that has the arguments now: that is durable.</returns>
    /// <exception cref="UnknownJobException">There is no such job.</exception>
    /// <exception cref="JobRefusedException">It is running, this process has no handler for its type, or the arguments do not fit its class.</exception>
    /// <exception cref="JobTooLargeException">The arguments are too large.</exception>
    /// <exception cref="QueueUnavailableException">Nothing was changed.</exception>
    /// <exception cref="JobOutcomeUnknownException">It is not known whether the job was changed, or the new one enqueued.</exception>
    Task<JobStatus> EditArgsAsync(JobId id, string args, CancellationToken cancellationToken = default);

    /// <summary>Lets a job run once more: one that has finished as a new job with the same arguments that names it (<see cref="JobStatus.CopyOf"/>), any other as <see cref="RetryAsync"/>.</summary>
    /// <remarks>
    /// The new job begins at once and with no attempts. Its id is made from that of the old, so that a finished job has one repetition, however often it is asked for; when that has failed
    /// as well, it can be repeated itself. It has the key and the tags of the old one.
    /// </remarks>
    /// <returns>The job that runs, or has run: that is durable.</returns>
    /// <exception cref="UnknownJobException">There is no such job.</exception>
    /// <exception cref="QueueUnavailableException">Nothing was changed.</exception>
    /// <exception cref="JobOutcomeUnknownException">It is not known whether the job was changed. Ask again: that does no harm if it was.</exception>
    Task<JobStatus> RunAgainAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Deletes a job: it is not started any more and leaves nothing in the history; one that has finished is deleted there. Its id is free again.</summary>
    /// <remarks>A job that runs is cancelled and is gone when its attempt has ended; until then it is found as Running. In a store that several processes share, finished jobs can be deleted by the process that owns the queues.</remarks>
    /// <returns>Whether there was such a job. What was deleted stays deleted, whatever crashes.</returns>
    /// <exception cref="QueueUnavailableException">The job was not deleted.</exception>
    /// <exception cref="JobOutcomeUnknownException">It is not known whether the job was deleted. Ask again: that does no harm if it was.</exception>
    Task<bool> DeleteAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Why a job does not run: as data, and as a sentence.</summary>
    /// <remarks>It changes nothing and stops nothing, however many jobs there are.</remarks>
    /// <exception cref="UnknownJobException">There is no such job.</exception>
    /// <exception cref="QueueUnavailableException">A queue that may have the job does not know its jobs at present.</exception>
    Task<JobReason> WhyAsync(JobId id, CancellationToken cancellationToken = default);
}
