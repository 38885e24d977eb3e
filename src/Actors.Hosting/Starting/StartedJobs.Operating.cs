using Actors.Jobs;

namespace Actors.Hosting.Starting;

internal sealed partial class StartedJobs
{
    public Task<QueueStatus> DrainAsync(string queue, string? reason = null, CancellationToken cancellationToken = default) =>
        Jobs.DrainAsync(queue, reason, cancellationToken);
}
