namespace Actors.Cells;

internal enum CellState : byte
{
    /// <summary>The instance is being made, or its start hook runs.</summary>
    Starting,

    /// <summary>Messages are handled.</summary>
    Running,

    /// <summary>It has failed and waits for its supervisor's verdict, or for the delay before a restart.</summary>
    Failed,

    /// <summary>The old instance is ending or the new one being made.</summary>
    Restarting,

    /// <summary>It is told to stop: children, then the last hook.</summary>
    Stopping,

    /// <summary>It is gone.</summary>
    Ended,
}

/// <summary>Start, restart and stop. One of these runs at a time; what arrives meanwhile is remembered and done after it.</summary>
internal partial class ActorCell
{
    private CellState _state = CellState.Starting;
    private ActorBase? _actor;
    private CancellationTokenSource? _cancellation;
    private SystemMessage.Recreate? _pendingRecreate;
    private bool _isStopRequested;

    // How many instances there have been after the first. Read by the supervisor too.
    private int _restarts;

    // The old instance is ending, and the new one has not been thought of yet.
    private bool _isTearingDown;

    // Its restart is that of a group: the new instance waits until it is its turn, and its supervisor is told when it has started.
    private bool _isInGroup;
    private bool _reportsStart;
    private TaskCompletionSource? _rebuild;

    // Of the instance: its start hook has ended well. Only such an instance gets PreRestart and PostStop.
    private bool _isStarted;

    // Of the actor: some instance has started, so that the next is started by PostRestart.
    private bool _hasStarted;

    public CancellationToken CancellationToken => (_cancellation ??= NewCancellation()).Token;

    /// <summary>Whether the token was cancelled, because the actor is to stop or to restart: a handler that ends by it has not failed.</summary>
    private bool IsCancelled => _isStopRequested || _pendingRecreate is not null;

    /// <summary>Asks the actor to stop; for any thread.</summary>
    public void Stop() => TellSystem(new SystemMessage.Stop());

    public void Stop(IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (ReferenceEquals(actor, this))
        {
            Stop(); // By way of the lane, because the handler that says so is to end before PostStop runs.
        }
        else if (actor is ActorCell child && ReferenceEquals(child.ParentCell, this))
        {
            StopChild(child);
        }
        else
        {
            throw new ArgumentException(
                $"'{Path}' can stop itself and its children, but '{actor.Path}' is neither. Send that actor a PoisonPill instead.", nameof(actor));
        }
    }

    private CancellationTokenSource NewCancellation()
    {
        // Never disposed: without a timer there is nothing to free, and an abandoned handler may still ask for the token.
        var source = new CancellationTokenSource();
        if (IsCancelled || _isTearingDown || _isThreadOverdue || _handlerTimer is { IsOverdue: true })
        {
            source.Cancel(); // Whoever asks for it late must hear of it, too.
        }

        return source;
    }

    /// <summary>Callbacks of user code run in here, and so may whole continuations of the handler that awaits: the state may be another afterwards.</summary>
    private void Cancel() => Cancel(_cancellation);

    private void Cancel(CancellationTokenSource? cancellation)
    {
        try
        {
            cancellation?.Cancel();
        }
        catch (AggregateException thrown)
        {
            Log.CancellationFailed(Logger, Path, thrown);
        }
    }

    private async ValueTask StartAsync()
    {
        _isAwaiting = true;
        Exception? cause = null;
        try
        {
            MakeInstance(former: null);
            await _actor!.PreStartAsync(); // Just made.
            OnStarted();
        }
        catch (Exception thrown)
        {
            cause = thrown;
        }

        _isAwaiting = false;
        if (cause is not null)
        {
            _reportsStart = false;
            Fail(new ActorInitializationException(Path, cause), null);
        }

        ResumeLifecycle();
    }

    private void MakeInstance(ActorBase? former)
    {
        var outer = _beingCreated;
        _beingCreated = this;
        try
        {
            var actor = _props.NewActor();
            if (!ReferenceEquals(actor.Cell, this) || ReferenceEquals(actor, ActorDecorator.Undecorated(former)))
            {
                throw new InvalidOperationException(
                    $"The factory of {_props.Type.Name} returned an instance that it had made before. It must return a new one each time.");
            }

            _actor = System.Observer is { } observer ? observer.OnCreated(this, actor) : actor;
        }
        finally
        {
            _beingCreated = outer;
        }

        if (_children is { Significant: > 0 })
        {
            CheckAutoShutdown("a child"); // One that the constructor has made, or that an earlier instance has left.
        }
    }

    private void OnStop()
    {
        if (_isStopRequested)
        {
            return;
        }

        _isStopRequested = true;
        System.Observer?.OnStopping(this);
        if (!_isAwaiting)
        {
            Cancel();
            Observe(StopAsync());
        }
        else
        {
            ArmStopTimeout();
            _rebuild?.TrySetResult();
            Cancel(); // Last, because the handler may end in here, and the actor with it.
        }
    }

    private void OnResume()
    {
        if (_state != CellState.Failed || _isStopRequested)
        {
            return;
        }

        if (!_isStarted)
        {
            // There is no instance to go on with: a verdict after a failed start means another try.
            OnRecreate(new SystemMessage.Recreate(_failure!.Cause, isInGroup: false)); // Set with the state.
            return;
        }

        var perpetrator = _failure?.Perpetrator;
        UnsuspendChildren(except: perpetrator);
        _areChildrenHeld = false;
        perpetrator?.TellSystem(new SystemMessage.Resume());
        _failure = null;
        if (_cancellation is { IsCancellationRequested: true })
        {
            _cancellation = null; // It was cancelled for a handler that took too long.
        }

        MoveTo(CellState.Running);
        System.Observer?.OnResumed(this);
        GoOnWithGroup();
    }

    private void OnRecreate(SystemMessage.Recreate recreate)
    {
        if (_isStopRequested || _isAbandoned)
        {
            return;
        }

        if (_isTearingDown)
        {
            _isInGroup |= recreate.IsInGroup; // One new instance is enough, but it may have to wait for its turn.
            return;
        }

        if (_isAwaiting)
        {
            // A bystander of a group restart in the middle of a handler: let its finally blocks run first.
            _pendingRecreate = recreate;
            if (_handlerTimer is { IsOverdue: true })
            {
                DisarmStopTimeout(); // It is given up in time, which keeps its mailbox.
            }
            else if (_rebuild is null)
            {
                ArmStopTimeout(isRestart: true); // Not while it waits for its turn in a group.
            }

            Cancel();
            return;
        }

        Observe(RecreateAsync(recreate));
    }

    private void OnRebuild()
    {
        _isInGroup = false;
        _reportsStart = true;
        _pendingRecreate = _pendingRecreate is { IsInGroup: true, Cause: var cause } ? new SystemMessage.Recreate(cause, false) : _pendingRecreate;
        _rebuild?.TrySetResult();
    }

    private async ValueTask RecreateAsync(SystemMessage.Recreate recreate)
    {
        var cause = recreate.Cause;
        var perpetrator = _failure?.Perpetrator;
        var former = _actor;
        _isInGroup = recreate.IsInGroup;
        await TearDownAsync(cause, _failure?.Message);
        if (_isInGroup && !_isStopRequested)
        {
            _rebuild = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            ParentCell!.TellSystem(new SystemMessage.ChildHalted(this)); // Only a parent restarts a group.
            await _rebuild.Task;
            _rebuild = null;
        }

        var failure = _isStopRequested ? null : await BuildAsync(cause, perpetrator, former);
        _isAwaiting = false;
        if (failure is not null)
        {
            _reportsStart = false;
            Fail(failure, null);
        }

        ResumeLifecycle();
    }

    private async ValueTask TearDownAsync(Exception cause, object? message)
    {
        MoveTo(CellState.Restarting);
        System.Observer?.OnRestarting(this);
        _isAwaiting = true;
        _isTearingDown = true;
        CancelTimers();
        Cancel();
        if (!_isStarted)
        {
            // Nobody can say what the instance, which never began, wanted to keep.
            StopAllChildren();
            SetReceiveTimeout(Timeout.InfiniteTimeSpan);
        }
        else
        {
            try
            {
                var preRestart = _actor!.PreRestartAsync(cause, message); // It has started and is not disposed of yet.
                if (!preRestart.IsCompleted)
                {
                    ArmStopTimeout(isRestart: true);
                }

                await preRestart;
            }
            catch (Exception thrown)
            {
                Log.PreRestartFailed(Logger, Path, thrown);
            }
        }

        UnstashAll();
        await ChildrenEndedAsync(isRestart: true);
        await DisposeInstanceAsync(isRestart: true);
        DisarmStopTimeout();
        if (!_isStopRequested)
        {
            FailAsks(cause);
        }

        _isTearingDown = false;
    }

    private async ValueTask<Exception?> BuildAsync(Exception cause, ActorCell? perpetrator, ActorBase? former)
    {
        _cancellation = null;
        _failure = null;
        var survivors = ChildCells(); // Before the new instance makes children of its own.
        var wereHeld = _areChildrenHeld;
        _areChildrenHeld = false;
        if (_children is not null)
        {
            _children.GroupBudget = null; // Who supervises anew begins to count anew; what is counted for each child lives and ends with the child.
        }

        _restarts++;
        Exception? failure = null;
        try
        {
            MakeInstance(former);
            await (_hasStarted ? _actor!.PostRestartAsync(cause) : _actor!.PreStartAsync()); // Just made.
            OnStarted();
        }
        catch (Exception thrown)
        {
            failure = _hasStarted ? new PostRestartException(Path, thrown, (cause as PostRestartException)?.Original ?? cause) : new ActorInitializationException(Path, thrown);
        }

        // Those of an instance that did not come about stay as they are: the next try stops them.
        if (failure is null && _state != CellState.Ended)
        {
            RecreateSurvivors(survivors, cause, wereHeld, perpetrator);
        }

        return failure;
    }

    private void OnStarted()
    {
        _isStarted = true;
        _hasStarted = true;
        if (_state == CellState.Ended)
        {
            return; // It was abandoned meanwhile.
        }

        MoveTo(CellState.Running);
        System.Observer?.OnStarted(this);
        if (_reportsStart)
        {
            _reportsStart = false;
            ParentCell!.TellSystem(new SystemMessage.ChildStarted(this)); // As in RecreateAsync.
        }
    }

    private void MoveTo(CellState state)
    {
        _state = state;
        _since = System.Now;
    }

    /// <summary>After anything that awaited: does what was asked for meanwhile.</summary>
    private void ResumeLifecycle()
    {
        if (_state == CellState.Ended)
        {
            Observe(CleanUpLateAsync());
            return;
        }

        if (_state == CellState.Stopping)
        {
            return;
        }

        if (_isStopRequested)
        {
            Observe(StopAsync());
        }
        else if (_pendingRecreate is { } recreate)
        {
            _pendingRecreate = null;
            _pendingFailure = null;
            Observe(RecreateAsync(recreate));
        }
        else if (_pendingFailure is { } failure)
        {
            _pendingFailure = null;
            Fail(failure.Cause, null, failure.Perpetrator);
        }
    }
}
