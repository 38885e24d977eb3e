using Actors.Jobs;

namespace Actors.TestKit.Queues;

internal sealed partial class RecordedJobs
{
    public Task<QueueStatus> DrainAsync(string queue, string? reason = null, CancellationToken cancellationToken = default) =>
        Current.DrainAsync(queue, reason, cancellationToken);

    public Task<JobStatus> EditAsync<TJob>(JobId id, TJob job, CancellationToken cancellationToken = default)
        where TJob : notnull => Current.EditAsync(id, job, cancellationToken);

    public Task<JobStatus> EditArgsAsync(JobId id, string args, CancellationToken cancellationToken = default) => Current.EditArgsAsync(id, args, cancellationToken);

    public Task<JobStatus> RunAgainAsync(JobId id, CancellationToken cancellationToken = default) => Current.RunAgainAsync(id, cancellationToken);

    public Task<bool> DeleteAsync(JobId id, CancellationToken cancellationToken = default) => Current.DeleteAsync(id, cancellationToken);

    public Task<JobReason> WhyAsync(JobId id, CancellationToken cancellationToken = default) => Current.WhyAsync(id, cancellationToken);
}
