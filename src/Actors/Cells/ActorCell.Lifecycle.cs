namespace Actors.Cells;

internal enum CellState
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
internal sealed partial class ActorCell
{
    private CellState _state = CellState.Starting;
    private ActorBase? _actor;
    private CancellationTokenSource? _cancellation;
    private Exception? _pendingRecreate;
    private bool _isStopRequested;

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
        if (_isStopRequested)
        {
            source.Cancel();
        }

        return source;
    }

    /// <summary>Callbacks of user code run in here, and so may whole continuations of the handler that awaits: the state may be another afterwards.</summary>
    private void Cancel()
    {
        try
        {
            _cancellation?.Cancel();
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
            _actor = NewInstance();
            await _actor.PreStartAsync();
            OnStarted();
        }
        catch (Exception thrown)
        {
            cause = thrown;
        }

        _isAwaiting = false;
        if (cause is not null)
        {
            Fail(new ActorInitializationException(Path, cause), null);
        }

        ResumeLifecycle();
    }

    private ActorBase NewInstance()
    {
        var outer = _beingCreated;
        _beingCreated = this;
        try
        {
            var actor = _props.NewActor();
            if (!ReferenceEquals(actor.Cell, this))
            {
                throw new InvalidOperationException(
                    $"The factory of {_props.Type.Name} returned an instance that it had made before. It must return a new one each time.");
            }

            return System.Observer is { } observer ? observer.OnCreated(this, actor) : actor;
        }
        finally
        {
            _beingCreated = outer;
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
            OnRecreate(_cause!); // Set with the state.
            return;
        }

        UnsuspendChildren(except: _perpetrator);
        _areChildrenHeld = false;
        _perpetrator?.TellSystem(new SystemMessage.Resume());
        ClearFailure();
        _state = CellState.Running;
        System.Observer?.OnResumed(this);
    }

    private void OnRecreate(Exception cause)
    {
        if (_isStopRequested)
        {
            return;
        }

        if (_isAwaiting)
        {
            // A bystander of a group restart in the middle of a handler: let its finally blocks run first.
            _pendingRecreate = cause;
            Cancel();
            return;
        }

        Observe(RecreateAsync(cause));
    }

    private async ValueTask RecreateAsync(Exception cause)
    {
        var message = _failedMessage;
        var perpetrator = _perpetrator;
        System.Observer?.OnRestarting(this);
        _state = CellState.Restarting;
        _isAwaiting = true;
        Exception? failure = null;
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
                await _actor!.PreRestartAsync(cause, message); // It has started and is not disposed of yet.
            }
            catch (Exception thrown)
            {
                Log.PreRestartFailed(Logger, Path, thrown);
            }
        }

        UnstashAll();
        await StoppingChildrenEndedAsync();
        await DisposeInstanceAsync();
        if (!_isStopRequested)
        {
            _cancellation = null;
            ClearFailure();
            var survivors = ChildCells(); // Before the new instance makes children of its own.
            var wereHeld = _areChildrenHeld;
            _areChildrenHeld = false;
            try
            {
                _actor = NewInstance();
                await (_hasStarted ? _actor.PostRestartAsync(cause) : _actor.PreStartAsync());
                OnStarted();
            }
            catch (Exception thrown)
            {
                failure = _hasStarted ? new PostRestartException(Path, thrown, (cause as PostRestartException)?.Original ?? cause) : new ActorInitializationException(Path, thrown);
            }

            RecreateSurvivors(survivors, cause, wereHeld, perpetrator);
        }

        _isAwaiting = false;
        if (failure is not null)
        {
            Fail(failure, null);
        }

        ResumeLifecycle();
    }

    private void OnStarted()
    {
        _isStarted = true;
        _hasStarted = true;
        _startedAt = System.Now;
        _state = CellState.Running;
        System.Observer?.OnStarted(this);
    }

    /// <summary>After anything that awaited: does what was asked for meanwhile.</summary>
    private void ResumeLifecycle()
    {
        if (_state is CellState.Stopping or CellState.Ended)
        {
            return;
        }

        if (_isStopRequested)
        {
            Observe(StopAsync());
        }
        else if (_pendingRecreate is { } cause)
        {
            _pendingRecreate = null;
            _pendingFailure = null;
            Observe(RecreateAsync(cause));
        }
        else if (_pendingFailure is { } failure)
        {
            _pendingFailure = null;
            Fail(failure.Cause, null, failure.Perpetrator);
        }
    }
}
