using Actors.Jobs.Queues;

namespace Actors.Jobs;

public sealed partial class JobSystem
{
    /// <inheritdoc/>
    public async Task<JobReason> WhyAsync(JobId id, CancellationToken cancellationToken = default)
    {
        QueueUnavailableException? unknown = null;
        foreach (var queue in _queues.Keys)
        {
            var explained = await ChangeQueueAsync(queue, new QueueMessage.WhyJob(id), cancellationToken);
            if (explained.Reason is { } reason)
            {
                return reason;
            }

            unknown ??= explained.Unknown is null ? null : new QueueUnavailableException(queue, explained.Unknown);
        }

        if (_options.Shared is { } shared && await FindAcceptedAsync(shared.Inbox, id, cancellationToken) is { } accepted)
        {
            return new JobReason(id, accepted.Queue, JobReasonKind.InInbox, "It is durable in the inbox of the store, and the owner of its queue has not taken it in yet.")
            {
                Attempt = 1,
            };
        }

        if (await FindFinishedAsync(id, cancellationToken) is { } finished)
        {
            return QueueActor.FinishedReason(finished);
        }

        if (await FindTakenInAsync(id, cancellationToken) is { FinishedAt: null } moved)
        {
            // It went from one queue to another while they were asked one after the other.
            return (await ChangeQueueAsync(moved.Queue, new QueueMessage.WhyJob(id), cancellationToken)).Reason ?? throw new UnknownJobException(id);
        }

        throw unknown is null ? new UnknownJobException(id) : unknown;
    }
}
