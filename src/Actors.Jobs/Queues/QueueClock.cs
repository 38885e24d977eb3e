namespace Actors.Jobs.Queues;

/// <summary>
/// The clock of a queue: the wall clock, but it never goes back. When that is set back, this one goes on at the pace of time, so that
/// no delay gets longer.
/// </summary>
internal sealed class QueueClock
{
    private readonly TimeProvider _time;
    private long _setMs;
    private long _setAt;

    /// <summary>Sets the clock.</summary>
    /// <param name="time">The wall clock and the pace.</param>
    /// <param name="lastMs">The latest time that the queue has seen.</param>
    public QueueClock(TimeProvider time, long lastMs)
    {
        _time = time;
        _setMs = lastMs;
        _setAt = time.GetTimestamp();
    }

    /// <summary>By how much this clock is ahead of the wall clock, in milliseconds.</summary>
    public long AheadMs => NowMs() - WallMs();

    public long NowMs()
    {
        var timestamp = _time.GetTimestamp();
        var paceMs = _setMs + (long)_time.GetElapsedTime(_setAt, timestamp).TotalMilliseconds;
        var wallMs = WallMs();
        if (wallMs < paceMs)
        {
            return paceMs;
        }

        _setMs = wallMs;
        _setAt = timestamp;
        return wallMs;
    }

    private long WallMs() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
