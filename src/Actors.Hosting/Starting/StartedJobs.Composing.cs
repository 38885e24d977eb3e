using Actors.Jobs;

namespace Actors.Hosting.Starting;

internal sealed partial class StartedJobs
{
    public Task<IReadOnlyList<JobId>> EnqueueChainAsync(
        IReadOnlyCollection<object> jobs, Action<EnqueueOptions, int>? configure = null, CancellationToken cancellationToken = default) =>
        Jobs.EnqueueChainAsync(jobs, configure, cancellationToken);

    public Task<JobBatch> EnqueueBatchAsync<TJob>(IReadOnlyCollection<TJob> jobs, Action<BatchOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull => Jobs.EnqueueBatchAsync(jobs, configure, cancellationToken);

    public Task<JobBatch?> GetBatchAsync(JobId id, CancellationToken cancellationToken = default) => Jobs.GetBatchAsync(id, cancellationToken);
}
