namespace Actors.TestKit;

/// <summary>One timer of a virtual clock.</summary>
internal sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
{
    public static Comparer<VirtualTimer> ByDue { get; } = Comparer<VirtualTimer>.Create(static (left, right) =>
        (left.DueTicks, left.Tie, left.Order).CompareTo((right.DueTicks, right.Tie, right.Order)));

    // All of these are guarded by the clock's lock, and do not change while the timer is in its set.
    public long DueTicks { get; set; }

    public int Tie { get; set; }

    public long Order { get; set; }

    public TimeSpan Period { get; set; } = Timeout.InfiniteTimeSpan;

    public bool IsDisposed { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period) => time.Set(this, dueTime, period);

    /// <summary>Without a context, as on a thread of the clock's own: who waits for this moment is resumed through its own context.</summary>
    public void Fire()
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            callback(state);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    public void Dispose() => time.Remove(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
