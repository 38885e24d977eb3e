namespace Actors.Timing;

/// <summary>All timers of a system. Never early; late only by what the clock's wake-up takes. Thread-safe.</summary>
internal sealed class TimerQueue : IDisposable
{
    private const long LatestTicks = long.MaxValue / 2;

    private readonly Lock _lock = new();
    private readonly TimerHeap _heap = new();
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly double _ticksPerTimestamp;
    private readonly TimerDriver _driver;
    private long _order;
    private bool _isDisposed;

    public TimerQueue(TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _ticksPerTimestamp = (double)TimeSpan.TicksPerSecond / time.TimestampFrequency;
        // The clock of the operating system gets a thread of its own: callbacks of TimeProvider.System run on the thread pool,
        // where blocking user code would make them late. Any other clock says itself when a moment has come.
        _driver = ReferenceEquals(time, TimeProvider.System) ? new ThreadTimerDriver(this) : new ClockTimerDriver(this, time);
    }

    /// <summary>Monotonic time since the system began.</summary>
    public TimeSpan Now => new((long)((_time.GetTimestamp() - _origin) * _ticksPerTimestamp)); // As GetElapsedTime, which asks the clock for its frequency each time.

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _heap.Count;
            }
        }
    }

    /// <summary>Fires an entry once, after a delay.</summary>
    public void Schedule(TimerEntry entry, TimeSpan delay) => ScheduleAt(entry, After(Now.Ticks, delay.Ticks));

    /// <summary>A moment plus a delay, both in ticks. However long the delay, the sum is later than now, and leaves room for sums with it.</summary>
    public static long After(long now, long delay) => delay >= LatestTicks - now ? Math.Max(now, LatestTicks) : now + Math.Max(0, delay);

    /// <summary>Fires an entry once, at a moment of <see cref="Now"/>. An entry that is scheduled already is moved.</summary>
    public void ScheduleAt(TimerEntry entry, long dueTicks)
    {
        bool isFirst;
        bool isDropped;
        lock (_lock)
        {
            isDropped = _isDisposed;
            if (!isDropped)
            {
                _heap.Remove(entry);
                entry.DueTicks = dueTicks;
                entry.Order = ++_order;
                _heap.Add(entry);
            }

            isFirst = entry.Index == 0;
        }

        if (isDropped)
        {
            entry.Drop();
        }
        else if (isFirst)
        {
            _driver.Wake(TimeSpan.FromTicks(dueTicks));
        }
    }

    /// <summary>Takes an entry out.</summary>
    /// <returns>Whether it was to fire yet.</returns>
    public bool Cancel(TimerEntry entry)
    {
        lock (_lock)
        {
            return _heap.Remove(entry);
        }
    }

    /// <summary>Fires what is due.</summary>
    /// <returns>How long until the next entry is due; infinite when there is none.</returns>
    public TimeSpan FireDue()
    {
        while (true)
        {
            TimerEntry entry;
            lock (_lock)
            {
                if (_isDisposed || _heap.First is not { } first)
                {
                    return Timeout.InfiniteTimeSpan;
                }

                var wait = first.DueTicks - Now.Ticks;
                if (wait > 0)
                {
                    return TimeSpan.FromTicks(wait);
                }

                _heap.Remove(first);
                entry = first;
            }

            entry.Fire();
        }
    }

    /// <summary>How long until the first entry is due: zero when it is, infinite when there is none.</summary>
    public TimeSpan UntilNext()
    {
        lock (_lock)
        {
            return _isDisposed || _heap.First is not { } first
                ? Timeout.InfiniteTimeSpan
                : TimeSpan.FromTicks(Math.Max(0, first.DueTicks - Now.Ticks));
        }
    }

    public void Dispose()
    {
        var dropped = new List<TimerEntry>();
        lock (_lock)
        {
            _isDisposed = true;
            while (_heap.First is { } first)
            {
                _heap.Remove(first);
                dropped.Add(first);
            }
        }

        _driver.Dispose();
        foreach (var entry in dropped)
        {
            entry.Drop();
        }
    }
}
