using Actors.Persistence;

namespace Actors.Jobs.Queues;

internal sealed partial class QueueActor
{
    /// <summary>The end of the calendar: no delay goes beyond it.</summary>
    private static readonly long MaxDueMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private void OnEnqueue(QueueMessage.Enqueue enqueue)
    {
        if (Unavailability is { } cause)
        {
            Sender.Tell(new Failure(new QueueUnavailableException(_name, cause)), Self);
            return;
        }

        var now = NowMs();
        for (var i = 0; i < enqueue.Jobs.Count; i++)
        {
            var draft = enqueue.Jobs[i];

            // An id is taken once. Whoever enqueues it again is answered when the next commit is durable, and with it the first enqueue.
            if (!_state.Jobs.TryFind(draft.Id, out _))
            {
                Enqueue(draft, now);
            }
        }

        NoteWaiting();
        _draft.Acknowledgements.Add((Sender, enqueue.First));
        FlushSoon();
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
        ref var entry = ref _state.Enqueue(number, draft.Id, delayMs > 0);
        entry.EnqueuedAtMs = now;
        entry.DueAtMs = now + delayMs;
        entry.Type = type;
        entry.TypeVersion = (ushort)draft.TypeVersion;
        entry.Priority = draft.Priority;
        entry.PayloadRow = row;
        entry.PayloadOffset = (ushort)offset;
        entry.PayloadLength = draft.Payload.Length;

        // The delay in the journal counts from the time of the commit, which is the time of its first decision or later.
        _draft.AddEnqueued(entry, number, delayMs);
        if (delayMs > 0)
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
            if (IsComing(dueMs, number))
            {
                _state.MarkDue(number);
                _ready.Add(number);
            }
            else
            {
                _due.OnForgottenTaken();
            }
        }

        ScheduleDue();
        FlushSoon();
    }
}
