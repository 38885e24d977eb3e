using Actors.Jobs;

namespace Actors.Hosting.Starting;

internal sealed partial class StartedJobs
{
    public Task<BulkResult> CancelManyAsync(JobFilter filter, long atMost, string? reason = null, CancellationToken cancellationToken = default) =>
        Jobs.CancelManyAsync(filter, atMost, reason, cancellationToken);

    public Task<BulkResult> RetryManyAsync(JobFilter filter, long atMost, CancellationToken cancellationToken = default) =>
        Jobs.RetryManyAsync(filter, atMost, cancellationToken);

    public Task<BulkResult> RunAgainManyAsync(JobFilter filter, long atMost, CancellationToken cancellationToken = default) =>
        Jobs.RunAgainManyAsync(filter, atMost, cancellationToken);

    public Task<BulkResult> DeleteManyAsync(JobFilter filter, long atMost, CancellationToken cancellationToken = default) =>
        Jobs.DeleteManyAsync(filter, atMost, cancellationToken);

    public Task<JobStatus> MoveAsync(JobId id, string queue, CancellationToken cancellationToken = default) =>
        Jobs.MoveAsync(id, queue, cancellationToken);

    public Task<BulkResult> MoveManyAsync(JobFilter filter, string queue, long atMost, CancellationToken cancellationToken = default) =>
        Jobs.MoveManyAsync(filter, queue, atMost, cancellationToken);
}
