using Actors.Jobs.Workers;

namespace Actors.Jobs;

/// <summary>Takes jobs of a queue for code that drives itself, instead of handlers. From <see cref="IJobs.OpenConsumer"/>. Thread-safe.</summary>
/// <remarks>
/// Limits, priorities, turns, pauses and uniqueness hold as for handlers, and jobs of any type come, whether this process has a handler for it or not. Middleware is not run. Disposing it gives
/// back what was taken and not ended, as interrupted attempts; so does the death of the process.
/// </remarks>
public sealed class JobConsumer : IAsyncDisposable
{
    /// <summary>The longest that a timer of .NET waits, in whole days.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(49);

    private readonly PullDesk _desk;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _consuming;
    private int _isDisposed;

    internal JobConsumer(string queue, PullDesk desk, Func<CancellationToken, Task> consume)
    {
        Queue = queue;
        _desk = desk;
        _consuming = consume(_stop.Token);
    }

    /// <summary>The queue.</summary>
    public string Queue { get; }

    /// <summary>Takes the job that is next.</summary>
    /// <param name="wait">How long to wait for one, more than zero and up to 49 days; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait. What was granted meanwhile is given back.</param>
    /// <returns>Null when none came in time.</returns>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public async Task<PulledJob?> TakeAsync(TimeSpan wait, CancellationToken cancellationToken = default) =>
        (await TakeManyAsync(1, wait, cancellationToken)).FirstOrDefault();

    /// <summary>Takes several jobs: as soon as there is one, it and those that come within 10 ms of it.</summary>
    /// <param name="most">At most so many, 1 to 1,000.</param>
    /// <param name="wait">How long to wait for the first, more than zero and up to 49 days; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait. What was granted meanwhile is given back.</param>
    /// <returns>Empty when none came in time.</returns>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public Task<IReadOnlyList<PulledJob>> TakeManyAsync(int most, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, 1_000);
        if (wait > LongestWait)
        {
            throw new ArgumentOutOfRangeException(nameof(wait), wait, $"A wait has at most {LongestWait.Days} days. Use Timeout.InfiniteTimeSpan to wait for ever.");
        }

        return wait > TimeSpan.Zero || wait == Timeout.InfiniteTimeSpan
            ? _desk.TakeAsync(most, wait, cancellationToken)
            : throw new ArgumentOutOfRangeException(nameof(wait), wait, "A job is granted in a write, which takes time: wait for more than zero.");
    }

    /// <summary>Takes no more, and gives back what is in hand. Ends when the queue knows.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _desk.Close();
            await _stop.CancelAsync();
        }

        await _consuming;
    }
}
