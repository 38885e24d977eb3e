namespace Actors.Timing;

/// <summary>Something that happens later. An entry is in at most one queue at a time.</summary>
internal abstract class TimerEntry
{
    internal const int NotQueued = -1;

    /// <summary>When it is due, in ticks of 100 ns of the system's monotonic time. Guarded by the queue's lock.</summary>
    public long DueTicks { get; set; }

    /// <summary>Among entries of the same moment, the order in which they were scheduled.</summary>
    public long Order { get; set; }

    /// <summary>The place in the heap, or <see cref="NotQueued"/>.</summary>
    public int Index { get; set; } = NotQueued;

    /// <summary>Runs on the timer thread: it must be short, must not block and must not throw.</summary>
    public abstract void Fire();

    /// <summary>It will never fire, because the system has ended. For any thread.</summary>
    public virtual void Drop()
    {
    }
}
