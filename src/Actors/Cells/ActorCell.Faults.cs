namespace Actors.Cells;

/// <summary>Failing as a child, and deciding as a supervisor.</summary>
internal partial class ActorCell
{
    // The failure that awaits a verdict, and one that came while a hook ran and counts when it has ended.
    private CellFailure? _failure;
    private CellFailure? _pendingFailure;

    // Its failure has suspended the children, and no verdict has let them go on yet.
    private bool _areChildrenHeld;
    private RestartBudget? _budget;
    // When it came into its state. Also read and, when it is told to stop, written by its supervisor, for whom a moment more or less does not matter.
    private TimeSpan _since;

    // In its supervisor's books: it failed and is not started again.
    private bool _isGivenUp;

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
            _pendingFailure ??= new CellFailure(cause, null, perpetrator);
            return;
        }

        var ranFor = RanFor();
        AwaitVerdict(new CellFailure(cause, message, perpetrator));
        if (ParentCell is null)
        {
            OnStop();
        }
        else
        {
            ParentCell.TellSystem(new SystemMessage.ChildFailed(this, cause, ranFor, _restarts));
        }
    }

    private void AwaitVerdict(CellFailure failure)
    {
        MoveTo(CellState.Failed);
        System.Observer?.OnFailed(this, failure.Cause);
        _failure = failure;
        SuspendChildren(except: failure.Perpetrator);
        _areChildrenHeld = true;
    }

    /// <summary>How long it has been running without a failure; zero when it is not running.</summary>
    private TimeSpan RanFor() => _isStarted && _state == CellState.Running ? System.Now - _since : TimeSpan.Zero;

    private void OnChildFailed(SystemMessage.ChildFailed failed)
    {
        var child = failed.Child;
        if (child.Mark != ChildMark.None || _state is CellState.Stopping || _isStopRequested)
        {
            return; // It is gone, or stopped in its turn.
        }

        if (failed.Restarts < child._restartedFrom)
        {
            return; // Of an instance whose restart has been ordered already.
        }

        ForgetFinishedRestart(child);
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
        GoOnWithGroup();
    }

    private void Apply(SupervisorStrategy strategy, Directive directive, SystemMessage.ChildFailed failed)
    {
        var child = failed.Child;
        var cause = failed.Cause;
        System.Observer?.OnDecided(this, child, directive);
        switch (directive)
        {
            case Directive.Resume:
                Log.ChildResumed(Logger, child.Path, ActorException.TextOf(cause), cause);
                child.TellSystem(new SystemMessage.Resume());
                break;
            case Directive.Restart when child._props.RestartType == RestartType.Temporary:
                // It is not missed, so the others of its group go on.
                Log.ChildStopped(Logger, child.Path, ActorException.TextOf(cause), cause);
                child._isGivenUp = true;
                StopChild(child);
                break;
            case Directive.Restart when IsInGroup(child):
                // One restart of the group answers all failures before it, so this one is not counted.
                Log.ChildRestartsWithGroup(Logger, child.Path, ActorException.TextOf(cause), cause);
                break;
            case Directive.Restart:
                RestartChildren(strategy, child, cause, failed.RanFor);
                break;
            case Directive.Stop:
                Log.ChildStopped(Logger, child.Path, ActorException.TextOf(cause), cause);
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
        child._failedMessages?.ResetAfter = strategy.Restart.Backoff?.ResetAfter ?? Timeout.InfiniteTimeSpan; // The child waits for us.
        System.Observer?.OnRestartCounted(this, child, strategy.Restart, strategy is not OneForOneStrategy, ranFor, decision);
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

        Log.ChildRestarting(Logger, child.Path, decision.Delay.TotalMilliseconds, decision.Restart, ActorException.TextOf(cause), cause);
        RestartGroup(strategy, child, cause, decision.Delay);
    }

    private RestartBudget Budget(SupervisorStrategy strategy, ActorCell child) => strategy is OneForOneStrategy
        ? child._budget ??= new RestartBudget(strategy.Restart, System.Random)
        : _children!.GroupBudget ??= new RestartBudget(strategy.Restart, System.Random);

    private void StopGroup(SupervisorStrategy strategy, ActorCell child)
    {
        child._isGivenUp = true;
        StopChildren(Group(strategy, child), strategy.StopOrder);
    }

    private IReadOnlyList<ActorCell> Group(SupervisorStrategy strategy, ActorCell child) => strategy switch
    {
        AllForOneStrategy => _children!.Snapshot(), // The failed child is one of them.
        RestForOneStrategy => _children!.SnapshotFrom(child),
        _ => [child],
    };
}

/// <summary>A failure of an actor.</summary>
/// <param name="Cause">What was thrown.</param>
/// <param name="Message">The message that was being handled, if any.</param>
/// <param name="Perpetrator">The child whose failure it was at first, if it was one's.</param>
internal sealed record CellFailure(Exception Cause, object? Message, ActorCell? Perpetrator);
