namespace Actors.Timing;

/// <summary>
/// The timer of something that begins and ends often and is seldom late. It is not set at each beginning and cancelled at each end, but
/// queued once; when it fires, it looks whether something is late by now, and stays in the queue while there is something to look at.
/// </summary>
internal abstract class LazyTimer(TimerQueue timers) : TimerEntry
{
    private int _isQueued;

    protected TimerQueue Timers { get; } = timers;

    /// <summary>Whether there is something to look at. For any thread.</summary>
    protected abstract bool IsNeeded { get; }

    public sealed override void Fire()
    {
        while (true)
        {
            if (Look() is { } next)
            {
                Timers.ScheduleAt(this, next);
                return;
            }

            // What begins after this fence finds the timer out of the queue, and what began before it is seen here.
            Interlocked.Exchange(ref _isQueued, 0);
            if (!IsNeeded || Interlocked.Exchange(ref _isQueued, 1) == 1)
            {
                return;
            }
        }
    }

    /// <summary>Something has begun, which <see cref="IsNeeded"/> says from now on; the caller has made that visible by a full fence.</summary>
    /// <param name="dueTicks">When it may be late.</param>
    protected void EnsureQueued(long dueTicks)
    {
        if (Volatile.Read(ref _isQueued) == 0 && Interlocked.Exchange(ref _isQueued, 1) == 0)
        {
            Timers.ScheduleAt(this, dueTicks);
        }
    }

    /// <summary>Does something about what is late. Runs on the timer thread: as <see cref="TimerEntry.Fire"/>.</summary>
    /// <returns>When to look again, in ticks of the queue's time; null when there is nothing to look at.</returns>
    protected abstract long? Look();
}
