namespace Actors.Cells;

/// <summary>Restarting children: one by itself, or a group in order.</summary>
internal partial class ActorCell
{
    /// <summary>The restart that this actor waits for or takes part in. Its supervisor's own.</summary>
    private PendingRestart? _restart;

    // Failures of fewer restarts than this have been answered. Its supervisor's own.
    private int _restartedFrom;

    public void Restart(IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (actor is not ActorCell child || !ReferenceEquals(child.ParentCell, this))
        {
            throw new ArgumentException($"'{Path}' can restart its children, but '{actor.Path}' is none of them.", nameof(actor));
        }

        if (child.Mark is not (ChildMark.None or ChildMark.Vacant) || child._restart is { IsInGroup: true, Stage: not RestartStage.Delayed })
        {
            return; // It is stopping, it has ended, or it is being restarted as it is.
        }

        Log.ChildRestartRequested(Logger, child.Path);
        if (child.Mark == ChildMark.None)
        {
            child.ArmStopTimeout(isRestart: true); // By us, because it may be blocking its thread.
        }

        RestartChild(child, new RestartRequestedException(child.Path), TimeSpan.Zero, isBystander: true);
        GoOnWithGroup();
    }

    private void RestartGroup(SupervisorStrategy strategy, ActorCell child, Exception cause, TimeSpan delay)
    {
        var group = Group(strategy, child);
        if (group.Count > 1 && strategy.StopOrder == StopOrder.Reverse)
        {
            RestartInOrder(group, child, cause, delay);
            return;
        }

        foreach (var member in group)
        {
            if (member.IsStoppingChild)
            {
                continue;
            }

            if (!ReferenceEquals(member, child) && member._props.RestartType == RestartType.Temporary)
            {
                StopChild(member);
            }
            else
            {
                RestartChild(member, cause, delay, isBystander: !ReferenceEquals(member, child));
            }
        }
    }

    /// <summary>The mailbox and the stash of a child wait with it: a delay loses nothing.</summary>
    private void RestartChild(ActorCell child, Exception cause, TimeSpan delay, bool isBystander)
    {
        var isHalted = child._restart is { IsInGroup: true, Stage: RestartStage.Halting or RestartStage.Halted };
        var isSuspended = CancelRestart(child);
        child._restartedFrom = child._restarts + 1;
        System.Observer?.OnRestartPlanned(this, child, delay, isInTurn: false);
        if (delay <= TimeSpan.Zero)
        {
            RestartNow(child, cause, isHalted, isSuspended);
            return;
        }

        if (isBystander && !isSuspended && child.Mark != ChildMark.Vacant)
        {
            child.TellSystem(new SystemMessage.Suspend());
            isSuspended = true;
        }

        var restart = new PendingRestart(child, cause, System.Now) { IsSuspended = isSuspended };
        child._restart = restart;
        System.Timers.Schedule(restart, delay);
    }

    private void RestartNow(ActorCell child, Exception cause, bool isHalted, bool isSuspended)
    {
        if (child.Mark == ChildMark.Vacant)
        {
            ReplaceVacant(child);
            return;
        }

        if (isHalted)
        {
            child.TellSystem(new SystemMessage.Rebuild());
        }
        else
        {
            child.TellToRecreate(cause);
        }

        if (isSuspended)
        {
            child.TellSystem(new SystemMessage.Unsuspend());
        }
    }

    /// <summary>Alone, not with a group. For any thread.</summary>
    public void TellToRecreate(Exception cause)
    {
        if (_isThreadOverdue || TryGetRunning(out _, out _))
        {
            ArmStopTimeout(isRestart: true); // By whoever wants the restart, because it may be blocking its own thread.
        }

        TellSystem(new SystemMessage.Recreate(cause, isInGroup: false));
    }

    /// <summary>What is restarted sooner, or stopped, is not restarted again by a delay that began before, nor with its group.</summary>
    /// <returns>Whether the child is suspended until a restart that will not come now.</returns>
    private bool CancelRestart(ActorCell child)
    {
        var restart = child._restart;
        child._restart = null;
        if (restart is null)
        {
            return false;
        }

        var isPending = restart.IsInGroup || System.Timers.Cancel(restart);
        return isPending && restart.IsSuspended; // A timer that has fired already has undone the suspension too.
    }

    /// <summary>
    /// It ended by itself, and permanent means that there is always one: a new incarnation takes its name and place. That counts as
    /// a restart, or an actor that ends as soon as it begins would keep its supervisor busy for ever.
    /// </summary>
    private void OnPermanentEnded(ActorCell child, TimeSpan ranFor)
    {
        if (IsInGroup(child))
        {
            VacateInGroup(child);
            return;
        }

        _children!.Vacate(child); // It has been one of them until now.
        ForgetFinishedRestart(child);
        try
        {
            RestartChildren(Strategy, child, new PermanentActorEndedException(child.Path), ranFor);
        }
        catch (Exception thrown)
        {
            Log.DeciderFailed(Logger, child.Path, thrown);
            Fail(thrown, null);
        }

        if (child._restart is null)
        {
            _children.Remove(child); // Nobody waits for a next incarnation.
        }
    }

    /// <summary>It was to be restarted, but its old instance does not end: the new one gets a mailbox of its own.</summary>
    private void RenewAbandoned(ActorCell child)
    {
        if (IsInGroup(child))
        {
            VacateInGroup(child);
            GoOnWithGroup();
        }
        else
        {
            _children!.Vacate(child); // It has been one of them until now.
            ReplaceVacant(child);
        }
    }

    private void OnReplaceChild(ActorCell ended)
    {
        if (ended.Mark == ChildMark.Vacant && ended._restart is { HasFired: true } && _state is not CellState.Stopping && !_isStopRequested)
        {
            ReplaceVacant(ended);
        }
    }

    private ActorCell ReplaceVacant(ActorCell vacant, bool isInGroup = false)
    {
        var next = Create(System, this, vacant._props, vacant._name);
        next._budget = vacant._budget;
        next._restarts = vacant._restarts + 1;
        next._restartedFrom = vacant._restarts + 1;
        next._reportsStart = isInGroup;
        _children!.Replace(vacant, next); // Who has a vacant child has a container.
        StartChild(next);
        return next;
    }

    private bool IsInGroup(ActorCell child) => child._restart is { IsInGroup: true, Stage: not RestartStage.Starting };

    private void RestartInOrder(IReadOnlyList<ActorCell> group, ActorCell? failed, Exception cause, TimeSpan delay, bool areHeld = false)
    {
        var members = group;
        if (_children!.GroupRestart is { } before) // Who restarts children has a container.
        {
            // What that one has not done yet, this one does: one restart answers all failures before it.
            System.Timers.Cancel(before);
            var both = before.Members.Where(static member => member._restart is { IsInGroup: true }).Concat(group).ToHashSet();
            members = [.. _children.Snapshot().Where(both.Contains)];
        }

        var held = areHeld ? group.ToHashSet() : [];
        foreach (var member in members)
        {
            var isBystander = !ReferenceEquals(member, failed);
            Enlist(member, cause, delay, isBystander && held.Contains(member), isBystander);
        }

        var restart = new GroupRestart(this, [.. members], cause);
        _children.GroupRestart = restart;
        if (delay > TimeSpan.Zero)
        {
            restart.IsDelayed = true;
            System.Timers.Schedule(restart, delay);
        }
        else
        {
            GoOnWithGroup();
        }
    }

    private void Enlist(ActorCell member, Exception cause, TimeSpan delay, bool isHeld, bool isBystander)
    {
        if (member.IsStoppingChild)
        {
            return; // Only its end is awaited.
        }

        System.Observer?.OnRestartPlanned(this, member, delay, isInTurn: true);
        var isHalted = member._restart is { IsInGroup: true, Stage: RestartStage.Halting or RestartStage.Halted };
        var stage = isHalted ? member._restart!.Stage : delay > TimeSpan.Zero ? RestartStage.Delayed : RestartStage.Queued; // As just seen.
        var isSuspended = isHalted ? member._restart!.IsSuspended : CancelRestart(member);
        if (isHeld && isSuspended)
        {
            member.TellSystem(new SystemMessage.Unsuspend()); // One that keeps it back is enough.
        }
        else if (delay > TimeSpan.Zero && isBystander && !isHeld && !isSuspended)
        {
            member.TellSystem(new SystemMessage.Suspend());
            isSuspended = true;
        }

        member._restart = new PendingRestart(member, cause, System.Now)
        {
            IsInGroup = true,
            Stage = stage,
            IsSuspended = isSuspended || isHeld,
        };
    }

    private void OnGroupDue(GroupRestart group)
    {
        if (ReferenceEquals(_children?.GroupRestart, group))
        {
            group.IsDelayed = false;
            foreach (var member in group.Members)
            {
                if (member._restart is { IsInGroup: true, Stage: RestartStage.Delayed } restart)
                {
                    restart.Stage = RestartStage.Queued;
                    restart.Since = System.Now;
                }
            }

            GoOnWithGroup();
        }
    }

    /// <summary>Takes the next step, or waits. For every moment at which something of it may have changed.</summary>
    private void GoOnWithGroup()
    {
        // While this actor itself waits for a verdict, or for its old instance to end, it is not known who is to live on.
        if (_children?.GroupRestart is not { IsDelayed: false } group || _state is CellState.Failed || _isTearingDown)
        {
            return;
        }

        for (; group.LastToHalt >= 0; group.LastToHalt--)
        {
            if (!HasHalted(group.Members[group.LastToHalt], group))
            {
                return;
            }
        }

        for (; group.NextToStart < group.Members.Count; group.NextToStart++)
        {
            if (!HasStarted(group, group.NextToStart))
            {
                return;
            }
        }

        _children.GroupRestart = null;
    }

    private bool HasHalted(ActorCell member, GroupRestart group)
    {
        if (member.IsStoppingChild)
        {
            return false;
        }

        if (member.Mark == ChildMark.Gone || member._restart is not { IsInGroup: true } restart)
        {
            return true;
        }

        if (restart.Stage == RestartStage.Queued)
        {
            if (member.Mark == ChildMark.Vacant)
            {
                restart.Stage = RestartStage.Halted;
            }
            else if (member._props.RestartType == RestartType.Temporary)
            {
                StopChild(member); // It is not started again, so it need not end in two steps.
            }
            else
            {
                restart.Stage = RestartStage.Halting;
                member.ArmStopTimeout(isRestart: true); // By us, because it may be blocking its thread.
                member.TellSystem(new SystemMessage.Recreate(group.Cause, isInGroup: true));
            }
        }

        return restart.Stage == RestartStage.Halted;
    }

    private bool HasStarted(GroupRestart group, int index)
    {
        var member = group.Members[index];
        if (member.Mark == ChildMark.Gone || member._restart is not { IsInGroup: true } restart)
        {
            return true; // It has, or it has left.
        }

        if (restart.Stage == RestartStage.Halted)
        {
            restart.Stage = RestartStage.Starting;
            if (member.Mark == ChildMark.Vacant)
            {
                member._restart = null;
                member = group.Members[index] = ReplaceVacant(member, isInGroup: true);
                restart.IsSuspended = false; // That was the one before it.
                member._restart = restart;
            }
            else
            {
                member.TellSystem(new SystemMessage.Rebuild());
                if (restart.IsSuspended)
                {
                    restart.IsSuspended = false;
                    member.TellSystem(new SystemMessage.Unsuspend());
                }
            }
        }

        return false;
    }

    private void OnChildHalted(ActorCell child)
    {
        if (child._restart is { IsInGroup: true, Stage: RestartStage.Halting } restart)
        {
            restart.Stage = RestartStage.Halted;
            GoOnWithGroup();
        }
    }

    private void OnChildStarted(ActorCell child)
    {
        if (child._restart is { IsInGroup: true, Stage: RestartStage.Starting })
        {
            child._restart = null;
            GoOnWithGroup();
        }
    }

    /// <summary>It has failed, or ended, after its turn to start, or after the end of its delay.</summary>
    private static void ForgetFinishedRestart(ActorCell child)
    {
        if (child._restart is { IsInGroup: true, Stage: RestartStage.Starting } or { HasFired: true })
        {
            child._restart = null;
        }
    }

    /// <summary>It has ended, or counts as ended, while its group restarts: its next incarnation starts in its turn.</summary>
    private void VacateInGroup(ActorCell child)
    {
        _children!.Vacate(child); // It has been one of them until now.
        if (child._restart is { Stage: RestartStage.Halting } restart)
        {
            restart.Stage = RestartStage.Halted;
        }
    }

    private void CancelGroupRestart()
    {
        if (_children?.GroupRestart is { } group)
        {
            System.Timers.Cancel(group);
            _children.GroupRestart = null;
        }
    }

    /// <summary>Children that the restart hook left alive are restarted with their parent.</summary>
    private void RecreateSurvivors(IReadOnlyList<ActorCell> survivors, Exception cause, bool wereHeld, ActorCell? perpetrator)
    {
        if (survivors.Count == 0)
        {
            return;
        }

        if (survivors.Count > 1 && ChosenStopOrder() == StopOrder.Reverse)
        {
            RestartInOrder(survivors, perpetrator, cause, TimeSpan.Zero, wereHeld);
            return;
        }

        foreach (var child in survivors)
        {
            if (child._props.RestartType == RestartType.Temporary)
            {
                StopChild(child);
                continue;
            }

            RestartChild(child, cause, TimeSpan.Zero, isBystander: false);
            if (wereHeld && !ReferenceEquals(child, perpetrator))
            {
                child.TellSystem(new SystemMessage.Unsuspend());
            }
        }

        GoOnWithGroup();
    }
}
