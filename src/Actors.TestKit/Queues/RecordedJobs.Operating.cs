using Actors.Jobs;

namespace Actors.TestKit.Queues;

internal sealed partial class RecordedJobs
{
    public Task<QueueStatus> DrainAsync(string queue, string? reason = null, CancellationToken cancellationToken = default) =>
        Current.DrainAsync(queue, reason, cancellationToken);
}
