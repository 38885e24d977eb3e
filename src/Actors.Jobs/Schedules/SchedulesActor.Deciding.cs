using Actors.Jobs.Protos;

namespace Actors.Jobs.Schedules;

/// <summary>Which slots get a job.</summary>
internal sealed partial class SchedulesActor
{
    /// <summary>A slot that is later than this has been missed.</summary>
    private const long GraceMs = 60_000;

    /// <summary>How often a job is looked at that a slot waits for.</summary>
    private const long WaitMs = 1000;

    // The clock may be set, and stands still for a machine that sleeps: it is looked at again after this time.
    private static readonly TimeSpan LongestTrust = TimeSpan.FromMinutes(1);

    private void Schedule(ScheduleEntry entry)
    {
        var next = entry.IsActive && !entry.IsChecking ? entry.NextSlotMs : null;
        Wake(entry, next ?? long.MaxValue);
    }

    private void Wake(ScheduleEntry entry, long atMs)
    {
        entry.WakeMs = atMs;
        if (atMs != long.MaxValue)
        {
            _wakes.Enqueue(entry, atMs);
        }
    }

    private void OnDueReached()
    {
        var now = NowMs();
        while (_wakes.TryPeek(out var entry, out var atMs) && atMs <= now)
        {
            _wakes.Dequeue();
            if (entry.WakeMs == atMs && IsLive(entry))
            {
                entry.WakeMs = long.MaxValue;
                Decide(entry, now);
            }
        }

        if (_wakes.TryPeek(out _, out var firstMs))
        {
            var wait = TimeSpan.FromMilliseconds(firstMs - now);
            Context.Timers.StartSingle(ScheduleMessage.DueReached.Instance, ScheduleMessage.DueReached.Instance, wait < LongestTrust ? wait : LongestTrust);
        }

        if (_gauge.IsOld)
        {
            GetOverdue();
        }

        if (!_draft.IsEmpty)
        {
            FlushSoon();
        }
    }

    /// <summary>Whether it has neither been removed nor belongs to a time before a reset.</summary>
    private bool IsLive(ScheduleEntry entry) => !entry.IsRemoved && ReferenceEquals(_entries.Find(entry.Number), entry);

    private void Decide(ScheduleEntry entry, long now)
    {
        if (!entry.IsActive || entry.IsChecking)
        {
            return;
        }

        // A clock that was set back finds the slots after the cursor ahead, and waits for them.
        var onTimeFrom = entry.OnTimeFromMs != 0 ? entry.OnTimeFromMs : now - GraceMs;
        var (slots, skipped) = SlotSelection.Of(entry.Moments!, entry.CursorMs, now, onTimeFrom, entry.Spec, entry.RunsLeft); // Active.
        var overlap = (SlotOverlap)entry.Spec.Overlap;
        if (slots.Count > 0 && overlap != SlotOverlap.Allow && entry.LastJob != default && !entry.IsFree)
        {
            entry.OnTimeFromMs = onTimeFrom;
            Ask(entry, overlap == SlotOverlap.Cancel);
            return;
        }

        if (skipped is not null)
        {
            Skip(entry, skipped, SlotKind.Missed);
        }

        if (overlap != SlotOverlap.Allow && slots.Count > 1)
        {
            slots = One(entry, slots, overlap);
        }

        foreach (var slot in slots)
        {
            Fire(entry, slot, slot < onTimeFrom ? SlotKind.Late : SlotKind.InTime);
            entry.DriftMs = (int)Math.Min(int.MaxValue, now - slot);
            entry.MaxDriftMs = Math.Max(entry.MaxDriftMs, entry.DriftMs);
        }

        if (entry.NextSlotMs is not { } next || next > now)
        {
            entry.OnTimeFromMs = 0;
        }

        Schedule(entry);
    }

    /// <summary>Of several slots of a schedule whose jobs must not overlap: the oldest, when each is wanted and the others may wait; else the newest.</summary>
    private List<long> One(ScheduleEntry entry, List<long> slots, SlotOverlap overlap)
    {
        if (overlap != SlotOverlap.Skip && (MissedSlots)entry.Spec.Missed is MissedSlots.All or MissedSlots.Window)
        {
            return [slots[0]];
        }

        Skip(entry, new SlotSelection.Range(slots[0], slots[^2], slots.Count - 1), SlotKind.Overlap);
        return [slots[^1]];
    }

    private void Ask(ScheduleEntry entry, bool isCancelling)
    {
        // What has not reached its queue is not known there.
        if (entry.Outstanding is not null)
        {
            OnBusy(entry);
            return;
        }

        entry.IsChecking = true;
        var (job, isFinished, cancellationToken) = (entry.LastJob, false, Context.CancellationToken);
        Context.RunTask(
            async () =>
            {
                isFinished = await _queues.IsFinishedAsync(job, cancellationToken);
                if (!isFinished && isCancelling)
                {
                    await _queues.CancelAsync(job, "The next slot of its schedule has come.", cancellationToken);
                }
            },
            cause => new ScheduleMessage.LastJobKnown(entry, job, cause is null && isFinished));
    }

    private void OnLastJobKnown(ScheduleMessage.LastJobKnown known)
    {
        var entry = known.Entry;
        entry.IsChecking = false;
        if (!IsLive(entry))
        {
            return;
        }

        if (known.Job != entry.LastJob)
        {
            Decide(entry, NowMs()); // Somebody let it run meanwhile: there is another job to ask about.
        }
        else if (known.IsFinished)
        {
            entry.IsFree = true;
            Decide(entry, NowMs());
        }
        else
        {
            OnBusy(entry);
        }

        OnDueReached();
    }

    /// <summary>The last job goes on: what is due waits, or is left out.</summary>
    private void OnBusy(ScheduleEntry entry)
    {
        var now = NowMs();
        if (entry.Spec.Overlap != (int)SlotOverlap.Skip)
        {
            Wake(entry, now + WaitMs);
            return;
        }

        if (entry.Moments is { } moments && SlotSelection.Skipped(moments, entry.CursorMs, now + 1) is { } due)
        {
            Skip(entry, due, SlotKind.Overlap);
        }

        entry.OnTimeFromMs = 0;
        Schedule(entry);
    }

    private void Fire(ScheduleEntry entry, long slotMs, SlotKind kind)
    {
        CloseDraftIfFull();
        var slot = new Decided { Number = entry.Number, SlotMs = slotMs, Kind = (int)kind, Order = _nextOrder++ };
        entry.Apply(slot);
        _draft.Commit.Decided.Add(slot);
        _draft.Fired.Add((entry, slot));
        FlushSoon();
    }

    private void Skip(ScheduleEntry entry, SlotSelection.Range slots, SlotKind kind)
    {
        CloseDraftIfFull();
        var skipped = new Decided { Number = entry.Number, SlotMs = slots.First, Kind = (int)kind, ThroughMs = slots.Last, Count = slots.Count };
        entry.Apply(skipped);
        _draft.Commit.Decided.Add(skipped);
        Log.SlotsSkipped(
            Logger, entry.Spec.Name, slots.Count, DateTimeOffset.FromUnixTimeMilliseconds(slots.First), DateTimeOffset.FromUnixTimeMilliseconds(slots.Last), kind);
        FlushSoon();
    }
}
