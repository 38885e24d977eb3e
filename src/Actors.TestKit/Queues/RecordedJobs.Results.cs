using Actors.Jobs;

namespace Actors.TestKit.Queues;

internal sealed partial class RecordedJobs
{
    public Task<JobStatus> WaitAsync(JobId id, CancellationToken cancellationToken = default) => Current.WaitAsync(id, cancellationToken);

    public Task<T> GetResultAsync<T>(JobId id, CancellationToken cancellationToken = default) => Current.GetResultAsync<T>(id, cancellationToken);

    public Task<LatestJob?> FindLatestAsync<TJob>(string? key = null, CancellationToken cancellationToken = default)
        where TJob : notnull => Current.FindLatestAsync<TJob>(key, cancellationToken);

    public Task<LatestJob?> FindLatestAsync(string type, string? key = null, CancellationToken cancellationToken = default) =>
        Current.FindLatestAsync(type, key, cancellationToken);

    public JobConsumer OpenConsumer(string queue) => Current.OpenConsumer(queue);
}
