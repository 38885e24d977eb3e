using Actors.Jobs;

namespace Actors.TestKit.Queues;

internal sealed partial class RecordedJobs
{
    public Task<JobProgress?> GetProgressAsync(JobId id, CancellationToken cancellationToken = default) => Current.GetProgressAsync(id, cancellationToken);
}
