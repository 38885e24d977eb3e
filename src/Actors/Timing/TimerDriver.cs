namespace Actors.Timing;

/// <summary>Wakes a timer queue when its first entry is due.</summary>
internal abstract class TimerDriver : IDisposable
{
    /// <summary>The first entry has changed and is due at this moment of the queue's time.</summary>
    public abstract void Wake(TimeSpan due);

    public abstract void Dispose();
}

/// <summary>A thread that waits for the next entry and for nothing else, so that no user code can make timers late.</summary>
internal sealed class ThreadTimerDriver : TimerDriver
{
    private const long AwakeTicks = long.MaxValue;

    private readonly object _gate = new();
    private readonly TimerQueue _queue;

    // When the thread looks next if nobody wakes it; Max while it is awake. Most timers are cancelled before the one that set this
    // moment is due, and those that follow it need not wake the thread. Written under the gate, in ticks so that it can be read without.
    private long _looksAt = AwakeTicks;
    private bool _isWoken;
    private bool _isDisposed;

    public ThreadTimerDriver(TimerQueue queue)
    {
        _queue = queue;
        new Thread(Run) { IsBackground = true, Name = "actors-timers", Priority = ThreadPriority.AboveNormal }.UnsafeStart();
    }

    public override void Wake(TimeSpan due)
    {
        // Safe to read outside the gate: the thread says that it is awake before it looks at the queue under the queue's lock. Whoever
        // adds after that look, under the same lock, sees 'awake' or the moment that the look led to; what was added before is seen by it.
        if (due.Ticks >= Volatile.Read(ref _looksAt))
        {
            return;
        }

        lock (_gate)
        {
            if (due.Ticks < _looksAt)
            {
                _isWoken = true;
                Monitor.Pulse(_gate);
            }
        }
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Run()
    {
        while (true)
        {
            var wait = _queue.FireDue();
            lock (_gate)
            {
                if (!_isWoken && !_isDisposed)
                {
                    Volatile.Write(ref _looksAt, wait == Timeout.InfiniteTimeSpan ? AwakeTicks : (_queue.Now + wait).Ticks);
                    Monitor.Wait(_gate, wait == Timeout.InfiniteTimeSpan ? Timeout.Infinite : RoundUp(wait));
                    Volatile.Write(ref _looksAt, AwakeTicks);
                }

                if (_isDisposed)
                {
                    return;
                }

                _isWoken = false;
            }
        }
    }

    // Waits are in whole milliseconds. Rounding up keeps the promise never to be early, and a longer wait is only a check too many.
    private static int RoundUp(TimeSpan wait) => (int)Math.Min(3_600_000, (wait.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond);
}

/// <summary>One timer of the given clock; a virtual clock fires it at the exact moment.</summary>
internal sealed class ClockTimerDriver : TimerDriver
{
    private readonly Lock _lock = new();
    private readonly TimerQueue _queue;
    private readonly ITimer _timer;

    public ClockTimerDriver(TimerQueue queue, TimeProvider time)
    {
        _queue = queue;
        _timer = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public override void Wake(TimeSpan due) => Arm();

    public override void Dispose() => _timer.Dispose();

    private void Fire()
    {
        _queue.FireDue();
        Arm();
    }

    /// <summary>Two threads may find the next moment at once; the one that is later to set it must be the one that is later to look.</summary>
    private void Arm()
    {
        lock (_lock)
        {
            _timer.Change(_queue.UntilNext(), Timeout.InfiniteTimeSpan);
        }
    }
}
