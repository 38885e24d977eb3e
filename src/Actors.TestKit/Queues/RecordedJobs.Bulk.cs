using Actors.Jobs;

namespace Actors.TestKit.Queues;

internal sealed partial class RecordedJobs
{
    public Task<BulkResult> CancelManyAsync(JobFilter filter, long atMost, string? reason = null, CancellationToken cancellationToken = default) =>
        Current.CancelManyAsync(filter, atMost, reason, cancellationToken);

    public Task<BulkResult> RetryManyAsync(JobFilter filter, long atMost, CancellationToken cancellationToken = default) =>
        Current.RetryManyAsync(filter, atMost, cancellationToken);

    public Task<BulkResult> RunAgainManyAsync(JobFilter filter, long atMost, CancellationToken cancellationToken = default) =>
        Current.RunAgainManyAsync(filter, atMost, cancellationToken);

    public Task<BulkResult> DeleteManyAsync(JobFilter filter, long atMost, CancellationToken cancellationToken = default) =>
        Current.DeleteManyAsync(filter, atMost, cancellationToken);

    public Task<JobStatus> MoveAsync(JobId id, string queue, CancellationToken cancellationToken = default) =>
        Current.MoveAsync(id, queue, cancellationToken);

    public Task<BulkResult> MoveManyAsync(JobFilter filter, string queue, long atMost, CancellationToken cancellationToken = default) =>
        Current.MoveManyAsync(filter, queue, atMost, cancellationToken);
}
