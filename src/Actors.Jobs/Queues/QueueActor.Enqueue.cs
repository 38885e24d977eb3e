using Actors.Persistence;

namespace Actors.Jobs.Queues;

internal sealed partial class QueueActor
{
    /// <summary>The end of the calendar: no delay goes beyond it.</summary>
    private static readonly long MaxDueMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private void OnEnqueue(QueueMessage.Enqueue enqueue)
    {
        if (Refusal is { } cause)
        {
            Sender.Tell(new Failure(new QueueUnavailableException(_name, cause)), Self);
            return;
        }

        if (IsClosedTo(enqueue) || (enqueue.Slots is not null && IsTooNew(CommitDraft.SlotsFormat)) || (HasTraits(enqueue.Jobs) && IsTooNew(CommitDraft.TraitsFormat)))
        {
            return;
        }

        var now = NowMs();
        if (enqueue.Slots is { } slots)
        {
            EnqueueSlots(enqueue.Jobs, slots, now);
        }
        else if (enqueue.HasUnique)
        {
            if (EnqueueUnique(enqueue.Jobs, now) is not { } reply)
            {
                return;
            }

            if (reply.Existing is not null)
            {
                // What there is may not be durable yet either.
                NoteWaiting();
                _draft.Answers.Add(new CommitDraft.Answer(Sender, enqueue.First, reply));
                FlushSoon();
                return;
            }
        }
        else
        {
            for (var i = 0; i < enqueue.Jobs.Count; i++)
            {
                EnqueueOnce(enqueue.Jobs[i], now);
            }
        }

        NoteWaiting();
        _draft.Acknowledgements.Add((Sender, enqueue.First));
        FlushSoon();
    }

    /// <summary>An id is taken once. Whoever enqueues it again is answered when the next commit is durable, and with it the first enqueue.</summary>
    private void EnqueueOnce(JobDraft draft, long now)
    {
        if (!_state.Jobs.TryFind(draft.Id, out _))
        {
            EnqueueAccepted(draft, now);
        }
    }

    /// <summary>The owner of the schedules sends a slot until it has noted that it arrived; each counts once, also when its job is long forgotten.</summary>
    private void EnqueueSlots(IReadOnlyList<JobDraft> jobs, QueueMessage.SlotOrders slots, long now)
    {
        var through = _state.SlotsThrough(slots.Source);
        for (var i = 0; i < jobs.Count; i++)
        {
            var order = slots.Orders[i];
            if (order == 0)
            {
                EnqueueOnce(jobs[i], now);
            }
            else if (order > through)
            {
                // Into the commit that has the job, which may be a new one.
                EnqueueOnce(jobs[i], now);
                TakeSlots(slots.Source, through = order);
            }
        }

        if (slots.Through > through)
        {
            TakeSlots(slots.Source, slots.Through);
        }
    }

    private void TakeSlots(string source, long through)
    {
        _state.TakeSlots(source, through);
        _draft.TakeSlots(source, through);
    }

    private void Enqueue(JobDraft draft, long now)
    {
        if (!_isInRow)
        {
            CloseDraftIfFull();
        }

        if (!_state.TryGetType(draft.Type, out var type))
        {
            type = _state.AddType(draft.Type);
            _draft.AddName(draft.Type, type);
        }

        // A moment is one of the wall clock; the queue's own may be ahead of it.
        var delayMs = Math.Min(
            MaxDueMs - now,
            draft.DueAt is { } dueAt
                ? Math.Max(0, dueAt.ToUnixTimeMilliseconds() - now + _clock.AheadMs)
                : (long)Math.Ceiling(draft.Delay.TotalMilliseconds));
        var number = _state.Jobs.NextNumber;
        var (row, offset) = _draft.Payloads.Add(draft.Payload, ref _nextRow);
        ref var entry = ref _state.Enqueue(number, draft.Id, delayMs > 0, draft.Key, draft.Traits);
        entry.EnqueuedAtMs = now;
        entry.DueAtMs = now + delayMs;
        entry.Type = type;
        entry.TypeVersion = (ushort)draft.TypeVersion;
        entry.Priority = draft.Priority;
        entry.PayloadRow = row;
        entry.PayloadOffset = (ushort)offset;
        entry.PayloadLength = draft.Payload.Length;

        // The delay in the journal counts from when the job was enqueued, and that from the time of the commit, which is known last.
        _draft.AddEnqueued(entry, number, delayMs, draft.Key, draft.Traits);
        Claim(number, draft.Traits);
        if (entry.State == JobState.Awaiting)
        {
            Await(number);
        }
        else if (delayMs > 0)
        {
            AddDue(number, entry.DueAtMs);
        }
        else
        {
            Cache(ref entry, draft.Payload);
            _ready.Add(number);
        }
    }

    private void AddDue(long number, long dueAtMs)
    {
        var isFirst = dueAtMs < _due.FirstDueMs;
        _due.Add(dueAtMs, number);
        if (isFirst)
        {
            ScheduleDue();
        }
    }

    private void ScheduleDue()
    {
        if (_due.Count > 0)
        {
            Context.Timers.StartSingle(
                QueueMessage.DueReached.Instance,
                QueueMessage.DueReached.Instance,
                TimeSpan.FromMilliseconds(Math.Max(0, _due.FirstDueMs - NowMs())));
        }
    }

    private void OnDueReached()
    {
        var now = NowMs();
        while (_due.FirstDueMs <= now)
        {
            var (dueMs, number) = _due.Take();
            if (!IsComing(dueMs, number))
            {
                _due.OnForgottenTaken();
            }
            else if (!HoldsRetry(number))
            {
                _state.MarkDue(number);
                _ready.Add(number);
            }
        }

        ScheduleDue();
        FlushSoon();
    }
}
