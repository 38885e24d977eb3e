using Actors.Jobs;

namespace Actors.Hosting.Starting;

/// <summary>The queues as injected: usable once the host has started.</summary>
internal sealed partial class StartedJobs(ActorsRuntime runtime) : IJobs
{
    public IReadOnlyList<string> Queues => Jobs.Queues;

    public IHistory History => Jobs.History;

    private JobSystem Jobs => runtime.Jobs ?? throw (runtime.Settings.Queues.Count == 0
        ? new InvalidOperationException($"'{runtime.Name}' has no queues. Add one with actors.AddQueue(\"default\", …).")
        : NotStarted.Exception(runtime.Name, "queues"));

    public Task<JobId> EnqueueAsync<TJob>(
        TJob job, Action<EnqueueOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull => Jobs.EnqueueAsync(job, configure, cancellationToken);

    public Task<IReadOnlyList<JobId>> EnqueueManyAsync<TJob>(
        IReadOnlyCollection<TJob> jobs, Action<EnqueueOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull => Jobs.EnqueueManyAsync(jobs, configure, cancellationToken);

    public Task<JobStatus?> FindAsync(JobId id, CancellationToken cancellationToken = default) => Jobs.FindAsync(id, cancellationToken);

    public Task<JobStatus> GetAsync(JobId id, CancellationToken cancellationToken = default) => Jobs.GetAsync(id, cancellationToken);

    public Task<JobStatus> CancelAsync(JobId id, string? reason = null, CancellationToken cancellationToken = default) =>
        Jobs.CancelAsync(id, reason, cancellationToken);

    public Task<JobStatus> RetryAsync(JobId id, CancellationToken cancellationToken = default) => Jobs.RetryAsync(id, cancellationToken);

    public Task<QueueStatus> PauseAsync(string queue, string? reason = null, DateTimeOffset? until = null, CancellationToken cancellationToken = default) =>
        Jobs.PauseAsync(queue, reason, until, cancellationToken);

    public Task<QueueStatus> ResumeAsync(string queue, CancellationToken cancellationToken = default) => Jobs.ResumeAsync(queue, cancellationToken);

    public Task<long> DiscardAsync(string queue, DateTimeOffset enqueuedBefore, string reason, CancellationToken cancellationToken = default) =>
        Jobs.DiscardAsync(queue, enqueuedBefore, reason, cancellationToken);

    public Task<JobSearchPage> SearchAsync(JobFilter filter, int limit = 100, string? cursor = null, CancellationToken cancellationToken = default) =>
        Jobs.SearchAsync(filter, limit, cursor, cancellationToken);

    public Task<long> CountAsync(JobFilter filter, CancellationToken cancellationToken = default) => Jobs.CountAsync(filter, cancellationToken);

    public Task<IReadOnlyList<ErrorCount>> CountErrorsAsync(JobFilter filter, int limit = 20, CancellationToken cancellationToken = default) =>
        Jobs.CountErrorsAsync(filter, limit, cancellationToken);

    public Task<JobPage> ListAsync(string queue, long? next = null, int limit = 100, CancellationToken cancellationToken = default) =>
        Jobs.ListAsync(queue, next, limit, cancellationToken);

    public Task<QueueStatus> GetQueueAsync(string queue, CancellationToken cancellationToken = default) =>
        Jobs.GetQueueAsync(queue, cancellationToken);

    public Task<IReadOnlyList<QueueStatus>> GetQueuesAsync(CancellationToken cancellationToken = default) =>
        Jobs.GetQueuesAsync(cancellationToken);
}
