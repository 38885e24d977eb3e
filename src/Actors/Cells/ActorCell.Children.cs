namespace Actors.Cells;

internal sealed partial class ActorCell
{
    private ChildrenContainer? _children;
    private TaskCompletionSource? _childrenEnded;
    private StopTimeoutTimer? _stopTimeout;

    /// <summary>Links of the parent's container, so that the order of start costs no further allocation. Guarded by its lock.</summary>
    public ActorCell? PreviousSibling { get; set; }

    public ActorCell? NextSibling { get; set; }

    /// <summary>Whether the parent has told this child to stop. Written by the parent's turn.</summary>
    public bool IsStoppingChild { get; set; }

    public IReadOnlyList<IActorRef> Children => _children is null ? [] : _children.Snapshot();

    public IActorRef ActorOf(Props props, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(props);
        if (name is not null)
        {
            ActorPath.Validate(name);
        }

        return AddChild(props, name);
    }

    public IActorRef? Child(string name) => _children?.Find(name);

    /// <summary>As <see cref="ActorOf"/> for the system's own names. For any thread: the guardians get children from outside.</summary>
    public ActorCell AddChild(Props props, string? name)
    {
        if (!IsGuardian && _state is CellState.Stopping or CellState.Ended)
        {
            throw new InvalidOperationException($"'{Path}' is stopping, so it cannot have new children.");
        }

        var child = Container().Add(this, props, name);
        if (!IsGuardian)
        {
            child._suspensions = _suspensions + (_areChildrenHeld ? 1 : 0); // What holds them back will let all go on together.
        }

        if (System.Observer is { } observer)
        {
            observer.OnAdded(child, this, props);
            observer.OnSuspensions(child, child._suspensions);
        }

        child.TellSystem(new SystemMessage.Start());
        return child;
    }

    private ChildrenContainer Container()
    {
        if (_children is { } existing)
        {
            return existing;
        }

        var children = new ChildrenContainer();
        return Interlocked.CompareExchange(ref _children, children, null) ?? children;
    }

    public void StopAllChildren()
    {
        if (_children is null)
        {
            return;
        }

        foreach (var child in _children.Snapshot())
        {
            RemoveWatch(child);
            StopChild(child);
        }
    }

    private void StopChild(ActorCell child)
    {
        if (_children?.MarkStopping(child) == true)
        {
            // Armed here, because a child that blocks its thread does not even see that it is to stop.
            child.ArmStopTimeout();
            child.Stop();
        }
    }

    private void OnChildEnded(ActorCell child)
    {
        if (_children is null || !_children.Remove(child))
        {
            return;
        }

        if (_children.Stopping == 0)
        {
            _childrenEnded?.TrySetResult();
            _childrenEnded = null;
        }

        if (child.IsStoppingChild || _state is CellState.Stopping || _isStopRequested)
        {
            return;
        }

        if (child._props.RestartType == RestartType.Permanent)
        {
            ReplaceChild(child);
        }
    }

    /// <summary>The child goes on in its own time, if at all; the tree does not wait for it any longer.</summary>
    private void OnChildOverdue(ActorCell child, StopTimeoutTimer timer)
    {
        if (_children?.Contains(child) == true && TryAbandon(child, timer))
        {
            OnChildEnded(child);
        }
    }

    /// <summary>For any thread, because this actor may have been abandoned itself: then nobody else is left to give its children up.</summary>
    private bool TryAbandon(ActorCell child, StopTimeoutTimer timer)
    {
        if (child._isWaitingForChildren || !ReferenceEquals(child._stopTimeout, timer))
        {
            return false;
        }

        Log.ChildAbandoned(Logger, child.Path, child._props.StopTimeout.TotalMilliseconds, child._current?.Message?.GetType().Name ?? "no message");
        System.Observer?.OnAbandoned(this, child);
        child.TellWatchers();
        child.TellSystem(new SystemMessage.Abandon());
        return true;
    }

    private ValueTask StoppingChildrenEndedAsync()
    {
        if (_children is null || _children.Stopping == 0)
        {
            return default;
        }

        _childrenEnded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new ValueTask(_childrenEnded.Task);
    }

    /// <summary>This actor and its descendants, those that are inside a handler. For any thread, so only roughly.</summary>
    public IEnumerable<string> DescribeHandling()
    {
        if (_current?.Message is { } message)
        {
            yield return $"'{Path}' {(_isAwaiting ? "awaits in" : "runs")} its handler of {message.GetType().Name}";
        }

        foreach (var child in ChildCells())
        {
            foreach (var line in child.DescribeHandling())
            {
                yield return line;
            }
        }
    }

    private IReadOnlyList<ActorCell> ChildCells() => _children is { Count: > 0 } children ? children.Snapshot() : [];

    private void SuspendChildren(ActorCell? except) => ForEachChild(except, static () => new SystemMessage.Suspend());

    private void UnsuspendChildren(ActorCell? except) => ForEachChild(except, static () => new SystemMessage.Unsuspend());

    private void ForEachChild(ActorCell? except, Func<SystemMessage> message)
    {
        foreach (var child in ChildCells())
        {
            if (!ReferenceEquals(child, except))
            {
                child.TellSystem(message());
            }
        }
    }

    /// <summary>Children that the restart hook left alive are restarted with their parent.</summary>
    private void RecreateSurvivors(IReadOnlyList<ActorCell> survivors, Exception cause, bool wereHeld, ActorCell? perpetrator)
    {
        foreach (var child in survivors)
        {
            RestartChild(child, cause, TimeSpan.Zero, isBystander: false);
            if (wereHeld && !ReferenceEquals(child, perpetrator))
            {
                child.TellSystem(new SystemMessage.Unsuspend());
            }
        }
    }

    /// <summary>For the parent that says stop, and for the actor that stops by itself; the first counts.</summary>
    private void ArmStopTimeout()
    {
        if (_stopTimeout is not null || ParentCell is null || _props.StopTimeout == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        var timer = new StopTimeoutTimer(this);
        if (Interlocked.CompareExchange(ref _stopTimeout, timer, null) is null)
        {
            System.Timers.Schedule(timer, _props.StopTimeout);
        }
    }

    private void DisarmStopTimeout()
    {
        if (Interlocked.Exchange(ref _stopTimeout, null) is { } timer)
        {
            System.Timers.Cancel(timer);
        }
    }

    internal sealed class StopTimeoutTimer(ActorCell cell) : Timing.TimerEntry
    {
        public override void Fire() => cell.ParentCell?.TellSystem(new SystemMessage.ChildOverdue(cell, this));
    }
}
