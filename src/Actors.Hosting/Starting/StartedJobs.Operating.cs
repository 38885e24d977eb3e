using Actors.Jobs;

namespace Actors.Hosting.Starting;

internal sealed partial class StartedJobs
{
    public Task<QueueStatus> DrainAsync(string queue, string? reason = null, CancellationToken cancellationToken = default) =>
        Jobs.DrainAsync(queue, reason, cancellationToken);

    public Task<JobStatus> EditAsync<TJob>(JobId id, TJob job, CancellationToken cancellationToken = default)
        where TJob : notnull => Jobs.EditAsync(id, job, cancellationToken);

    public Task<JobStatus> EditArgsAsync(JobId id, string args, CancellationToken cancellationToken = default) => Jobs.EditArgsAsync(id, args, cancellationToken);

    public Task<JobStatus> RunAgainAsync(JobId id, CancellationToken cancellationToken = default) => Jobs.RunAgainAsync(id, cancellationToken);

    public Task<bool> DeleteAsync(JobId id, CancellationToken cancellationToken = default) => Jobs.DeleteAsync(id, cancellationToken);

    public Task<JobReason> WhyAsync(JobId id, CancellationToken cancellationToken = default) => Jobs.WhyAsync(id, cancellationToken);
}
