namespace Actors.Cells;

/// <summary>Failing as a child, and deciding as a supervisor.</summary>
internal sealed partial class ActorCell
{
    private Exception? _cause;
    private object? _failedMessage;
    private ActorCell? _perpetrator;
    private (Exception Cause, ActorCell? Perpetrator)? _pendingFailure;

    // Its failure has suspended the children, and no verdict has let them go on yet.
    private bool _areChildrenHeld;
    private RestartBudget? _budget;
    private RestartBudget? _groupBudget;
    private TimeSpan _startedAt;

    /// <summary>The restart that this actor waits for. Its supervisor's own.</summary>
    private RestartTimer? _restart;

    private SupervisorStrategy Strategy => _actor?.SupervisorStrategy ?? _props.SupervisorStrategy ?? SupervisorStrategy.Default;

    private void Fail(Exception cause, object? message, ActorCell? perpetrator = null)
    {
        if (_state is CellState.Failed or CellState.Stopping or CellState.Ended || IsCancelled)
        {
            Log.FailureWhileFailed(Logger, Path, cause);
            return;
        }

        if (_isAwaiting && _state is CellState.Starting or CellState.Restarting)
        {
            // A child fails it in the middle of a hook. The hook ends first; there is no instance yet that could be given a verdict.
            _pendingFailure ??= (cause, perpetrator);
            return;
        }

        _state = CellState.Failed;
        System.Observer?.OnFailed(this, cause);
        _cause = cause;
        _failedMessage = message;
        _perpetrator = perpetrator;
        SuspendChildren(except: perpetrator);
        _areChildrenHeld = true;
        if (ParentCell is null)
        {
            OnStop();
        }
        else
        {
            ParentCell.TellSystem(new SystemMessage.ChildFailed(this, cause, _isStarted ? System.Now - _startedAt : TimeSpan.Zero));
        }
    }

    private void ClearFailure()
    {
        _cause = null;
        _failedMessage = null;
        _perpetrator = null;
    }

    private void OnChildFailed(SystemMessage.ChildFailed failed)
    {
        var child = failed.Child;
        if (_children?.Contains(child) != true || child.IsStoppingChild)
        {
            return;
        }

        if (_state is CellState.Stopping or CellState.Ended || _isStopRequested)
        {
            StopChild(child);
            return;
        }

        SupervisorStrategy strategy;
        Directive directive;
        try
        {
            strategy = Strategy;
            directive = strategy.Decider(failed.Cause);
        }
        catch (Exception thrown)
        {
            Log.DeciderFailed(Logger, child.Path, thrown);
            Fail(thrown, null, child);
            return;
        }

        Apply(strategy, directive, failed);
    }

    private void Apply(SupervisorStrategy strategy, Directive directive, SystemMessage.ChildFailed failed)
    {
        var child = failed.Child;
        var cause = failed.Cause;
        System.Observer?.OnDecided(this, child, directive);
        switch (directive)
        {
            case Directive.Resume:
                Log.ChildResumed(Logger, child.Path, cause.Message, cause);
                child.TellSystem(new SystemMessage.Resume());
                break;
            case Directive.Restart when child._props.RestartType != RestartType.Temporary:
                RestartChildren(strategy, child, cause, failed.RanFor);
                break;
            case Directive.Restart:
                // A temporary child: it is not missed, so the others of its group go on.
                Log.ChildStopped(Logger, child.Path, cause.Message, cause);
                StopChild(child);
                break;
            case Directive.Stop:
                Log.ChildStopped(Logger, child.Path, cause.Message, cause);
                StopGroup(strategy, child);
                break;
            case Directive.Escalate:
                Fail(cause, null, child);
                break;
            default:
                Fail(
                    new InvalidOperationException($"The decider of '{Path}' returned {(int)directive}, which is no Directive."), null, child);
                break;
        }
    }

    private void RestartChildren(SupervisorStrategy strategy, ActorCell child, Exception cause, TimeSpan ranFor)
    {
        var decision = Budget(strategy, child).OnFailure(System.Now, ranFor);
        System.Observer?.OnRestartCounted(this, child, strategy.Restart, strategy is not OneForOneStrategy, decision);
        if (!decision.IsRestart)
        {
            var limit = new RestartLimitException(child.Path, strategy.Restart.MaxRestarts, strategy.Restart.Window, cause);
            if (strategy.Restart.OnExhausted == ExhaustedAction.Escalate)
            {
                Fail(limit, null, child);
            }
            else
            {
                Log.ChildExhausted(Logger, child.Path, decision.Restart, limit);
                StopGroup(strategy, child);
            }

            return;
        }

        Log.ChildRestarting(Logger, child.Path, decision.Delay.TotalMilliseconds, decision.Restart, cause.Message, cause);
        foreach (var member in Group(strategy, child))
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
                RestartChild(member, cause, decision.Delay, isBystander: !ReferenceEquals(member, child));
            }
        }
    }

    private RestartBudget Budget(SupervisorStrategy strategy, ActorCell child) => strategy is OneForOneStrategy
        ? child._budget ??= new RestartBudget(strategy.Restart, System.Random)
        : _groupBudget ??= new RestartBudget(strategy.Restart, System.Random);

    /// <summary>
    /// It ended by itself, and permanent means that there is always one: a new incarnation takes its name. That counts as a restart,
    /// or an actor that ends as soon as it begins would keep its supervisor busy for ever.
    /// </summary>
    private void ReplaceChild(ActorCell child)
    {
        SupervisorStrategy strategy;
        try
        {
            strategy = Strategy;
        }
        catch (Exception thrown)
        {
            Log.DeciderFailed(Logger, child.Path, thrown);
            Fail(thrown, null);
            return;
        }

        var decision = Budget(strategy, child).OnFailure(System.Now, child._hasStarted ? System.Now - child._startedAt : TimeSpan.Zero);
        System.Observer?.OnRestartCounted(this, child, strategy.Restart, strategy is not OneForOneStrategy, decision);
        if (!decision.IsRestart)
        {
            var limit = new RestartLimitException(
                child.Path,
                strategy.Restart.MaxRestarts,
                strategy.Restart.Window,
                new InvalidOperationException($"'{child.Path}' is permanent, but ended by itself."));
            if (strategy.Restart.OnExhausted == ExhaustedAction.Escalate)
            {
                Fail(limit, null);
            }
            else
            {
                Log.ChildExhausted(Logger, child.Path, decision.Restart, limit);
            }
        }
        else if (decision.Delay <= TimeSpan.Zero)
        {
            OnReplaceChild(child);
        }
        else
        {
            System.Timers.Schedule(new ReplaceTimer(child), decision.Delay);
        }
    }

    private void OnReplaceChild(ActorCell ended)
    {
        if (_state is not CellState.Stopping && !_isStopRequested && Child(ended.Name) is null)
        {
            AddChild(ended._props, ended.Name)._budget = ended._budget;
        }
    }

    /// <summary>The mailbox and the stash of a child wait with it: a delay loses nothing.</summary>
    private void RestartChild(ActorCell child, Exception cause, TimeSpan delay, bool isBystander)
    {
        var isSuspended = CancelRestart(child);
        if (delay > TimeSpan.Zero && isBystander && !isSuspended)
        {
            child.TellSystem(new SystemMessage.Suspend());
            isSuspended = true;
        }

        System.Observer?.OnRestartPlanned(this, child, delay);
        var restart = new RestartTimer(child, cause, isSuspended);
        if (delay <= TimeSpan.Zero)
        {
            restart.Fire();
        }
        else
        {
            child._restart = restart;
            System.Timers.Schedule(restart, delay);
        }
    }

    /// <summary>What is restarted sooner is not restarted again by a delay that began before.</summary>
    /// <returns>Whether the child has been suspended for the delay.</returns>
    private bool CancelRestart(ActorCell child)
    {
        var restart = child._restart;
        child._restart = null;
        return restart is not null && System.Timers.Cancel(restart) && restart.IsSuspended;
    }

    private void StopGroup(SupervisorStrategy strategy, ActorCell child)
    {
        foreach (var member in Group(strategy, child))
        {
            StopChild(member);
        }
    }

    private IReadOnlyList<ActorCell> Group(SupervisorStrategy strategy, ActorCell child) => strategy switch
    {
        AllForOneStrategy => _children!.Snapshot(), // The failed child is one of them.
        RestForOneStrategy => _children!.SnapshotFrom(child),
        _ => [child],
    };

    private sealed class ReplaceTimer(ActorCell ended) : Timing.TimerEntry
    {
        public override void Fire() => ended.ParentCell?.TellSystem(new SystemMessage.ReplaceChild(ended));
    }

    private sealed class RestartTimer(ActorCell child, Exception cause, bool isSuspended) : Timing.TimerEntry
    {
        public bool IsSuspended => isSuspended;

        public override void Fire()
        {
            child.TellSystem(new SystemMessage.Recreate(cause));
            if (isSuspended)
            {
                child.TellSystem(new SystemMessage.Unsuspend());
            }
        }
    }
}
