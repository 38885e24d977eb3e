namespace Actors.Cells;

/// <summary>
/// The restart of a group that is under way: after the delay the old instances end, the last that was started first, each awaited;
/// then the new ones start in the order of their first start, each awaited. A supervisor has one at a time; a further failure joins it.
/// </summary>
/// <remarks>On the supervisor's turn only, but for <see cref="Fire"/>.</remarks>
internal sealed class GroupRestart(ActorCell supervisor, List<ActorCell> members, Exception cause) : Timing.TimerEntry
{
    public List<ActorCell> Members { get; } = members;

    public Exception Cause => cause;

    public bool IsDelayed { get; set; }

    /// <summary>All members behind this index have ended their old instance.</summary>
    public int LastToHalt { get; set; } = members.Count - 1;

    /// <summary>All members before this index have started again, or have left.</summary>
    public int NextToStart { get; set; }

    public override void Fire() => supervisor.TellSystem(new SystemMessage.GroupDue(this));
}

/// <summary>How far the restart of one child has come, in its supervisor's books.</summary>
internal enum RestartStage : byte
{
    /// <summary>It waits for its delay, alone or with its group.</summary>
    Delayed,

    /// <summary>Of a group: it runs until those that were started after it have ended.</summary>
    Queued,

    /// <summary>Of a group: its old instance is ending.</summary>
    Halting,

    /// <summary>Of a group: it waits for its turn to start.</summary>
    Halted,

    /// <summary>Of a group: its new instance is being made.</summary>
    Starting,
}

/// <summary>A restart that a child waits for, or takes part in. On the supervisor's turn only, but for <see cref="Fire"/>.</summary>
internal sealed class PendingRestart(ActorCell child, Exception cause, TimeSpan since) : Timing.TimerEntry
{
    private volatile bool _hasFired;

    public RestartStage Stage { get; set; } = RestartStage.Delayed;

    /// <summary>Since when it waits for its delay or, after that, for its turn.</summary>
    public TimeSpan Since { get; set; } = since;

    public bool IsInGroup { get; set; }

    /// <summary>Whether the child is suspended until its restart.</summary>
    public bool IsSuspended { get; set; }

    /// <summary>Of a child by itself: whether its delay is over, so that this is history.</summary>
    public bool HasFired => _hasFired;

    public override void Fire()
    {
        _hasFired = true;
        if (child.Mark == ChildMark.Vacant) // So before this was scheduled, or not at all.
        {
            child.ParentCell?.TellSystem(new SystemMessage.ReplaceChild(child));
        }
        else
        {
            child.TellToRecreate(cause);
            if (IsSuspended)
            {
                child.TellSystem(new SystemMessage.Unsuspend());
            }
        }
    }
}
