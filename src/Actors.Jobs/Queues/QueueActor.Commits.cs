using Actors.Jobs.Processes;
using Actors.Persistence;

namespace Actors.Jobs.Queues;

/// <summary>Group commit: the next commit takes everything that came while one was on its way.</summary>
internal sealed partial class QueueActor
{
    private const int MaxCommitsInFlight = 1;

    /// <summary>From this many effects of one commit on, what they lead to is waited for.</summary>
    private const int GatherFrom = 8;
    private static readonly object ExpiryTimer = new();
    private static readonly TimeSpan GatherLimit = TimeSpan.FromMilliseconds(1);

    private readonly Queue<CommitDraft> _full = new();
    private readonly Queue<CommitDraft> _inFlight = new();
    private CommitDraft _draft = new(1, 1);
    private long _nextRow = 1;
    private long _trimmable;

    /// <summary>How large the queue's own state was when it was last written: with each deletion it is written again.</summary>
    private long _stateBytes;
    private bool _isFlushQueued;

    /// <summary>Whether it is time to delete. What is being read must not go meanwhile.</summary>
    private bool IsTrimmable => _trimmable >= Math.Max(_options.TrimBytes, 4 * _stateBytes) && _ledger.FirstKeptRow <= FirstRowBeingRead && MayWriteState();

    /// <summary>Stores what was decided, but not before everything that is in the mailbox now has been decided too.</summary>
    private void FlushSoon()
    {
        // While a commit is on its way nothing can be sent; what was decided goes when it is durable.
        if (!_isFlushQueued && CommitsInFlight < MaxCommitsInFlight)
        {
            _isFlushQueued = true;
            Self.Tell(QueueMessage.Flush.Instance, Self);
        }
    }

    private void OnFlush()
    {
        _isFlushQueued = false;
        SendCommits();
    }

    private void CloseDraftIfFull()
    {
        if (_draft.IsFull)
        {
            CloseDraft();
        }
    }

    /// <summary>What is decided from now on goes into the commit after this.</summary>
    private void CloseDraft()
    {
        _full.Enqueue(_draft);
        _draft = new CommitDraft(_state.Jobs.NextNumber, _nextRow);
        FlushSoon();
    }

    /// <summary>Somebody is about to wait for the draft.</summary>
    private void NoteWaiting()
    {
        if (!_draft.HasWaiters)
        {
            _draft.WaitingSince = Context.System.Now;
        }
    }

    private void SendCommits()
    {
        while (Term > 0 && CommitsInFlight < MaxCommitsInFlight)
        {
            if (_full.TryPeek(out var full))
            {
                if (IsWaitingForFormat(full))
                {
                    return;
                }

                _full.Dequeue();
                Send(full, isNewest: false);
                continue;
            }

            if (_news.Count > 0)
            {
                SettleAwaiting();
                if (_full.Count > 0)
                {
                    continue;
                }
            }

            GrantReady();
            ForwardSome();
            if (_draft.IsEmpty && !(_isForwardingAlone && IsTrimmable))
            {
                return;
            }

            if (IsWaitingForFormat(_draft))
            {
                // What was granted or written forward comes last in a commit, and would undo in a replay what is decided about the same jobs while it waits.
                CloseDraft();
                return;
            }

            var draft = _draft;
            _draft = new CommitDraft(_state.Jobs.NextNumber, _nextRow);
            Send(draft, isNewest: true);
        }
    }

    private void Send(CommitDraft draft, bool isNewest)
    {
        // A deletion carries the queue's own state, which is that of the newest draft.
        var isTrimming = isNewest && IsTrimmable;
        var atMs = NowMs();
        SummariseEnqueued(draft);
        _state.LastMs = atMs;
        var state = isTrimming ? _state.ToProto() : null;
        _stateBytes = state?.CalculateSize() ?? _stateBytes;
        var events = draft.Encode(atMs, _historyThrough, state);
        var payloads = draft.Payloads.Finish();
        var deleteBefore = isTrimming ? _ledger.FirstKept : 0;
        var deleteRowsBefore = isTrimming ? Math.Max(0, _ledger.FirstKeptRow) : 0;
        if (isTrimming)
        {
            _trimmable = 0;
        }

        var sequenceNumber = Append(events, draft.FormatVersion, payloads, deleteBefore, deleteRowsBefore);
        _ledger.Add(sequenceNumber, draft.FirstRow, draft.Jobs, draft.LiveBytes, draft.Payloads.Room + JournalSize.OfEvents(events.Length));
        _inFlight.Enqueue(draft);
        ForwardLater();
        ExpireCallersInTime();
    }

    private void ExpireCallersInTime()
    {
        if (!Context.Timers.IsActive(ExpiryTimer))
        {
            Context.Timers.StartPeriodic(ExpiryTimer, QueueMessage.ExpireCallers.Instance, _setup.EnqueueTimeout, _setup.EnqueueTimeout / 4);
        }
    }

    /// <summary>Callers wait for a store that does not answer, but not for ever. Their jobs stay in the commit, and will be stored when it can be.</summary>
    private void OnExpireCallers()
    {
        if (_inFlight.Count == 0 && _formatWait is null)
        {
            Context.Timers.Cancel(ExpiryTimer);
            return;
        }

        foreach (var draft in _inFlight.Concat(_full).Append(_draft))
        {
            if (draft.HasWaiters && Context.System.Now - draft.WaitingSince >= _setup.EnqueueTimeout)
            {
                FailCallers(draft, Refusal);
            }
        }
    }

    private void FailCallers(CommitDraft draft, Exception? cause)
    {
        foreach (var (caller, id) in draft.Acknowledgements)
        {
            caller.Tell(new Failure(new JobOutcomeUnknownException(id, _name, cause)), Self);
        }

        draft.Acknowledgements.Clear();
        foreach (var answer in draft.TakeAnswers())
        {
            answer.Caller.Tell(
                new Failure(answer.Id == default
                    ? new QueueUnavailableException(_name, cause ?? new TimeoutException("it is not known whether the change was stored."))
                    : JobOutcomeUnknownException.OfChange(answer.Id, _name, cause)),
                Self);
        }
    }

    protected override async ValueTask OnAppendedAsync(long sequenceNumber)
    {
        var draft = _inFlight.Dequeue();
        OnSuspicionAppended(draft);
        foreach (var (caller, _) in draft.Acknowledgements)
        {
            caller.Tell(QueueMessage.Enqueued.Instance, Self);
        }

        if (draft.InboxRows.Count > 0)
        {
            _neighbours!.Inbox.Tell(new InboxActor.Taken(draft.InboxRows), Self); // Who has no neighbours gets no rows.
        }

        foreach (var answer in draft.TakeAnswers())
        {
            answer.Caller.Tell(answer.Reply, Self);
        }

        TellNews(draft);
        if (draft.HasCancelling)
        {
            CancelAttempts(draft.Cancelling);
        }

        if (draft.Granted.Count > 0)
        {
            SettleStarts();
            HandOver(draft.Granted);
        }

        if (draft.HasMoves)
        {
            OnMovesAppended(draft);
        }

        if (draft.Finished.Count > 0)
        {
            TellSubscribers(draft.Finished);
            AnswerAwaited(draft.Finished);
            AddToHistory(sequenceNumber, draft.Finished);
        }
        else if (_toHistory.Count == 0)
        {
            _historyThrough = sequenceNumber;
        }

        if (draft.Acknowledgements.Count + draft.Granted.Count >= GatherFrom)
        {
            // Callers that were answered enqueue again and workers finish, all on the task pool. What they say belongs into one commit.
            await Context.YieldToTasksAsync(GatherLimit);
            FlushSoon();
        }
        else
        {
            SendCommits();
        }
    }

    protected override void OnLost(JournalException cause)
    {
        Log.QueueLost(Logger, _name, cause.Message);
        StopWorkers();
        AnswerWhoeverWaits(cause);
        Forget();
        _hasJoined = true;
        Context.Parent.Tell(new QueuesActor.Joined(HasSuspects: false), Self);
    }

    /// <summary>Whoever waits is told, however this actor ends. The next instance begins with what is in the journal.</summary>
    protected override ValueTask PostStopAsync()
    {
        _granted.Clear();
        AnswerWhoeverWaits(null);
        return default;
    }

    /// <summary>The commits under way may have been stored, and part of an enqueue of many jobs even earlier.</summary>
    private void AnswerWhoeverWaits(Exception? cause)
    {
        foreach (var draft in _inFlight.Concat(_full).Append(_draft))
        {
            FailCallers(draft, cause);
        }

        FailLeaving(cause);
        FailAwaited(cause);
        FailMoves(cause);
        AnswerStopConsuming();
    }
}
