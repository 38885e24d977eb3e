using Actors.Jobs.Queues;

namespace Actors.Jobs;

/// <summary>Jobs go from one queue to another, and are found on the way.</summary>
public sealed partial class JobSystem
{
    /// <summary>A job that is moved while it is looked for is followed so often; whoever moves it faster than that does so in a circle.</summary>
    private const int MaxFollowed = 16;

    /// <inheritdoc/>
    public async Task<JobStatus> MoveAsync(JobId id, string queue, CancellationToken cancellationToken = default)
    {
        await RequireTargetAsync(queue, cancellationToken);
        var (status, refusal) = await ChangeFoundAsync(id, new QueueMessage.MoveJob(id, queue), cancellationToken);
        if (refusal is null && status.FinishedAt is not null)
        {
            refusal = "It has finished: only a job that is to run can go to another queue.";
        }

        // Another process says what the job is, and not where.
        return refusal is null ? status with { Queue = queue } : throw new JobRefusedException(id, status.State, refusal);
    }

    /// <inheritdoc/>
    public async Task<BulkResult> MoveManyAsync(JobFilter filter, string queue, long atMost, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (filter.Queue is not null && filter.Queue == queue)
        {
            throw new ArgumentException($"The filter names queue '{queue}', where its jobs are already. Nothing was moved.", nameof(filter));
        }

        await RequireTargetAsync(queue, cancellationToken);
        return await ChangeManyAsync(filter, atMost, BulkKind.Move, null, cancellationToken, queue);
    }

    /// <summary>A queue that cannot store anything would keep the jobs on their way.</summary>
    private async Task RequireTargetAsync(string queue, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queue);
        if ((await GetQueueAsync(queue, cancellationToken)).Unavailable is { } cause)
        {
            throw new QueueUnavailableException(queue, new InvalidOperationException(cause));
        }
    }

    /// <summary>Asks the queue that a job has gone to, when the one that was asked says so.</summary>
    private async Task<QueueMessage.JobFound> FollowAsync(
        QueueMessage.JobFound found, IRequest<QueueMessage.JobFound> request, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        for (var i = 0; i < MaxFollowed && found is { Status: null, MovedTo: { } queue } && _queues.TryGetValue(queue, out var handle); i++)
        {
            found = await handle.Actor.AskAsync(request, timeout, cancellationToken);
        }

        return found;
    }
}
