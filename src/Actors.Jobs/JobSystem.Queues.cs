using Actors.Jobs.Queues;

namespace Actors.Jobs;

public sealed partial class JobSystem
{
    private const int MaxPage = 1000;

    /// <inheritdoc/>
    public Task<QueueStatus> PauseAsync(string queue, string? reason = null, DateTimeOffset? until = null, CancellationToken cancellationToken = default)
    {
        if (until <= _system.TimeProvider.GetUtcNow())
        {
            throw new ArgumentException($"The pause would end at {until:u}, which has passed. Name a moment to come, or none.", nameof(until));
        }

        return ChangeQueueAsync(queue, new QueueMessage.PauseQueue(reason, until), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<QueueStatus> ResumeAsync(string queue, CancellationToken cancellationToken = default) =>
        ChangeQueueAsync(queue, new QueueMessage.ResumeQueue(), cancellationToken);

    /// <inheritdoc/>
    public async Task<long> DiscardAsync(
        string queue, DateTimeOffset enqueuedBefore, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return (await ChangeQueueAsync(queue, new QueueMessage.DiscardJobs(enqueuedBefore, reason), cancellationToken)).Jobs;
    }

    /// <inheritdoc/>
    public Task<JobPage> ListAsync(string queue, long? next = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        return ChangeQueueAsync(queue, new QueueMessage.ListJobs(next ?? 0, limit), cancellationToken);
    }

    private async Task<TReply> ChangeQueueAsync<TReply>(string queue, IRequest<TReply> change, CancellationToken cancellationToken)
    {
        try
        {
            // The queue answers every caller, and knows best when to give up.
            return await Queue(queue).Actor.AskAsync(change, Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (ActorNotFoundException cause)
        {
            throw new QueueUnavailableException(queue, cause);
        }
    }
}
