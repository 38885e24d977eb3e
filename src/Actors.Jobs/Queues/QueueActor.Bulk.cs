namespace Actors.Jobs.Queues;

/// <summary>
/// Changes of all jobs that match. Whoever asks does so again until the end: each part is a commit, the next one is asked for when that is durable, and
/// everybody else is heard in between.
/// </summary>
internal sealed partial class QueueActor
{
    /// <summary>So many jobs are changed in one turn: about a millisecond.</summary>
    private const int ChangesInATurn = 1_000;

    private void OnChangeJobs(QueueMessage.ChangeJobs change)
    {
        if (IsRefused() || IsTooNew(change.Kind switch
        {
            BulkKind.Delete => CommitDraft.OperatingFormat,
            BulkKind.Cancel => CommitDraft.ControlFormat,
            BulkKind.Move => CommitDraft.MovingFormat,
            _ => 1,
        }))
        {
            return;
        }

        var sweep = new LiveSweep(_state, change.Query, change.From, Math.Min(change.Through, EndOfDurable));
        if (change.Ids is not { } ids)
        {
            Sweep(change, sweep);
            return;
        }

        foreach (var id in ids.Take(ChangesInATurn))
        {
            if (_state.Jobs.TryFind(id, out var number) && sweep.Matches(number))
            {
                ChangeOne(change, sweep, number);
            }
        }

        AnswerSweep(sweep, null);
    }

    private void OnSweepOn(QueueMessage.SweepOn on)
    {
        if (IsRefused())
        {
            return;
        }

        if (on.Sweep.IsOf(_state))
        {
            Sweep(on.Change, on.Sweep);
        }
        else
        {
            Sender.Tell(new Failure(new QueueUnavailableException(_name, new InvalidOperationException("it was opened anew meanwhile. Ask again."))), Self);
        }
    }

    private void Sweep(QueueMessage.ChangeJobs change, LiveSweep sweep)
    {
        var limit = Math.Clamp(change.Limit, 1, ChangesInATurn);
        var entries = EntriesInASlice;
        while (sweep.Changed + sweep.Leaving.Count < limit)
        {
            if (sweep.TryNext(ref entries, out var number))
            {
                ChangeOne(change, sweep, number);
            }
            else if (sweep.IsAtEnd)
            {
                break;
            }
            else
            {
                Self.Tell(new QueueMessage.SweepOn(change, sweep), Sender);
                FlushSoon();
                return;
            }
        }

        AnswerSweep(sweep, sweep.Next);
    }

    private void AnswerSweep(LiveSweep sweep, long? next)
    {
        UpdateAlone();
        var reply = new QueueMessage.JobsChanged(sweep.Changed, next, sweep.Leaving);
        if (sweep.Moves is { } moves)
        {
            // When all of them are settled: the other queue may refuse some.
            moves.Reply = reply;
            AnswerMoved(moves);
            FlushSoon();
            return;
        }

        NoteWaiting();
        _draft.Answers.Add(new CommitDraft.Answer(Sender, default, reply));
        FlushSoon();
    }

    private void ChangeOne(QueueMessage.ChangeJobs change, LiveSweep sweep, long number)
    {
        ref var entry = ref _state.Jobs[number];
        if (HasLeft(number) || IsLeaving(number))
        {
            return;
        }

        if (entry.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled)
        {
            sweep.Leaving.Add(entry.Id);
            return;
        }

        switch (change.Kind)
        {
            case BulkKind.Cancel when !_state.IsCancelling(number, out _):
                BeginChange(number);
                Cancel(number, Shorten(change.Reason));
                break;
            case BulkKind.Retry when entry.State is JobState.Scheduled or JobState.Retrying or JobState.Parked or JobState.Quarantined:
                BeginChange(number);
                Withdraw(number);
                BackToWaiting(number);
                AddWaiting(number);
                break;
            case BulkKind.Delete when !_state.IsDeleted(number):
                BeginChange(number);
                Delete(number);
                break;
            case BulkKind.Move when change.To is { } to && to != _name && WhyNotMoved(number, to) is null:
                BeginMove(number, to, sweep.Moves ??= new MoveRequest(Sender, Context.System.Now));
                break;
            default:
                return;
        }

        sweep.Changed++;
    }

    private void Cancel(long number, string? reason)
    {
        ref var entry = ref _state.Jobs[number];
        if (entry.State == JobState.Running)
        {
            _draft.AddCancelling(number, reason);
            _state.BeginCancel(number, reason);
        }
        else
        {
            Withdraw(number);
            Finish(number, JobState.Cancelled, entry.Attempts, reason);
        }
    }
}
