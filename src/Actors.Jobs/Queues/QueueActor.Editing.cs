using Actors.Persistence;

namespace Actors.Jobs.Queues;

/// <summary>A job is given other arguments, or is to leave no trace.</summary>
internal sealed partial class QueueActor
{
    /// <summary>Who waits for finished jobs to be in the history.</summary>
    private readonly List<(long Number, IActorRef Asker)> _leaving = [];

    private void OnEditJob(QueueMessage.EditJob edit)
    {
        if (!TryFindForChange(edit.Id, out var number, edit))
        {
            return;
        }

        ref var entry = ref _state.Jobs[number];
        var type = _state.Names[entry.Type];
        if (type != edit.Type)
        {
            Refuse(number, $"It is a '{type}', and cannot get the arguments of a '{edit.Type}'.");
        }
        else if (entry.State is JobState.Running)
        {
            Refuse(number, "It is running, with the arguments that it had when it was started. Wait until it has ended, or cancel it.");
        }
        else if (number >= EndOfDurable)
        {
            Refuse(number, "It is being stored. Ask again when its enqueue has been answered.");
        }
        else
        {
            if (entry.State is not (JobState.Succeeded or JobState.Failed or JobState.Cancelled))
            {
                Edit(number, edit);
            }

            AnswerWhenDurable(number);

            // What is written forward counts after everything else of its commit.
            CloseDraft();
        }
    }

    private void Edit(long number, QueueMessage.EditJob edit)
    {
        ref var entry = ref _state.Jobs[number];
        if (entry.State == JobState.Parked)
        {
            // They could not be decoded, or are damaged.
            BackToWaiting(number);
            AddWaiting(number);
        }

        entry.TypeVersion = (ushort)edit.TypeVersion;
        if (entry.CacheSlot != 0)
        {
            // It keeps its place in the line, in which those in memory come first.
            _cache.Remove(ref entry);
            _cache.Add(ref entry, edit.Payload);
        }

        _state.SetIndexedArgs(number, edit.IndexedArgs);
        Forward(number, edit.Payload);
    }

    /// <summary>A job has its arguments elsewhere from now on. Those that it had may be in a commit that is not on its way yet.</summary>
    private void ForgetArguments(long row, int length)
    {
        CommitDraft? waiting = null;
        foreach (var draft in _full)
        {
            waiting = draft.FirstRow <= row ? draft : waiting;
        }

        waiting = _draft.FirstRow <= row ? _draft : waiting;
        if (waiting is null)
        {
            _ledger.Forget(row, length);
        }
        else
        {
            waiting.ForgetArguments(length);
        }
    }

    private void OnDeleteJob(QueueMessage.DeleteJob delete)
    {
        if (IsTooNew(CommitDraft.OperatingFormat) || !TryFindForChange(delete.Id, out var number, delete))
        {
            return;
        }

        Delete(number);
        UpdateAlone();
        AnswerWhenDurable(number);
    }

    private void Delete(long number)
    {
        ref var entry = ref _state.Jobs[number];
        if (entry.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled)
        {
            return; // It is on its way to the history, and deleted there.
        }

        if (!_state.IsDeleted(number))
        {
            _state.Delete(number);
            _draft.AddDeleting(number);
        }

        if (entry.State is not JobState.Running)
        {
            Withdraw(number);
            Finish(number, JobState.Cancelled, entry.Attempts, null);
        }
        else if (!_state.IsCancelling(number, out _))
        {
            _draft.AddCancelling(number, null);
            _state.BeginCancel(number, null);
        }
    }

    private void OnAwaitHistory(QueueMessage.AwaitHistory history)
    {
        if (Term == 0 || !_state.Jobs.TryFind(history.Id, out var number))
        {
            Sender.Tell(NotFound(history.Id), Self);
        }
        else if (_state.Jobs[number].State is JobState.Succeeded or JobState.Failed or JobState.Cancelled)
        {
            _leaving.Add((number, Sender));
            if (!_isHistoryDelayed)
            {
                WriteHistory(); // Without waiting for more to come.
            }
        }
        else
        {
            Sender.Tell(new QueueMessage.JobFound(Status(number), null), Self);
        }
    }

    /// <summary>Whether a job has been deleted and has ended: for others there is none, though it is here until the next write to the history.</summary>
    private bool HasLeft(long number) =>
        _state.Jobs[number].State is JobState.Succeeded or JobState.Failed or JobState.Cancelled && _state.IsDeleted(number);

    /// <summary>A finished job is with the queue no more.</summary>
    private void AnswerLeft(long number)
    {
        foreach (var (_, asker) in _leaving.Where(leaving => leaving.Number == number))
        {
            asker.Tell(new QueueMessage.JobFound(null, null), Self);
        }

        _leaving.RemoveAll(leaving => leaving.Number == number);
    }

    private void FailLeaving(Exception? cause)
    {
        foreach (var (_, asker) in _leaving)
        {
            asker.Tell(new Failure(new QueueUnavailableException(_name, cause ?? new TimeoutException("its owner has been restarted."))), Self);
        }

        _leaving.Clear();
    }

    private void Refuse(long number, string refusal) =>
        Sender.Tell(new QueueMessage.JobFound(Status(number), null) { Refusal = refusal }, Self);
}
