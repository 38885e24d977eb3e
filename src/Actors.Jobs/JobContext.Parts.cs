namespace Actors.Jobs;

/// <summary>What others may wait for before the whole is done.</summary>
public sealed partial class JobContext
{
    private const int MaxParts = 100;
    private HashSet<string>? _parts;

    /// <summary>Says that a part of the job is done: jobs that wait for it (<see cref="EnqueueOptions.After(JobId, string, AfterCondition)"/>) begin. When the task completes, that is durable.</summary>
    /// <remarks>It stays done whatever happens to the attempt. Saying it again, in this attempt or a later one, does nothing.</remarks>
    /// <param name="name">1 to 100 characters. A job has at most 100 parts.</param>
    /// <param name="cancellationToken">Ends the wait; the part may be noted as done nevertheless.</param>
    /// <exception cref="ArgumentException">The name is too long, or there are too many.</exception>
    /// <exception cref="QueueUnavailableException">It could not be stored, for example because the job runs elsewhere by now.</exception>
    public async Task CompletePartAsync(string name, CancellationToken cancellationToken = default)
    {
        EnqueueOptions.CheckText(name, EnqueueOptions.MaxPartLength, nameof(name));
        if (Owner is null || Granted is not { } granted)
        {
            return; // Nobody waits for a job in no queue.
        }

        var parts = _parts ??= new HashSet<string>(granted.Traits?.Parts ?? [], StringComparer.Ordinal);
        lock (parts)
        {
            if (parts.Contains(name))
            {
                return;
            }

            if (parts.Count == MaxParts)
            {
                throw new ArgumentException($"Job {Id} has {MaxParts} parts already, which is all that are kept. Part '{name}' is not noted as done.", nameof(name));
            }
        }

        await Owner.AskAsync(new Queues.QueueMessage.CompletePart(granted.Number, granted.Grant, name), Timeout.InfiniteTimeSpan, cancellationToken);
        lock (parts)
        {
            parts.Add(name);
        }
    }
}
