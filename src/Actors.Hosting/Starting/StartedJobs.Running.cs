using Actors.Jobs;

namespace Actors.Hosting.Starting;

internal sealed partial class StartedJobs
{
    public Task<JobProgress?> GetProgressAsync(JobId id, CancellationToken cancellationToken = default) => Jobs.GetProgressAsync(id, cancellationToken);
}
