using System.Runtime.ExceptionServices;
using Actors.Persistence.Persisting;

namespace Actors.Persistence;

/// <summary>
/// The turn of a command: it runs, what it has persisted is sent, and the turn does not end before the handlers have run that commands wait for. So
/// nothing is kept aside, and nothing can be lost from there.
/// </summary>
public abstract partial class PersistentActor
{
    // A message lies in the stash because it came to its turn when handlers from before had to run first, and one threw.
    private bool _isHoldingBack;

    // It is about to fail, by what is not the fault of the message in whose turn it was found.
    private bool _isFailing;
    private long _turns;

    /// <inheritdoc/>
    protected sealed override ValueTask OnReceiveAsync(object message)
    {
        if (_lost is not null)
        {
            // A supervisor has resumed it; but what it knows is not what is stored.
            Context.Stop(Self);
            Context.System.DeadLetters.Tell(message, Sender);
            return default;
        }

        _turns++;
        _isFailing = false;
        if (_writing is { } writing)
        {
            writing.Turn = _turns;
        }

        return _writing is { Stashing: > 0 } || _isHoldingBack ? CatchUpAsync(message) : ReceiveAsync(message);
    }

    private ValueTask ReceiveAsync(object message)
    {
        switch (message)
        {
            case AnswersWait:
                return OnAnswersWaitAsync();
            case JournalMessage.Deletable deletable:
                OnDeletable(deletable);
                return default;
            case SaveSnapshotSuccess saved:
                OnSaved(saved.Metadata);
                break;
            case SaveSnapshotFailure failed:
                _saving?.RemoveAll(saving => ReferenceEquals(saving, failed.Metadata));
                break;
        }

        var mark = _writing?.MarkHere() ?? new Writing.Mark(LastSequenceNr, 0, 0);
        ValueTask handling;
        try
        {
            handling = OnCommandAsync(message);
        }
        catch
        {
            _writing?.TakeBack(mark);
            throw;
        }

        return handling.IsCompletedSuccessfully && _writing is null ? handling : FinishAsync(handling, mark);
    }

    private async ValueTask FinishAsync(ValueTask handling, Writing.Mark mark)
    {
        try
        {
            await handling;
        }
        catch
        {
            _writing?.TakeBack(mark);
            throw;
        }

        await SettleAsync();
    }

    /// <summary>Handlers are left over from before: a handler threw and the supervisor resumed the actor, or the end of recovery has persisted.</summary>
    private async ValueTask CatchUpAsync(object message)
    {
        // A handler of before that throws fails the actor after this turn, so it is no exception here.
        var isMarker = message is AnswersWait;
        await SettleAsync();
        if (_isFailing)
        {
            if (!isMarker)
            {
                HoldBack(message); // It has not had its turn.
            }
        }
        else if (_lost is not null)
        {
            Context.System.DeadLetters.Tell(message, Sender);
        }
        else if (_isHoldingBack)
        {
            // The actor was resumed: what was held back comes before this message.
            _isHoldingBack = false;
            if (!isMarker)
            {
                Context.Stash();
            }

            Context.UnstashAll();
        }
        else
        {
            await ReceiveAsync(message);
        }
    }

    private void HoldBack(object message)
    {
        try
        {
            Context.Stash();
            _isHoldingBack = true;
        }
        catch (StashOverflowException)
        {
            Context.System.DeadLetters.Tell(message, Sender);
        }
    }

    private async ValueTask OnAnswersWaitAsync()
    {
        try
        {
            while (!_isFailing && _writing is { } writing && writing.Answers.TryTake(out var answer))
            {
                await OnAnswerAsync(writing, answer!); // True says that there is one.
            }

            await SettleAsync();
        }
        catch
        {
            Self.Tell(new AnswersWait(), Self); // As in FailAfterTurn: what is left in the line was announced by this marker.
            throw;
        }
    }

    /// <summary>Sends what was persisted, and waits for the handlers that commands wait for.</summary>
    private async ValueTask SettleAsync()
    {
        if (_writing is not { } writing)
        {
            return;
        }

        Flush(writing);
        await RunReadyAsync(writing);
        while (writing.Stashing > 0 && _lost is null && !_isFailing)
        {
            await OnAnswerAsync(writing, await writing.Answers.TakeAsync(Context.CancellationToken));
        }
    }

    private async ValueTask OnAnswerAsync(Writing writing, object answer)
    {
        switch (answer)
        {
            case JournalMessage.Answered answered when Owner.IsMine(answered.Writer):
                if (Owner.OnAnswered(answered) is { } fenced)
                {
                    OnFenced(writing, fenced);
                    break;
                }

                writing.OnDurable(answered.SequenceNumber);
                writing.Delay = null;
                AnswerDeletions(writing);
                Flush(writing); // The next write goes while the handlers run.
                await RunReadyAsync(writing);
                break;
            case JournalMessage.Delayed delayed when Owner.IsMine(delayed.Writer):
                writing.Delay = delayed.Cause;
                break;
            case JournalMessage.Overdue:
                OnWatch(writing);
                break;
        }
    }

    /// <summary>One write at a time is on its way; what is persisted meanwhile gathers, and goes together into the next.</summary>
    private void Flush(Writing writing)
    {
        if ((writing.HasCollected || writing.Deletions is not null) && !writing.IsInFlight)
        {
            Send(writing);
            writing.SentAt = Context.System.Now;
            writing.WatchFrom(Context.System.TimeProvider, _store.PersistTimeout);
        }
    }

    private void Send(Writing writing)
    {
        var events = writing.TakeCommit();
        var deletions = writing.Deletions;
        writing.Deletions = null;
        writing.InFlightDeletions = deletions;
        writing.OnSent(Owner.Append(
            writing.Answers, events, Formats.CommitFormat.Version, [], deletions?.Max(deletion => deletion.CommitsBefore) ?? 0, 0));
    }

    private async ValueTask RunReadyAsync(Writing writing)
    {
        var current = Sender;
        while (!_isFailing && writing.TakeReady() is { } next)
        {
            if (next.Event is not null)
            {
                LastSequenceNr = next.SequenceNr;
                _lastCommit = writing.CommitOf(next.SequenceNr);
            }

            var mark = writing.MarkHere();
            SetSender(next.Sender);
            try
            {
                if (next.Run() is { } running)
                {
                    await running;
                }
            }
            catch (Exception cause)
            {
                writing.TakeBack(mark);
                if (next.Turn == _turns)
                {
                    throw;
                }

                FailAfterTurn(cause); // The message in whose turn this is found has no part in it.
            }
            finally
            {
                SetSender(current);
            }

        }

        Flush(writing);
    }

    /// <summary>Another owner has the journal. A restart would take it back, and the two would go on so for ever: this one stops.</summary>
    private void OnFenced(Writing writing, JournalFencedException cause)
    {
        _lost = cause;
        Log.OwnerFenced(Logger, PersistenceId, cause.Message);
        Context.Stop(Self);
        FailAll(writing, cause);
    }

    private void OnWatch(Writing writing)
    {
        writing.EndWatch();
        if (!writing.IsInFlight)
        {
            _writing = writing.IsIdle ? null : writing;
            return;
        }

        var left = _store.PersistTimeout - (Context.System.Now - writing.SentAt);
        if (left > TimeSpan.Zero)
        {
            writing.WatchFrom(Context.System.TimeProvider, left);
            return;
        }

        var cause = new PersistFailureException(Self.Path, PersistenceId, _store.PersistTimeout, writing.Delay);
        _lost = cause;
        FailAll(writing, cause);
        FailAfterTurn(cause);
    }

    /// <summary>
    /// As if the turn had thrown, but without blaming its message: a message that fails again and again is quarantined, and this one has done nothing.
    /// </summary>
    private void FailAfterTurn(Exception cause)
    {
        _isFailing = true;
        Self.Tell(new AnswersWait(), Self); // For a supervisor that resumes: there may be more to take.
        SynchronizationContext.Current!.Post(static thrown => ExceptionDispatchInfo.Throw((Exception)thrown!), cause); // On its turn, an actor has its context.
    }

    private void FailAll(Writing writing, Exception cause)
    {
        writing.EndWatch();
        var current = Sender;
        try
        {
            foreach (var invocation in writing.TakeAll())
            {
                if (invocation.Event is { } stored)
                {
                    SetSender(invocation.Sender);
                    OnPersistFailure(cause, stored, invocation.SequenceNr);
                }
            }
        }
        finally
        {
            SetSender(current);
        }
    }
}
