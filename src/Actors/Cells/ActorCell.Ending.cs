using Actors.Mailboxes;

namespace Actors.Cells;

/// <summary>The end: children, the last hook, the rest of the mailbox, and who is told.</summary>
internal sealed partial class ActorCell
{
    private volatile bool _isWaitingForChildren;

    private async ValueTask StopAsync()
    {
        _state = CellState.Stopping;
        _isAwaiting = true;
        if (_children is not null || IsGuardian)
        {
            Container().Close();
        }

        CancelTimers();
        SetReceiveTimeout(Timeout.InfiniteTimeSpan);
        UnwatchAll();
        StopAllChildren();
        if (_children is { Stopping: > 0 })
        {
            // They have limits of their own; the limit of this actor begins when they have ended.
            _isWaitingForChildren = true;
            DisarmStopTimeout();
            await StoppingChildrenEndedAsync();
            DisarmStopTimeout();
            ArmStopTimeout();
            _isWaitingForChildren = false;
        }

        if (_isStarted)
        {
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

        await DisposeInstanceAsync();
        if (_state != CellState.Ended)
        {
            End();
        }
    }

    private async ValueTask DisposeInstanceAsync()
    {
        try
        {
            if (_actor is IAsyncDisposable asyncDisposable)
            {
                await asyncDisposable.DisposeAsync();
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
    private void End()
    {
        _state = CellState.Ended;
        System.Observer?.OnEnded(this);
        DisarmStopTimeout();
        var unstashed = TakeStash();
        var rest = _mailbox.Close(out var system);
        PublishDeadLetters(unstashed);
        PublishDeadLetters(rest);
        if (ParentCell is not null)
        {
            ParentCell.TellSystem(new SystemMessage.ChildEnded(this));
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

    private void PublishDeadLetters(Envelope? first)
    {
        while (first is not null)
        {
            var next = first.Next;
            if (first.Message is not CellMessage)
            {
                System.PublishDeadLetter(first.Message!, first.Sender, this); // Only the pool clears it.
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
            case SystemMessage.Watch watch:
                watch.Watcher.TellSystem(new SystemMessage.WatchedEnded(this));
                break;
            case SystemMessage.Continuation continuation:
                PostAfterEnd(continuation);
                break;
            case SystemMessage.ChildFailed failed:
                failed.Child.Stop(); // The child of an abandoned actor has nobody left to decide.
                break;
            case SystemMessage.ChildOverdue overdue:
                TryAbandon(overdue.Child, overdue.Timer); // Nor has it anybody else to wait for it.
                break;
        }
    }
}
