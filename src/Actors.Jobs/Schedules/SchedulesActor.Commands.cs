using Actors.Jobs.Protos;
using Google.Protobuf;

namespace Actors.Jobs.Schedules;

/// <summary>What code and configuration declare, and what people change. Each answer waits for its commit.</summary>
internal sealed partial class SchedulesActor
{
    private long _lastByHandMs;

    private void OnChange(object message)
    {
        try
        {
            if (Refusal is { } cause)
            {
                throw new SchedulesUnavailableException(cause.Message, cause);
            }

            Func<object> reply = message switch
            {
                ScheduleMessage.Set set => OnSet(set.Spec),
                ScheduleMessage.Pause pause => OnPause(Find(pause.Name), pause.Reason),
                ScheduleMessage.Resume resume => OnResume(Find(resume.Name)),
                ScheduleMessage.RunNow run => OnRunNow(Find(run.Name)),
                ScheduleMessage.Backfill backfill => OnBackfill(Find(backfill.Name), backfill.FromMs, backfill.ThroughMs),
                ScheduleMessage.Remove remove => OnRemove(Find(remove.Name)),
                _ => throw new ArgumentException($"{message.GetType().Name} is no change.", nameof(message)),
            };
            _draft.Answers.Add((Sender, reply));
            FlushSoon();
            OnDueReached();
        }
        catch (JobException fault)
        {
            Sender.Tell(new Failure(fault), Self);
        }
    }

    private Func<object> OnSet(ScheduleSpec spec)
    {
        if (!_byName.TryGetValue(spec.Name, out var entry))
        {
            entry = Add(spec, ScheduleOrigin.RunTime);
        }
        else if (!entry.Spec.Equals(spec))
        {
            RefuseIfTooNew(entry);

            // A declaration that stays as it is does not take a change back.
            entry.Declared ??= entry.Origin == ScheduleOrigin.RunTime || entry.IsRetired ? null : entry.Spec.ToByteString();
            Change(entry, spec);
        }

        if (entry.IsRetired)
        {
            (entry.IsRetired, entry.Origin, entry.Declared, entry.CursorMs) = (false, ScheduleOrigin.RunTime, null, Math.Max(entry.CursorMs, NowMs()));
        }

        Write(entry);
        Schedule(entry);
        return StatusOf(entry);
    }

    private Func<object> OnPause(ScheduleEntry entry, string? reason)
    {
        // What came before the pause is decided before it.
        Decide(entry, NowMs());
        (entry.IsPaused, entry.PauseReason) = (true, reason);
        Write(entry);
        Schedule(entry);
        return StatusOf(entry);
    }

    private Func<object> OnResume(ScheduleEntry entry)
    {
        if (entry.IsPaused)
        {
            var now = NowMs();
            (entry.IsPaused, entry.PauseReason, entry.OnTimeFromMs) = (false, null, 0);

            // Also when the cursor is ahead, because the clock had been set too far forward.
            var passed = entry.Moments is { } moments ? SlotSelection.Skipped(moments, entry.CursorMs, now + 1) : null;
            entry.CursorMs = passed is null ? now : entry.CursorMs;
            Write(entry);
            if (passed is not null)
            {
                Skip(entry, passed, SlotKind.Paused);
            }

            Schedule(entry);
        }

        return StatusOf(entry);
    }

    private Func<object> OnRunNow(ScheduleEntry entry)
    {
        // Two of one millisecond are two.
        _lastByHandMs = Math.Max(NowMs(), _lastByHandMs + 1);
        Fire(entry, _lastByHandMs, SlotKind.ByHand);
        var job = entry.LastJob;
        return () => new ScheduleMessage.Enqueued(job);
    }

    private Func<object> OnBackfill(ScheduleEntry entry, long fromMs, long throughMs)
    {
        var name = entry.Spec.Name;
        if (entry.Moments is not { } moments)
        {
            throw new ScheduleException(name, [entry.Fault ?? "it cannot be read here."]);
        }

        // A slot that is still to be decided on will have its job by then.
        if (throughMs > NowMs())
        {
            throw new ScheduleException(name, ["a time in the past can be filled in; what is to come needs no help."]);
        }

        Decide(entry, NowMs());
        var slots = new List<long>();
        for (var slot = SlotSelection.Next(moments, fromMs - 1); slot <= throughMs; slot = SlotSelection.Next(moments, slot.Value))
        {
            slots.Add(slot.Value);
            if (slots.Count > SlotSelection.MaxCatchUp)
            {
                throw new ScheduleException(name, [$"there are more than {SlotSelection.MaxCatchUp} slots in this time. Fill it in part by part."]);
            }
        }

        foreach (var slot in slots)
        {
            Fire(entry, slot, SlotKind.Backfilled);
        }

        var moved = slots.ConvertAll(DateTimeOffset.FromUnixTimeMilliseconds);
        return () => new ScheduleMessage.Filled(moved);
    }

    private Func<object> OnRemove(ScheduleEntry entry)
    {
        if (entry.Origin != ScheduleOrigin.RunTime && !entry.IsRetired)
        {
            throw new ScheduleException(
                entry.Spec.Name,
                [$"it is declared in {(entry.Origin == ScheduleOrigin.Code ? "code" : "the configuration")}, and would come back. Remove it there, or pause it."]);
        }

        RefuseIfTooNew(entry);
        _byName.Remove(entry.Spec.Name);
        Wake(entry, long.MaxValue);
        if (entry.Outstanding is null)
        {
            _entries.Remove(entry.Number);
            CloseDraft(); // What was decided on it comes before.
            _draft.Commit.Removed.Add(entry.Number);
        }
        else
        {
            entry.IsRemoved = true;
            Write(entry);
        }

        return () => ScheduleMessage.Removed.Instance;
    }

    private Func<object> StatusOf(ScheduleEntry entry) => () => entry.Status(Context.System.TimeProvider.GetUtcNow());

    private void OnDeclare(ScheduleMessage.Declare declare)
    {
        _declared = declare.Declared;
        if (Term == 0)
        {
            return; // The recovery reads it.
        }

        foreach (var entry in Declare())
        {
            Schedule(entry);
        }

        OnDueReached();
    }

    /// <summary>Adds what is new, changes what has changed, and retires what is declared no more. Schedules of other applications are in other journals.</summary>
    /// <returns>Those that have changed.</returns>
    private List<ScheduleEntry> Declare()
    {
        var changed = new List<ScheduleEntry>();
        foreach (var (spec, origin) in _declared)
        {
            if (!_byName.TryGetValue(spec.Name, out var entry))
            {
                Write(entry = Add(spec, origin));
                changed.Add(entry);
                continue;
            }

            var isSame = entry.Declared is { } declared ? declared.Equals(spec.ToByteString()) : entry.Spec.Equals(spec);
            if (isSame && entry.Origin == origin && !entry.IsRetired)
            {
                continue;
            }

            if (!isSame)
            {
                entry.Declared = null;
                Change(entry, spec);
            }

            if (entry.IsRetired)
            {
                (entry.IsRetired, entry.CursorMs) = (false, Math.Max(entry.CursorMs, NowMs()));
            }

            entry.Origin = origin;
            Write(entry);
            changed.Add(entry);
        }

        var names = _declared.Select(declared => declared.Spec.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in _entries.Where(entry => entry.Origin != ScheduleOrigin.RunTime && !entry.IsRetired && !names.Contains(entry.Spec.Name)))
        {
            entry.IsRetired = true;
            Log.ScheduleRetired(Logger, entry.Spec.Name);
            Write(entry);
            changed.Add(entry);
        }

        return changed;
    }

    private ScheduleEntry Add(ScheduleSpec spec, ScheduleOrigin origin)
    {
        var now = NowMs();
        Share(spec);
        var entry = new ScheduleEntry(_nextNumber++, SlotKey.Of(_application, spec.Name)) { Spec = spec, Origin = origin, AddedAtMs = now, CursorMs = now };
        Read(entry);
        _entries.Add(entry);
        _byName.Add(spec.Name, entry);
        return entry;
    }

    private void Change(ScheduleEntry entry, ScheduleSpec spec)
    {
        Decide(entry, NowMs());
        var isSameTime = ScheduleSpecs.IsSameTime(entry.Spec, spec);
        Share(spec);
        entry.KeepSpecOfOutstanding();
        entry.Spec = spec;
        Read(entry);
        entry.OnTimeFromMs = 0;
        if (!isSameTime)
        {
            // The new moments count from now: those before were not asked for.
            entry.CursorMs = NowMs();
        }
    }
}
