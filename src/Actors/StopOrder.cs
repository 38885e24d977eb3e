namespace Actors;

/// <summary>In which order children stop when several are to: when their supervisor stops or restarts, and when a strategy stops or restarts a group.</summary>
public enum StopOrder
{
    /// <summary>One at a time, the last that was started first. Each is told when the one before it has ended, and has its own <see cref="Props.StopTimeout"/>.</summary>
    /// <remarks>
    /// What was started later may need what was started earlier until its own end. A group is also restarted so: all old instances end
    /// in this order, then the new ones start in the order of their first start, each when the one before it has started.
    /// </remarks>
    Reverse,

    /// <summary>All at once. For many children that do not need each other, such as a pool of workers.</summary>
    Parallel,
}
