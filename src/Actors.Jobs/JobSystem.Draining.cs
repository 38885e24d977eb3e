using Actors.Jobs.Queues;

namespace Actors.Jobs;

public sealed partial class JobSystem
{
    private static readonly TimeSpan FirstLookAtDrain = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestLookAtDrain = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public async Task<QueueStatus> DrainAsync(string queue, string? reason = null, CancellationToken cancellationToken = default)
    {
        var status = await ChangeQueueAsync(queue, new QueueMessage.DrainQueue(reason), cancellationToken);
        var pause = FirstLookAtDrain;
        while (true)
        {
            if (status is { Waiting: 0, Running: 0, Unavailable: null })
            {
                // What was decided may not be durable yet; what is answered now is.
                status = await ChangeQueueAsync(queue, new QueueMessage.DrainQueue(null, IsLook: true), cancellationToken);
            }

            if (status is { Drain: null, Unavailable: null })
            {
                throw new QueueUnavailableException(queue, new InvalidOperationException("somebody has resumed it before it was drained."));
            }

            if (status is { Waiting: 0, Running: 0, Unavailable: null })
            {
                return status;
            }

            // It is looked at, and not waited for: its owner may be restarted, or another process by then.
            await Task.Delay(pause, _system.TimeProvider, cancellationToken);
            pause = pause * 2 < LongestLookAtDrain ? pause * 2 : LongestLookAtDrain;
            status = await GetQueueAsync(queue, cancellationToken);
        }
    }
}
