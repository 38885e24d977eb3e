using Actors.Jobs;

namespace Actors.Hosting.Starting;

internal sealed partial class StartedJobs
{
    public Task<JobStatus> WaitAsync(JobId id, CancellationToken cancellationToken = default) => Jobs.WaitAsync(id, cancellationToken);

    public Task<T> GetResultAsync<T>(JobId id, CancellationToken cancellationToken = default) => Jobs.GetResultAsync<T>(id, cancellationToken);

    public Task<LatestJob?> FindLatestAsync<TJob>(string? key = null, CancellationToken cancellationToken = default)
        where TJob : notnull => Jobs.FindLatestAsync<TJob>(key, cancellationToken);

    public Task<LatestJob?> FindLatestAsync(string type, string? key = null, CancellationToken cancellationToken = default) =>
        Jobs.FindLatestAsync(type, key, cancellationToken);

    public JobConsumer OpenConsumer(string queue) => Jobs.OpenConsumer(queue);
}
