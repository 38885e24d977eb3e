using System.Runtime.CompilerServices;
using Actors.Asking;
using Actors.Mailboxes;

namespace Actors.Cells;

/// <summary>The turn: system messages first and between, then user messages, until the throughput is used up.</summary>
internal partial class ActorCell
{
    private Envelope? _current;
    private bool _isAwaiting;
    private int _suspensions;

    public IActorRef? CurrentSender => _current?.Sender;

    public bool IsEnded => _state == CellState.Ended;

    /// <summary>Whom the code that runs now answers; does nothing between two messages.</summary>
    public void ReplaceSender(IActorRef? sender)
    {
        if (_current is { } envelope)
        {
            envelope.Sender = sender;
        }
    }

    private bool MayReceive => _state == CellState.Running && !_isAwaiting && _suspensions == 0;

    public void Run()
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        if (_mailbox.HasSystem)
        {
            HandleSystemMessages();
        }

        for (var left = System.Dispatcher.Throughput; left > 0 && MayReceive; left--)
        {
            var envelope = _mailbox.Take();
            if (envelope is null)
            {
                break;
            }

            Receive(envelope);
            if (_mailbox.HasSystem)
            {
                HandleSystemMessages();
            }
        }

        if (_openAsks is not null)
        {
            TrimAsks();
        }

        SynchronizationContext.SetSynchronizationContext(outer);
        if (_state != CellState.Ended && _mailbox.TryRelease(!MayReceive))
        {
            Schedule();
        }
    }

    private void PostContinuation(SendOrPostCallback callback, object? state)
    {
        var continuation = new SystemMessage.Continuation(callback, state);
        if (_mailbox.AddSystem(continuation, out var isClosed))
        {
            Schedule();
        }
        else if (isClosed)
        {
            PostAfterEnd(continuation);
        }
    }

    /// <summary>An abandoned actor's code may still end in its own time: its finally blocks run, and nothing else hears of it.</summary>
    private void PostAfterEnd(SystemMessage.Continuation continuation) => System.Dispatcher.Post(
        state =>
        {
            try
            {
                continuation.Callback(state);
            }
            catch (Exception thrown)
            {
                Log.FailureWhileFailed(Logger, Path, thrown);
            }
        },
        continuation.State);

    private void HandleSystemMessages()
    {
        while (_state != CellState.Ended && _mailbox.TakeSystem() is { } message)
        {
            for (SystemMessage? next; ; message = next)
            {
                next = message.Next;
                message.Next = null;
                if (_state == CellState.Ended)
                {
                    AnswerAfterEnd(message);
                }
                else
                {
                    TryHandle(message);
                }

                if (next is null)
                {
                    break;
                }
            }
        }
    }

    private void TryHandle(SystemMessage message)
    {
        try
        {
            Handle(message);
        }
        catch (Exception thrown) when (message is SystemMessage.Continuation)
        {
            // Only code that nobody awaits throws here, such as an async void method.
            Fail(thrown, null);
        }
        catch (Exception defect)
        {
            Log.KernelDefect(Logger, Path, defect);
        }
    }

    private void Handle(SystemMessage message)
    {
        switch (message)
        {
            case SystemMessage.Continuation continuation:
                continuation.Callback(continuation.State);
                break;
            case SystemMessage.Start:
                Observe(StartAsync());
                break;
            case SystemMessage.Stop:
                OnStop();
                break;
            case SystemMessage.Suspend:
                _suspensions++;
                System.Observer?.OnSuspensions(this, _suspensions);
                SuspendChildren(except: null);
                break;
            case SystemMessage.Unsuspend:
                _suspensions--;
                System.Observer?.OnSuspensions(this, _suspensions);
                UnsuspendChildren(except: null);
                break;
            case SystemMessage.Resume:
                OnResume();
                break;
            case SystemMessage.Recreate recreate:
                OnRecreate(recreate);
                break;
            case SystemMessage.Rebuild:
                OnRebuild();
                break;
            case SystemMessage.ChildFailed failed:
                OnChildFailed(failed);
                break;
            case SystemMessage.StopChild stop:
                StopChild(stop.Child);
                break;
            case SystemMessage.ReplaceChild replace:
                OnReplaceChild(replace.Ended);
                break;
            case SystemMessage.ChildEnded ended:
                OnChildEnded(ended.Child, ended.RanFor);
                break;
            case SystemMessage.ChildHalted halted:
                OnChildHalted(halted.Child);
                break;
            case SystemMessage.ChildStarted started:
                OnChildStarted(started.Child);
                break;
            case SystemMessage.GroupDue due:
                OnGroupDue(due.Group);
                break;
            case SystemMessage.ChildOverdue overdue:
                OnChildOverdue(overdue.Child, overdue.Timer);
                break;
            case SystemMessage.Abandon:
                OnAbandon();
                break;
            case SystemMessage.DescribeChildren describe:
                describe.Asker.Tell(GetChildren(), this);
                break;
            case SystemMessage.HandlerOverdue overdue:
                OnHandlerOverdue(overdue);
                break;
            case SystemMessage.ThreadOverdue overdue:
                OnThreadOverdue(overdue);
                break;
            case SystemMessage.WatchedEnded ended:
                OnWatchedEnded(ended.Actor);
                break;
            default:
                throw new UnreachableMessageException(message.GetType());
        }
    }

    private void Receive(Envelope envelope)
    {
        _current = envelope;
        _turn++;
        var message = envelope.Message!; // Only the pool clears it, after the turn.
        if (_failedMessages is not null && IsRefused(envelope))
        {
            Put(envelope);
            return;
        }

        ValueTask handling;
        try
        {
            handling = IsOwn(message) ? ReceiveOwn(message) : Deliver(message);
        }
        catch (Exception cause)
        {
            FailTurn(envelope, cause);
            return;
        }

        if (handling.IsCompletedSuccessfully)
        {
            handling.GetAwaiter().GetResult();
            EndTurn(envelope);
        }
        else
        {
            Observe(AwaitHandlerAsync(handling, envelope));
        }
    }

    private async ValueTask AwaitHandlerAsync(ValueTask handling, Envelope envelope)
    {
        var message = envelope.Message!; // As in Receive.
        var turn = _turn;
        _isAwaiting = true;
        Exception? cause = null;
        if (handling.IsFaulted)
        {
            // Reading the fault from the task is cheaper than throwing it a second time.
            cause = handling.AsTask().Exception!.InnerException; // A faulted task has both.
        }
        else
        {
            BeginLimit(message);
            try
            {
                await handling;
            }
            catch (Exception thrown)
            {
                cause = thrown;
            }

            if (turn != _turn)
            {
                OnGivenUpEnded(cause);
                return;
            }
        }

        _isAwaiting = false;
        if (_receiveTimer is { } receiveTimer && message is not INotInfluenceReceiveTimeout)
        {
            receiveTimer.LastReceive = System.Now; // The time that a message took is not silence.
        }

        cause = _handlerTimer?.End(cause) ?? cause;
        if (cause is null || (IsCancelled && cause is OperationCanceledException or HandlerOverdueException))
        {
            EndTurn(envelope);
        }
        else
        {
            FailTurn(envelope, cause);
        }

        ResumeLifecycle();
    }

    // Inlined, because what a failing handler costs is mostly the frames between its throw and our catch.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ValueTask Deliver(object message)
    {
        if (_receiveTimer is { } receiveTimer)
        {
            return DeliverWithReceiveTimeout(receiveTimer, message);
        }

        return _actor!.OnReceiveAsync(message); // MayReceive: a running cell has an instance.
    }

    /// <summary>Whether the cell handles the message itself.</summary>
    private static bool IsOwn(object message) => message is CellMessage or PoisonPill or Actors.Kill;

    private ValueTask ReceiveOwn(object message)
    {
        switch (message)
        {
            case CellMessage.TimerTick tick:
                return OnTimerTick(tick);
            case CellMessage.DeathNotice notice:
                return OnDeathNotice(notice.Actor);
            case CellMessage.Queued:
                return ReceiveQueued();
            case CellMessage.Replayed replayed:
                return OnReplayed(replayed.Message);
            case PoisonPill:
                OnStop();
                return default;
            case Actors.Kill:
                _current!.BecomeOwn(message); // We are in its turn.
                throw new ActorKilledException(Path);
            default:
                throw new UnreachableMessageException(message.GetType());
        }
    }

    /// <summary>The token becomes the message, so that nobody after this sees a difference.</summary>
    private ValueTask ReceiveQueued()
    {
        var queued = TakeQueued();
        var current = _current!; // We are in its turn.
        current.Message = queued.Message;
        current.Sender = queued.Sender;
        current.IsAsk = queued.Sender is AskRef;
        if (_failedMessages is not null && IsRefused(current))
        {
            return default;
        }

        if (queued.Fault is not null)
        {
            throw new MailboxPriorityException(Path, queued.Message.GetType(), queued.Fault);
        }

        return IsOwn(queued.Message) ? ReceiveOwn(queued.Message) : Deliver(queued.Message);
    }

    private void EndTurn(Envelope envelope)
    {
        if (_failedMessages is not null && !_isCurrentStashed)
        {
            OnHandled(envelope.Message!);
        }

        Put(envelope);
    }

    /// <summary>The handler has thrown.</summary>
    private void FailTurn(Envelope envelope, Exception cause)
    {
        var message = envelope.Message!; // A tick or a notice has become what the actor saw.
        AnswerFailure(envelope, message, cause);
        Put(envelope);
        Fail(cause, message);
    }

    /// <summary>Gives the current message away: to the stash, or back to the pool.</summary>
    private void Put(Envelope envelope)
    {
        _current = null;
        if (_isCurrentStashed)
        {
            _isCurrentStashed = false;
            return;
        }

        if (envelope.IsAsk && envelope.Sender is AskRef ask)
        {
            KeepAsk(ask);
        }

        envelope.Release();
    }

    /// <summary>For our own asynchronous steps, which handle the failures of user code themselves: what escapes them is a defect of the kernel.</summary>
    private void Observe(ValueTask step)
    {
        if (step.IsCompletedSuccessfully)
        {
            step.GetAwaiter().GetResult();
        }
        else
        {
            ObserveIncomplete(step);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ObserveIncomplete(ValueTask step)
    {
        var task = step.AsTask();
        if (task.IsCompleted)
        {
            Report(task);
        }
        else
        {
            task.ContinueWith(Report, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        void Report(Task ended)
        {
            if (ended.Exception is { } defect)
            {
                Log.KernelDefect(Logger, Path, defect);
            }
        }
    }
}

/// <summary>User-lane messages that the cell itself handles.</summary>
internal abstract record CellMessage
{
    private CellMessage()
    {
    }

    public sealed record TimerTick(CellTimer Timer) : CellMessage;

    /// <param name="Actor">The actor that has ended.</param>
    /// <param name="Message">What the watcher wants to be told; null for <see cref="Terminated"/>.</param>
    public sealed record DeathNotice(ActorRef Actor, object? Message) : CellMessage;

    /// <summary>A quarantined message, which somebody wants handled all the same.</summary>
    public sealed record Replayed(object Message) : CellMessage;

    /// <summary>A message waits in a lane beside the mailbox.</summary>
    public sealed record Queued : CellMessage
    {
        public static Queued Instance { get; } = new();
    }
}

internal sealed class UnreachableMessageException(Type message)
    : ActorException($"The kernel has no handler for {message.Name}. Please report this defect.");
