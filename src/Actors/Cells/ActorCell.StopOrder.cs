namespace Actors.Cells;

/// <summary>Stopping children: in which order, for how long, and what follows when one does not stop.</summary>
internal partial class ActorCell
{
    private StopTimeoutTimer? _stopTimeout;

    // The parent waits for it no longer. Written by the parent's turn.
    private volatile bool _isAbandoned;

    public void StopAllChildren() => StopAllChildren(ChosenStopOrder());

    private void StopAllChildren(StopOrder order)
    {
        if (_children is not { Count: > 0 } children)
        {
            return;
        }

        CancelGroupRestart();
        var all = children.Snapshot();
        foreach (var child in all)
        {
            RemoveWatch(child);
        }

        StopChildren(all, order);
    }

    private StopOrder ChosenStopOrder()
    {
        try
        {
            return Strategy.StopOrder;
        }
        catch (Exception)
        {
            return StopOrder.Reverse; // A stop goes on whatever user code does; a strategy that throws is reported when it is asked to decide.
        }
    }

    private void StopChildren(IReadOnlyList<ActorCell> children, StopOrder order)
    {
        foreach (var child in children)
        {
            if (order == StopOrder.Parallel || children.Count == 1)
            {
                StopChild(child);
            }
            else if (IsToBeStopped(child) && _children!.MarkStopping(child, ChildMark.StopQueued)) // Who has children has a container.
            {
                CancelRestart(child); // It would only be restarted to be stopped.
            }
        }

        StopNextChild();
    }

    private void StopNextChild()
    {
        if (_children?.NextToStop() is { } child)
        {
            TellToStop(child);
        }
    }

    private void StopChild(ActorCell child)
    {
        if (IsToBeStopped(child) && _children!.MarkStopping(child, ChildMark.Stopping)) // As above.
        {
            CancelRestart(child);
            TellToStop(child);
        }
    }

    /// <summary>A place that is kept for a next incarnation has nothing to stop: it is given up.</summary>
    private bool IsToBeStopped(ActorCell child)
    {
        if (child.Mark != ChildMark.Vacant)
        {
            return true;
        }

        CancelRestart(child);
        _children!.Remove(child); // As above.
        return false;
    }

    private static void TellToStop(ActorCell child)
    {
        child._since = child.System.Now;

        // Armed here, because a child that blocks its thread does not even see that it is to stop.
        child.ArmStopTimeout();
        child.Stop();
    }

    private ValueTask StoppingChildrenEndedAsync()
    {
        if (_children is null || _children.Stopping == 0)
        {
            return default;
        }

        _children.Ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new ValueTask(_children.Ended.Task);
    }

    /// <summary>The child goes on in its own time, if at all; the tree does not wait for it any longer.</summary>
    private void OnChildOverdue(ActorCell child, StopTimeoutTimer timer)
    {
        if (child.Mark is ChildMark.Vacant or ChildMark.Gone || child._isWaitingForChildren || !ReferenceEquals(child._stopTimeout, timer))
        {
            return;
        }

        // Before the child hears of it, because that ends it, and on another thread at once.
        var isRestart = timer.IsRestart && !child.IsStoppingChild && !child._isStopRequested;
        child.ReportAbandoned();
        if (isRestart && _state is not CellState.Stopping && !_isStopRequested)
        {
            RenewAbandoned(child);
        }
        else
        {
            OnChildEnded(child, TimeSpan.Zero);
        }
    }

    /// <summary>For the children of an actor that blocks its thread, so that it cannot tell them itself. For the turn of its parent.</summary>
    private void StopOrphans()
    {
        foreach (var child in ChildCells())
        {
            child.ArmStopTimeout();
            child.Stop();
        }
    }

    /// <summary>As <see cref="OnChildOverdue"/>, when there is no parent any more that could do it. For any thread.</summary>
    private static void OnOrphanOverdue(ActorCell child, StopTimeoutTimer timer)
    {
        if (ReferenceEquals(child._stopTimeout, timer) && !child._isWaitingForChildren && !child._mailbox.IsClosed)
        {
            child.ReportAbandoned();
        }
    }

    private void ReportAbandoned()
    {
        Log.ChildAbandoned(Logger, Path, _props.StopTimeout.TotalMilliseconds, _current?.Message?.GetType().Name ?? "no message");
        _isAbandoned = true;
        System.Observer?.OnAbandoned(ParentCell!, this); // The root has no limit.
        TellWatchers();
        StopOrphans();
        TellSystem(new SystemMessage.Abandon());
    }

    /// <summary>For the parent that wants the instance ended, and for the actor itself when its end takes time; the first counts.</summary>
    private void ArmStopTimeout(bool isRestart = false)
    {
        if (_stopTimeout is not null || ParentCell is null || _props.StopTimeout == Timeout.InfiniteTimeSpan || _mailbox.IsClosed)
        {
            return;
        }

        var timer = new StopTimeoutTimer(this, isRestart);
        if (Interlocked.CompareExchange(ref _stopTimeout, timer, null) is null)
        {
            System.Timers.Schedule(timer, _props.StopTimeout);
        }
    }

    private void DisarmStopTimeout()
    {
        if (_stopTimeout is not null && Interlocked.Exchange(ref _stopTimeout, null) is { } timer)
        {
            System.Timers.Cancel(timer);
        }
    }

    internal sealed class StopTimeoutTimer(ActorCell cell, bool isRestart) : Timing.TimerEntry
    {
        public bool IsRestart => isRestart;

        public override void Fire() => cell.ParentCell?.TellSystem(new SystemMessage.ChildOverdue(cell, this));
    }
}
