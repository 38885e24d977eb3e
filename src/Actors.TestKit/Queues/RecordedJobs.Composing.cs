using Actors.Jobs;

namespace Actors.TestKit.Queues;

internal sealed partial class RecordedJobs
{
    public Task<IReadOnlyList<JobId>> EnqueueChainAsync(
        IReadOnlyCollection<object> jobs, Action<EnqueueOptions, int>? configure = null, CancellationToken cancellationToken = default) =>
        Current.EnqueueChainAsync(jobs, configure, cancellationToken);

    public Task<JobBatch> EnqueueBatchAsync<TJob>(IReadOnlyCollection<TJob> jobs, Action<BatchOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull => Current.EnqueueBatchAsync(jobs, configure, cancellationToken);

    public Task<JobBatch?> GetBatchAsync(JobId id, CancellationToken cancellationToken = default) => Current.GetBatchAsync(id, cancellationToken);
}
