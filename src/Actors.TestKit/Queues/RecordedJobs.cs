using Actors.Jobs;

namespace Actors.TestKit.Queues;

/// <summary>The queues of a test system, through all its processes, and what was enqueued in them, by the test as well as by handlers.</summary>
internal sealed partial class RecordedJobs(TimeProvider time) : IJobs
{
    private readonly Lock _gate = new();
    private readonly List<EnqueuedJob<object>> _enqueued = [];
    private volatile JobSystem? _current;

    public IReadOnlyList<string> Queues => Current.Queues;

    public IHistory History => Current.History;

    /// <summary>The queues of the process that runs; set when it begins.</summary>
    public JobSystem Current
    {
        get => _current ?? throw new InvalidOperationException(
            "The test system has no queues, or its process is down. Add queues with StartAsync(seed, a => a.AddQueue(…)), and await CrashAsync.");
        set => _current = value;
    }

    public IReadOnlyList<EnqueuedJob<object>> Enqueued
    {
        get
        {
            lock (_gate)
            {
                return [.. _enqueued];
            }
        }
    }

    /// <summary>The process is down.</summary>
    public void Forget() => _current = null;

    public void Note(EnqueuedJob job)
    {
        lock (_gate)
        {
            // An id is taken once: whoever enqueues it again adds nothing.
            if (!_enqueued.Exists(other => other.Id == job.Id))
            {
                _enqueued.Add(new EnqueuedJob<object>(job.Id, job.Queue, job.Job, job.Delay, job.DueAt, job.Priority, time.GetUtcNow()));
            }
        }
    }

    public Task<JobId> EnqueueAsync<TJob>(
        TJob job, Action<EnqueueOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull => Current.EnqueueAsync(job, configure, cancellationToken);

    public Task<IReadOnlyList<JobId>> EnqueueManyAsync<TJob>(
        IReadOnlyCollection<TJob> jobs, Action<EnqueueOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull => Current.EnqueueManyAsync(jobs, configure, cancellationToken);

    public Task<JobStatus?> FindAsync(JobId id, CancellationToken cancellationToken = default) => Current.FindAsync(id, cancellationToken);

    public Task<JobStatus> GetAsync(JobId id, CancellationToken cancellationToken = default) => Current.GetAsync(id, cancellationToken);

    public Task<JobStatus> CancelAsync(JobId id, string? reason = null, CancellationToken cancellationToken = default) =>
        Current.CancelAsync(id, reason, cancellationToken);

    public Task<JobStatus> RetryAsync(JobId id, CancellationToken cancellationToken = default) => Current.RetryAsync(id, cancellationToken);

    public Task<QueueStatus> GetQueueAsync(string queue, CancellationToken cancellationToken = default) =>
        Current.GetQueueAsync(queue, cancellationToken);

    public Task<IReadOnlyList<QueueStatus>> GetQueuesAsync(CancellationToken cancellationToken = default) =>
        Current.GetQueuesAsync(cancellationToken);

    public Task<QueueStatus> PauseAsync(string queue, string? reason = null, DateTimeOffset? until = null, CancellationToken cancellationToken = default) =>
        Current.PauseAsync(queue, reason, until, cancellationToken);

    public Task<QueueStatus> ResumeAsync(string queue, CancellationToken cancellationToken = default) => Current.ResumeAsync(queue, cancellationToken);

    public Task<long> DiscardAsync(string queue, DateTimeOffset enqueuedBefore, string reason, CancellationToken cancellationToken = default) =>
        Current.DiscardAsync(queue, enqueuedBefore, reason, cancellationToken);

    public Task<JobSearchPage> SearchAsync(JobFilter filter, int limit = 100, string? cursor = null, CancellationToken cancellationToken = default) =>
        Current.SearchAsync(filter, limit, cursor, cancellationToken);

    public Task<long> CountAsync(JobFilter filter, CancellationToken cancellationToken = default) => Current.CountAsync(filter, cancellationToken);

    public Task<IReadOnlyList<ErrorCount>> CountErrorsAsync(JobFilter filter, int limit = 20, CancellationToken cancellationToken = default) =>
        Current.CountErrorsAsync(filter, limit, cancellationToken);

    public Task<JobPage> ListAsync(string queue, long? next = null, int limit = 100, CancellationToken cancellationToken = default) =>
        Current.ListAsync(queue, next, limit, cancellationToken);
}
