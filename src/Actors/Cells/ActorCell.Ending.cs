using Actors.Asking;
using Actors.Mailboxes;

namespace Actors.Cells;

/// <summary>The end: children, the last hook, the rest of the mailbox, and who is told.</summary>
internal partial class ActorCell
{
    private volatile bool _isWaitingForChildren;

    private async ValueTask StopAsync()
    {
        var ranFor = RanFor();
        MoveTo(CellState.Stopping);
        _isAwaiting = true;
        if (_children is not null || IsGuardian)
        {
            Container().Close();
        }

        CancelTimers();
        SetReceiveTimeout(Timeout.InfiniteTimeSpan);
        UnwatchAll();
        StopAllChildren();
        await ChildrenEndedAsync(isRestart: false);
        await RunPostStopAsync();
        await DisposeInstanceAsync(isRestart: false);
        if (_state != CellState.Ended)
        {
            End(ranFor);
        }
    }

    /// <summary>The children have limits of their own; the limit of this actor begins when they have ended.</summary>
    private ValueTask ChildrenEndedAsync(bool isRestart)
    {
        return _children is { Stopping: > 0 } ? WaitAsync() : default;

        async ValueTask WaitAsync()
        {
            _isWaitingForChildren = true;
            DisarmStopTimeout();
            await StoppingChildrenEndedAsync();
            DisarmStopTimeout();
            ArmStopTimeout(isRestart);
            _isWaitingForChildren = false;
        }
    }

    private async ValueTask RunPostStopAsync()
    {
        if (!_isStarted)
        {
            return;
        }

        try
        {
            var postStop = _actor!.PostStopAsync(); // It has started and is not disposed of yet.
            if (!postStop.IsCompleted)
            {
                ArmStopTimeout();
            }

            await postStop;
        }
        catch (Exception thrown)
        {
            Log.PostStopFailed(Logger, Path, thrown);
        }
    }

    /// <summary>The code of an abandoned actor has ended after all. Nobody waits for it; what it holds is given back.</summary>
    private async ValueTask CleanUpLateAsync()
    {
        if (_actor is not null)
        {
            Log.AbandonedEnded(Logger, Path);
            await RunPostStopAsync();
            await DisposeInstanceAsync(isRestart: false);
        }
    }

    private async ValueTask DisposeInstanceAsync(bool isRestart)
    {
        try
        {
            if (_actor is IAsyncDisposable asyncDisposable)
            {
                var dispose = asyncDisposable.DisposeAsync();
                if (!dispose.IsCompleted)
                {
                    ArmStopTimeout(isRestart);
                }

                await dispose;
            }
            else if (_actor is IDisposable disposable)
            {
                disposable.Dispose();
            }
        }
        catch (Exception thrown)
        {
            Log.DisposeFailed(Logger, Path, thrown);
        }

        _actor = null;
        _isStarted = false;
    }

    /// <summary>The order is a promise: the rest of the mailbox to the dead letters, then the parent, then the watchers.</summary>
    private void End(TimeSpan ranFor)
    {
        _state = CellState.Ended;
        System.Observer?.OnEnded(this);
        DisarmStopTimeout();
        _handlerTimer?.End(null); // What is abandoned has been reported, and keeps no timer.
        var unstashed = TakeStash(out _);
        var rest = _mailbox.Close(out var system);
        PublishDeadLetters(unstashed);
        PublishDeadLetters(rest);
        CloseLane();
        EndAsks();
        if (ParentCell is not null)
        {
            ParentCell.TellSystem(new SystemMessage.ChildEnded(this, ranFor));
        }
        else
        {
            System.OnRootEnded();
        }

        TellWatchers();
        for (; system is not null; system = system.Next)
        {
            AnswerAfterEnd(system);
        }

        if (!IsGuardian)
        {
            _children = null; // The closed containers of the guardians go on refusing children.
        }

        _current = null;
    }

    /// <summary>The parent waits no longer. What the actor has begun goes on, and cleans up when it ends.</summary>
    private void OnAbandon()
    {
        var isAwaiting = _isAwaiting; // Before the lanes are closed: from then on its code runs on other threads.
        _isStopRequested = true;
        CancelTimers();
        SetReceiveTimeout(Timeout.InfiniteTimeSpan);
        UnwatchAll();
        StopAllChildren(StopOrder.Parallel);
        var children = _children;
        End(TimeSpan.Zero);
        children?.Ended?.TrySetResult(); // It hears of no ends any more.
        _rebuild?.TrySetResult();
        Cancel(); // Its order to restart came too late to be obeyed, but what still runs is to end.
        if (!isAwaiting)
        {
            Observe(CleanUpLateAsync());
        }
    }

    private void PublishDeadLetters(Envelope? first)
    {
        while (first is not null)
        {
            var next = first.Next;
            if (first.Message is not CellMessage or CellMessage.Replayed)
            {
                System.PublishDeadLetter(first.Message!, first.Sender, this, DeadLetterReason.RecipientEnded); // Only the pool clears it.
            }

            first.Release();
            first = next;
        }
    }

    /// <summary>What a system message means to an actor that has ended. For any thread.</summary>
    private void AnswerAfterEnd(SystemMessage message)
    {
        switch (message)
        {
            case SystemMessage.Continuation continuation:
                PostAfterEnd(continuation);
                break;
            case SystemMessage.ChildFailed failed:
                failed.Child.Stop(); // The child of an abandoned actor has nobody left to decide.
                break;
            case SystemMessage.ChildOverdue overdue:
                OnOrphanOverdue(overdue.Child, overdue.Timer);
                break;
            case SystemMessage.DescribeChildren describe:
                (describe.Asker as AskRef)?.OnUndeliverable(this, DeadLetterReason.RecipientEnded, null);
                break;
        }
    }
}
