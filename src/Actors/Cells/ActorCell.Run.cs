using System.Runtime.CompilerServices;
using Actors.Mailboxes;

namespace Actors.Cells;

/// <summary>The turn: system messages first and between, then user messages, until the throughput is used up.</summary>
internal sealed partial class ActorCell
{
    private Envelope? _current;
    private bool _isAwaiting;
    private int _suspensions;

    public IActorRef? CurrentSender => _current?.Sender;

    private bool MayReceive => _state == CellState.Running && !_isAwaiting && _suspensions == 0;

    public void Run()
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_synchronizationContext);
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

        SynchronizationContext.SetSynchronizationContext(outer);
        if (_state != CellState.Ended && _mailbox.TryRelease(!MayReceive))
        {
            System.Dispatcher.Schedule(this);
        }
    }

    private void PostContinuation(SendOrPostCallback callback, object? state)
    {
        var continuation = new SystemMessage.Continuation(callback, state);
        if (_mailbox.AddSystem(continuation, out var isClosed))
        {
            System.Dispatcher.Schedule(this);
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
                OnRecreate(recreate.Cause);
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
                OnChildEnded(ended.Child);
                break;
            case SystemMessage.ChildOverdue overdue:
                OnChildOverdue(overdue.Child, overdue.Timer);
                break;
            case SystemMessage.Abandon:
                StopAllChildren();
                End();
                break;
            case SystemMessage.Watch watch:
                AddWatcher(watch.Watcher);
                break;
            case SystemMessage.Unwatch unwatch:
                RemoveWatcher(unwatch.Watcher);
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
        var message = envelope.Message!; // Only the pool clears it, after the turn.
        ValueTask handling;
        try
        {
            handling = message is CellMessage or PoisonPill or Actors.Kill ? ReceiveOwn(message) : Deliver(message);
        }
        catch (Exception cause)
        {
            var seen = envelope.Message; // A tick or a notice has become what the actor saw.
            EndTurn(envelope);
            Fail(cause, seen);
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
        _isAwaiting = true;
        Exception? cause = null;
        if (handling.IsFaulted)
        {
            // Reading the fault from the task is cheaper than throwing it a second time.
            cause = handling.AsTask().Exception!.InnerException; // A faulted task has both.
        }
        else
        {
            try
            {
                await handling;
            }
            catch (Exception thrown)
            {
                cause = thrown;
            }
        }

        _isAwaiting = false;
        if (_receiveTimeout != Timeout.InfiniteTimeSpan && message is not INotInfluenceReceiveTimeout)
        {
            _lastReceive = System.Now; // The time that a message took is not silence.
        }

        EndTurn(envelope);
        if (cause is not null && !(cause is OperationCanceledException && IsCancelled))
        {
            Fail(cause, message);
        }

        ResumeLifecycle();
    }

    private ValueTask Deliver(object message)
    {
        if (_receiveTimeout != Timeout.InfiniteTimeSpan)
        {
            return DeliverWithReceiveTimeout(message);
        }

        return _actor!.OnReceiveAsync(message); // MayReceive: a running cell has an instance.
    }

    private ValueTask ReceiveOwn(object message)
    {
        switch (message)
        {
            case CellMessage.TimerTick tick:
                return OnTimerTick(tick);
            case CellMessage.DeathNotice notice:
                return OnDeathNotice(notice.Actor);
            case PoisonPill:
                OnStop();
                return default;
            case Actors.Kill:
                throw new ActorKilledException(Path);
            default:
                throw new UnreachableMessageException(message.GetType());
        }
    }

    private void EndTurn(Envelope envelope)
    {
        _current = null;
        if (_isCurrentStashed)
        {
            _isCurrentStashed = false;
        }
        else
        {
            envelope.Release();
        }
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

    public sealed record DeathNotice(ActorRef Actor) : CellMessage;
}

internal sealed class UnreachableMessageException(Type message)
    : ActorException($"The kernel has no handler for {message.Name}. Please report this defect.");
