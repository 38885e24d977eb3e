using Actors.Jobs.Queues;

namespace Actors.Jobs;

/// <summary>Settings change while queues run.</summary>
public sealed partial class JobSystem
{
    /// <inheritdoc/>
    public Task<QueueStatus> ReconfigureQueueAsync(string queue, QueueChange change, string? by = null, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        change.Validate(nameof(change));
        return ChangeQueueAsync(queue, new QueueMessage.OverrideQueue(change, by, reason), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<QueueStatus> ResetQueueAsync(string queue, CancellationToken cancellationToken = default) =>
        ChangeQueueAsync(queue, new QueueMessage.ResetQueue(), cancellationToken);

    /// <summary>Gives a queue other settings while it goes on. They apply to what comes next: grants, retries, attempts that have not begun.</summary>
    /// <remarks>Workers that are too many finish the job that they have in hand. The store is not told: at the next start the settings are those of the start. What <see cref="ReconfigureQueueAsync"/> has changed stays so until it is reset.</remarks>
    /// <param name="definition">Has the name of the queue, its settings and those of its handlers; nothing else of it is used.</param>
    /// <exception cref="ArgumentException">A setting makes no sense.</exception>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    public void Reconfigure(QueueDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        definition.Options.Validate();
        foreach (var handler in definition.HandlerOptions.Values)
        {
            handler.Validate();
        }

        var handle = Queue(definition.Name);
        var options = definition.Options with
        {
            Retry = definition.Options.Retry with { Backoff = definition.Options.Retry.Backoff with { } },
            Limits = definition.Options.Limits with { },
        };
        foreach (var handler in _handlers[definition.Name].Values)
        {
            handler.Reconfigure(options, definition.HandlerOptions.GetValueOrDefault(handler.HandlerType));
        }

        handle.Options = options;
        handle.Actor.Tell(new QueueMessage.Reconfigure(options));
    }
}
