using System.Diagnostics.CodeAnalysis;
using Actors.Timing;

namespace Actors.Cells;

/// <summary>
/// Handlers that take too long. Those that await are watched by a timer of their actor; those that keep a thread are looked for when a
/// thread is kept for long (<see cref="BlockedHandlers"/>). An actor that does neither pays for a counter.
/// </summary>
internal partial class ActorCell
{
    // Counts the messages, so that another thread can tell whether it still sees the same handler. Zero means none: one handler in four
    // billion is not watched.
    private int _turn;
    private HandlerTimer? _handlerTimer;

    // A handler has kept its thread past its limit and has not returned. Set by whoever sees that, cleared on the turn.
    private volatile bool _isThreadOverdue;

    /// <summary>Whether the actor has a thread of its own, which is looked after apart from those that are shared.</summary>
    public virtual bool IsPinned => false;

    public TimeSpan HandlerLimit => _props.HandlerLimit ?? System.HandlerLimit;

    /// <summary>Whether the actor is in a handler that keeps its thread. For any thread.</summary>
    /// <param name="turn">Which handler it is.</param>
    /// <param name="message">What it handles.</param>
    public bool TryGetRunning(out int turn, [NotNullWhen(true)] out object? message)
    {
        turn = Volatile.Read(ref _turn);
        var envelope = Volatile.Read(ref _current);
        message = envelope?.Message;
        return message is not null && turn != 0 && !Volatile.Read(ref _isAwaiting) &&
            turn == Volatile.Read(ref _turn) && ReferenceEquals(envelope, Volatile.Read(ref _current));
    }

    /// <summary>A handler awaits past its limit. On the timer thread.</summary>
    public void OnOverdueAwaiting(int turn, Type messageType, TimeSpan age, bool isFirst)
    {
        new OverdueReport(this, "awaits in", messageType, age, HandlerLimit).Post();
        if (isFirst && _props.OnOverdue == OverdueAction.Restart)
        {
            TellSystem(new SystemMessage.HandlerOverdue(turn, isGivenUp: false));
        }
    }

    /// <summary>A handler keeps its thread past its limit. Not on the actor's turn, because the handler has that.</summary>
    public void OnOverdueRunning(int turn, object message, TimeSpan age, bool isFirst)
    {
        new OverdueReport(this, "runs", message.GetType(), age, HandlerLimit).Post();
        if (!isFirst || _props.OnOverdue != OverdueAction.Restart)
        {
            return;
        }

        var instance = Volatile.Read(ref _actor);
        var cancellation = Volatile.Read(ref _cancellation);
        if (instance is not null && Volatile.Read(ref _turn) == turn)
        {
            // From here on the token of this incarnation is of no use any more. The supervisor hears of it now, because the actor
            // itself may never be able to say so; the actor first, so that it is in its failed state when the verdict comes.
            var cause = new HandlerOverdueException(Path, message.GetType(), age, HandlerLimit);
            _isThreadOverdue = true;
            TellSystem(new SystemMessage.ThreadOverdue(instance, message, cause));
            ParentCell?.TellSystem(new SystemMessage.ChildFailed(this, cause, RanFor(), _restarts));
            System.Dispatcher.Post(_ => Cancel(cancellation), null);
        }
    }

    /// <summary>The limit begins; for a handler that did not complete at once.</summary>
    private void BeginLimit(object message)
    {
        var limit = HandlerLimit;
        if (limit != Timeout.InfiniteTimeSpan)
        {
            (_handlerTimer ??= new HandlerTimer(this, limit)).Begin(_turn, message.GetType());
        }
    }

    private void OnHandlerOverdue(SystemMessage.HandlerOverdue overdue)
    {
        if (overdue.Turn != _turn || !_isAwaiting || _isStopRequested)
        {
            return; // It has ended; or it ends with its actor, whose parent waits for no longer than the stop timeout.
        }

        if (overdue.IsGivenUp)
        {
            GiveUpHandler();
        }
        else
        {
            CancelHandler();
        }
    }

    /// <summary>The handler that kept its thread has ended, or awaits now.</summary>
    private void OnThreadOverdue(SystemMessage.ThreadOverdue overdue)
    {
        _isThreadOverdue = false;
        if (!ReferenceEquals(overdue.Instance, _actor) || IsCancelled)
        {
            return;
        }

        if (_state == CellState.Failed)
        {
            _cancellation = null; // If the verdict is to go on, then not with a token that is cancelled, or is going to be.
        }
        else if (!_isAwaiting)
        {
            _cancellation = null; // As above.
            AwaitVerdict(new CellFailure(overdue.Cause, overdue.Message, null));
        }
        else if (_handlerTimer is not null)
        {
            CancelHandler();
        }
    }

    private void CancelHandler()
    {
        _handlerTimer!.IsOverdue = true; // What is overdue has a limit.
        if (_props.StopTimeout != Timeout.InfiniteTimeSpan)
        {
            System.Timers.Schedule(new GiveUpTimer(this, _turn), _props.StopTimeout);
        }

        Cancel(); // Last, because the handler may end in here.
    }

    /// <summary>
    /// The actor goes on without its handler, which may end in its own time. What is left of it still runs on the actor's turn, so that it
    /// never runs beside the next incarnation; but apart from that, without a current message.
    /// </summary>
    private void GiveUpHandler()
    {
        var timer = _handlerTimer!; // As in CancelHandler.
        Log.HandlerGivenUp(Logger, Path, timer.MessageType.Name, timer.Age.TotalMilliseconds, HandlerLimit.TotalMilliseconds);
        timer.IsOverdue = true;
        var overdue = timer.End(null);
        var message = _current?.Message;
        if (overdue is not null && message is not null)
        {
            AnswerFailure(_current!, message, overdue); // Where the message is.
        }

        System.Observer?.OnHandlerGivenUp(this);
        _turn++;
        _isAwaiting = false;
        _isCurrentStashed = false;
        _current = null; // Not given back for reuse: the handler may hold it.
        Detach(_context);
        _context = new LaterContext(this);
        SynchronizationContext.SetSynchronizationContext(_context);
        if (overdue is not null && !IsCancelled)
        {
            Fail(overdue, message);
        }

        ResumeLifecycle();
    }

    /// <summary>Another incarnation has the actor by now: how the handler ended is news for the log at most.</summary>
    private void OnGivenUpEnded(Exception? cause)
    {
        if (cause is not null and not OperationCanceledException)
        {
            Log.FailureWhileFailed(Logger, Path, cause);
        }
    }

    /// <summary>What is posted to the context from now on is the rest of a handler that was given up.</summary>
    private void Detach(SynchronizationContext context)
    {
        if (context is LaterContext later)
        {
            later.Detach();
        }
        else
        {
            Volatile.Write(ref _isOwnContextDetached, true);
        }
    }

    private void PostDetached(SynchronizationContext context, SendOrPostCallback callback, object? state) =>
        PostContinuation(_ => RunDetached(context, callback, state), null);

    /// <summary>The rest of a handler that was given up.</summary>
    private void RunDetached(SynchronizationContext context, SendOrPostCallback callback, object? state)
    {
        var current = _current;
        _current = null; // It must not answer the sender of another message, or stash that message.
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            callback(state);
        }
        catch (Exception thrown)
        {
            Log.FailureWhileFailed(Logger, Path, thrown);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(_context);
            _current = current;
        }
    }

    private sealed class GiveUpTimer(ActorCell cell, int turn) : TimerEntry
    {
        public override void Fire() => cell.TellSystem(new SystemMessage.HandlerOverdue(turn, isGivenUp: true));
    }

    /// <summary>The context of the handlers after one that was given up, so that what comes of that one is known.</summary>
    private sealed class LaterContext(ActorCell cell) : SynchronizationContext
    {
        private bool _isDetached;

        public ActorCell Cell => cell;

        public bool IsDetached => Volatile.Read(ref _isDetached);

        public override void Post(SendOrPostCallback d, object? state)
        {
            if (Volatile.Read(ref _isDetached))
            {
                cell.PostDetached(this, d, state);
            }
            else
            {
                cell.PostContinuation(d, state);
            }
        }

        public void Detach() => Volatile.Write(ref _isDetached, true);

        public override void Send(SendOrPostCallback d, object? state) => cell.Send(d, state);

        public override SynchronizationContext CreateCopy() => this;
    }
}
