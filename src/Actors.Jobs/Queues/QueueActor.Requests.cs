namespace Actors.Jobs.Queues;

/// <summary>What somebody asks of a single job: to be cancelled, or to run now instead of later.</summary>
internal sealed partial class QueueActor
{
    private const int MaxReasonLength = 1_000;

    private void OnCancelJob(QueueMessage.CancelJob cancel)
    {
        if (!TryFindForChange(cancel.Id, out var number, cancel))
        {
            return;
        }

        var reason = Shorten(cancel.Reason);
        ref var entry = ref _state.Jobs[number];
        switch (entry.State)
        {
            case JobState.Running:
                if (!_state.IsCancelling(number, out _))
                {
                    if (IsTooNew(CommitDraft.ControlFormat))
                    {
                        return;
                    }

                    _draft.AddCancelling(number, reason);
                    _state.BeginCancel(number, reason);
                }

                break;
            case JobState.Scheduled or JobState.Waiting or JobState.Retrying or JobState.Parked or JobState.Quarantined or JobState.Awaiting:
                Withdraw(number);
                Finish(number, JobState.Cancelled, entry.Attempts, reason);
                UpdateAlone();
                break;
        }

        AnswerWhenDurable(number);
    }

    private void OnRetryJob(QueueMessage.RetryJob retry)
    {
        if (!TryFindForChange(retry.Id, out var number, retry))
        {
            return;
        }

        if (_state.Jobs[number].State is JobState.Scheduled or JobState.Retrying or JobState.Parked or JobState.Quarantined)
        {
            Withdraw(number);
            BackToWaiting(number);
            AddWaiting(number);
        }

        AnswerWhenDurable(number);
    }

    /// <summary>The number of a job that is to be changed; who asked is answered at once when there is none, or nothing can be changed.</summary>
    /// <remarks>While the job is on its way to another queue, the change waits.</remarks>
    private bool TryFindForChange(JobId id, out long number, object change)
    {
        if (!_state.Jobs.TryFind(id, out number))
        {
            Sender.Tell(NotFound(id), Self);
            return false;
        }

        if (Refusal is { } cause)
        {
            Sender.Tell(new Failure(new QueueUnavailableException(_name, cause)), Self);
            return false;
        }

        if (WaitsUntilMoved(number, change))
        {
            return false;
        }

        BeginChange(number);
        return true;
    }

    private QueueMessage.JobFound NotFound(JobId id) => new(null, Term == 0 ? Unavailability : null) { MovedTo = _state.Departed.QueueOf(id) };

    private void BeginChange(long number)
    {
        // Within a commit, jobs are enqueued after others are moved and finished.
        if (number >= _draft.FirstNumber)
        {
            CloseDraft();
        }

        CloseDraftIfFull();
    }

    /// <summary>Takes a job out of where it waits.</summary>
    private void Withdraw(long number)
    {
        switch (_state.Jobs[number].State)
        {
            case JobState.Waiting when _state.IsSuspect(number, out _):
                _suspects.Remove(number);
                break;
            case JobState.Waiting:
                _ready.Remove(number);
                break;
            case JobState.Retrying when _heldRetries.Remove(number):
                break;
            case JobState.Scheduled or JobState.Retrying:
                _state.Jobs[number].DueAtMs = 0;
                _due.Forget(IsComing);
                break;
        }
    }

    private bool IsComing(long dueMs, long number) => _state.Jobs.Contains(number)
        && _state.Jobs[number] is { State: JobState.Scheduled or JobState.Retrying } entry
        && entry.DueAtMs == dueMs
        && !(entry.HasTraits && IsLeaving(number));

    private void AnswerWhenDurable(long number)
    {
        NoteWaiting();
        _draft.Answers.Add(new CommitDraft.Answer(Sender, _state.Jobs[number].Id, new QueueMessage.JobFound(Status(number), null) { IsDeleted = _state.IsDeleted(number) }));
        FlushSoon();
    }

    /// <summary>That running jobs are cancelled is durable: their attempts are told.</summary>
    private void CancelAttempts(List<long> numbers)
    {
        foreach (var number in numbers)
        {
            if (_state.Jobs.Contains(number) && _state.Jobs[number] is { State: JobState.Running } entry)
            {
                if (_state.GrantedTo.TryGetValue(number, out var node))
                {
                    CancelAt(node, number, entry.Grant);
                    continue;
                }

                _granted.Cancel(number, entry.Grant);
                foreach (var worker in _workers?.Workers ?? [])
                {
                    worker.Tell(new Workers.WorkerActor.CancelJob(number, entry.Grant), Self);
                }
            }
        }
    }
}
