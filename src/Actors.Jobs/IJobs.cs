namespace Actors.Jobs;

/// <summary>Enqueues jobs and looks them up. Thread-safe.</summary>
public partial interface IJobs
{
    /// <summary>The names of the queues, sorted.</summary>
    IReadOnlyList<string> Queues { get; }

    /// <summary>Stores a job. When the task completes, the job survives kill -9 and a power loss.</summary>
    /// <param name="job">The job; its class has a <see cref="JobAttribute"/>.</param>
    /// <param name="configure">Delay, queue, id and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait; the job may be enqueued nevertheless.</param>
    /// <exception cref="JobTypeException">The class is no job type.</exception>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    /// <exception cref="JobTooLargeException">The arguments are too large.</exception>
    /// <exception cref="UnknownParentException">There is no such job as it is to wait for.</exception>
    /// <exception cref="JobConflictException">There is one of its kind, and its rule says <see cref="UniqueConflict.Reject"/>.</exception>
    /// <exception cref="QueueUnavailableException">The job was not enqueued.</exception>
    /// <exception cref="JobOutcomeUnknownException">It is not known whether the job was enqueued.</exception>
    Task<JobId> EnqueueAsync<TJob>(TJob job, Action<EnqueueOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull;

    /// <summary>Stores many jobs of one type for one queue, in order, in commits of about 1 MB. When the process dies in between, the first of them are stored: with ids of the
    /// caller's choice the call can be repeated.</summary>
    /// <inheritdoc cref="EnqueueAsync{TJob}"/>
    Task<IReadOnlyList<JobId>> EnqueueManyAsync<TJob>(
        IReadOnlyCollection<TJob> jobs, Action<EnqueueOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull;

    /// <summary>What is known of a job, live or finished; null when there is none.</summary>
    Task<JobStatus?> FindAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="FindAsync"/>.</summary>
    /// <exception cref="UnknownJobException">There is no such job.</exception>
    Task<JobStatus> GetAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Ends a job: it is not started any more, and the token of an attempt that runs is cancelled.</summary>
    /// <remarks>
    /// When the task completes, that is durable. The status says how far it is: Cancelled; or Running and
    /// <see cref="JobStatus.IsCancelling"/>, and it becomes Cancelled when its attempt has ended, whatever that returns; or the state in which it had
    /// finished before, which stays. May be called again.
    /// </remarks>
    /// <param name="id">The job.</param>
    /// <param name="reason">Why, for whoever reads the status: up to 1,000 characters. Null leaves the text of its last failure, if any.</param>
    /// <param name="cancellationToken">Ends the wait; the job may be cancelled nevertheless.</param>
    /// <exception cref="UnknownJobException">There is no such job.</exception>
    /// <exception cref="QueueUnavailableException">The job was not changed.</exception>
    /// <exception cref="JobOutcomeUnknownException">It is not known whether the job was changed.</exception>
    Task<JobStatus> CancelAsync(JobId id, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Lets a job run as soon as there is a worker, though it waits for something else: for its time (Scheduled, Retrying), for a
    /// decoder (Parked) or for a person (Quarantined).</summary>
    /// <remarks>A job that waits for a worker already, runs, or has finished stays as it is: see the status. May be called again.</remarks>
    /// <exception cref="UnknownJobException">There is no such job.</exception>
    /// <exception cref="QueueUnavailableException">The job was not changed.</exception>
    /// <exception cref="JobOutcomeUnknownException">It is not known whether the job was changed.</exception>
    Task<JobStatus> RetryAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Lets a queue start no job until it is resumed, also after a restart. It takes jobs, and those that run may finish.</summary>
    /// <param name="queue">The queue. Pausing it again changes the reason and the end.</param>
    /// <param name="reason">Why, for people: it is shown with the queue. At most 1,000 characters are kept.</param>
    /// <param name="until">When it resumes by itself, also after a restart; in a process that starts after that moment, at once. Null: when it is resumed.</param>
    /// <param name="cancellationToken">Ends the wait; the queue may be paused nevertheless.</param>
    /// <returns>The queue, paused: that is durable.</returns>
    /// <exception cref="ArgumentException">The moment has passed.</exception>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    /// <exception cref="QueueUnavailableException">The queue's journal cannot be used at present.</exception>
    Task<QueueStatus> PauseAsync(string queue, string? reason = null, DateTimeOffset? until = null, CancellationToken cancellationToken = default);

    /// <summary>Lets a paused queue start jobs again, and one that is drained take jobs again. Does nothing to any other.</summary>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    /// <exception cref="QueueUnavailableException">The queue's journal cannot be used at present.</exception>
    Task<QueueStatus> ResumeAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>Cancels all jobs of a queue that were enqueued before a time and do not run: after a restore, those that should not run again.</summary>
    /// <param name="queue">The queue. Only the process that owns it can do this.</param>
    /// <param name="enqueuedBefore">Younger jobs stay.</param>
    /// <param name="reason">Why, for the history.</param>
    /// <param name="cancellationToken">Ends the wait; the jobs may be cancelled nevertheless.</param>
    /// <returns>How many were cancelled.</returns>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    /// <exception cref="QueueUnavailableException">The queue's journal cannot be used at present, or another process owns the queue.</exception>
    Task<long> DiscardAsync(string queue, DateTimeOffset enqueuedBefore, string reason, CancellationToken cancellationToken = default);

    /// <summary>The jobs of a queue that are not over, oldest first, part by part: after a restore, those that may run again.</summary>
    /// <param name="queue">The queue. Only the process that owns it can do this.</param>
    /// <param name="next">Where the part begins: <see cref="JobPage.Next"/> of the part before; null for the first.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    /// <exception cref="QueueUnavailableException">The queue does not know its jobs at present, or another process owns it.</exception>
    Task<JobPage> ListAsync(string queue, long? next = null, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>The jobs that match, live and finished alike, newest first, part by part.</summary>
    /// <remarks>
    /// A job that matches as long as the parts are fetched is in one of them, and in no two, also when it finishes meanwhile. A job that another
    /// process has accepted is found when the owner of its queue has taken it in. Arguments that no job type declares with an index are looked for by reading
    /// those of each job that matches otherwise: then a part holds what was found after some work, and <see cref="JobSearchPage.Next"/> says where to go on.
    /// </remarks>
    /// <param name="filter">What to look for.</param>
    /// <param name="limit">At most so many in this part, 1 to 1,000.</param>
    /// <param name="cursor">Where the part begins: <see cref="JobSearchPage.Next"/> of the part before; null for the newest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The filter has values that no job can have, or the cursor is none.</exception>
    /// <exception cref="UnknownQueueException">The filter names a queue that this process does not know.</exception>
    /// <exception cref="QueueUnavailableException">A queue does not know its jobs at present.</exception>
    Task<JobSearchPage> SearchAsync(JobFilter filter, int limit = 100, string? cursor = null, CancellationToken cancellationToken = default);

    /// <summary>How many jobs match, live and finished alike. Jobs that finish while they are counted may be counted twice.</summary>
    /// <exception cref="ArgumentException">The filter has values that no job can have.</exception>
    /// <exception cref="UnknownQueueException">The filter names a queue that this process does not know.</exception>
    /// <exception cref="QueueUnavailableException">A queue does not know its jobs at present.</exception>
    Task<long> CountAsync(JobFilter filter, CancellationToken cancellationToken = default);

    /// <summary>The errors of the jobs that match and have finished, those that most jobs have first.</summary>
    /// <param name="filter">Which jobs to look at.</param>
    /// <param name="limit">At most so many errors, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The filter has values that no job can have, or arguments that no job type declares with an index.</exception>
    /// <exception cref="UnknownQueueException">The filter names a queue that this process does not know.</exception>
    Task<IReadOnlyList<ErrorCount>> CountErrorsAsync(JobFilter filter, int limit = 20, CancellationToken cancellationToken = default);

    /// <summary>A queue in numbers.</summary>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    Task<QueueStatus> GetQueueAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>All queues in numbers, by name.</summary>
    Task<IReadOnlyList<QueueStatus>> GetQueuesAsync(CancellationToken cancellationToken = default);

    /// <summary>The finished jobs.</summary>
    IHistory History { get; }
}
