namespace Actors.Cells;

internal partial class ActorCell
{
    private ChildrenContainer? _children;

    /// <summary>Links of the parent's container, so that the order of start costs no further allocation. Guarded by its lock.</summary>
    public ActorCell? PreviousSibling { get; set; }

    public ActorCell? NextSibling { get; set; }

    /// <summary>What the parent has asked of this child. Written by the parent's turn.</summary>
    public ChildMark Mark { get; set; }

    /// <summary>Whether the parent has told this child to stop, or will when its turn comes.</summary>
    public bool IsStoppingChild => Mark is ChildMark.StopQueued or ChildMark.Stopping;

    public IReadOnlyList<IActorRef> Children =>
        _children is null ? [] : [.. _children.Snapshot().Where(static child => child.Mark != ChildMark.Vacant)];

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

        if (props.IsSignificant)
        {
            CheckSignificant(props, name);
        }

        var child = Container().Add(this, props, name);
        StartChild(child);
        return child;
    }

    private void StartChild(ActorCell child)
    {
        if (!IsGuardian)
        {
            child._suspensions = _suspensions + (_areChildrenHeld ? 1 : 0); // What holds them back will let all go on together.
        }

        if (System.Observer is { } observer)
        {
            observer.OnAdded(child, this, child._props);
            observer.OnSuspensions(child, child._suspensions);
        }

        child.TellSystem(new SystemMessage.Start());
    }

    private void CheckSignificant(Props props, string? name)
    {
        var child = name ?? props.Type.Name;
        if (props.RestartType == RestartType.Permanent)
        {
            throw new SignificantChildException(
                Path, child, $"'{child}' under '{Path}' is significant and permanent, but a permanent actor never ends by itself. Make it transient or temporary.");
        }

        // A constructor makes children before its instance can say how it supervises: NewInstance checks them when it can.
        if (!ReferenceEquals(_beingCreated, this))
        {
            CheckAutoShutdown(child);
        }
    }

    private void CheckAutoShutdown(string child)
    {
        if (Strategy.AutoShutdown == AutoShutdown.Never)
        {
            throw new SignificantChildException(
                Path, child, $"'{child}' under '{Path}' is significant, but the strategy of '{Path}' never shuts down. Set its AutoShutdown, or leave IsSignificant out.");
        }
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

    private void OnChildEnded(ActorCell child, TimeSpan ranFor)
    {
        if (child.Mark is ChildMark.Vacant or ChildMark.Gone)
        {
            return; // It was given up on earlier.
        }

        var isLeaving = child.IsStoppingChild || _state is CellState.Stopping || _isStopRequested;
        if (!isLeaving && child._props.RestartType == RestartType.Permanent)
        {
            OnPermanentEnded(child, ranFor);
            AfterChildEnded();
            return;
        }

        _children!.Remove(child); // It has been one of them until now.
        AfterChildEnded();
        if (child._props.IsSignificant && (child._isGivenUp || !isLeaving))
        {
            OnSignificantEnded(child);
        }
    }

    /// <summary>Others may have waited for the child that has gone.</summary>
    private void AfterChildEnded()
    {
        if (_children!.Stopping == 0) // Whoever has had a child has them.
        {
            _children.Ended?.TrySetResult();
            _children.Ended = null;
        }
        else
        {
            StopNextChild();
        }

        GoOnWithGroup();
    }

    private void OnSignificantEnded(ActorCell child)
    {
        try
        {
            switch (Strategy.AutoShutdown)
            {
                case AutoShutdown.AnySignificant:
                case AutoShutdown.AllSignificant when _children!.Significant == 0: // As above.
                    Log.AutoShutdown(Logger, Path, child.Path);
                    OnStop();
                    break;
            }
        }
        catch (Exception thrown)
        {
            Log.DeciderFailed(Logger, child.Path, thrown);
            Fail(thrown, null);
        }
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

    /// <summary>This actor and its descendants. For any thread: those that were there at some moment.</summary>
    public IEnumerable<ActorCell> Tree()
    {
        var rest = new Stack<ActorCell>([this]);
        while (rest.TryPop(out var cell))
        {
            yield return cell;
            foreach (var child in cell.ChildCells())
            {
                rest.Push(child);
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
}
