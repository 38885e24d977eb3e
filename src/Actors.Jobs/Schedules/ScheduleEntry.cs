using Actors.Jobs.Protos;
using Google.Protobuf;

namespace Actors.Jobs.Schedules;

/// <summary>What became of a slot, as it is stored.</summary>
internal enum SlotKind
{
    InTime = 0,
    Late = 1,
    ByHand = 2,
    Backfilled = 3,
    Missed = 10,
    Overlap = 11,
    Paused = 12,
}

/// <summary>One schedule. Its durable part changes by <see cref="Apply(Decided)"/> and <see cref="Apply(Delivered)"/>, when they are decided and when they are replayed.</summary>
internal sealed partial class ScheduleEntry(long number, SlotKey key)
{
    private const int MaxSkipped = 20;

    private byte _origin;

    public long Number { get; } = number;

    public SlotKey Key { get; } = key;

    public required ScheduleSpec Spec { get; set; }

    /// <summary>Null when the text cannot be read here: <see cref="Fault"/> says why.</summary>
    public Schedule? Moments { get; set; }

    public ScheduleOrigin Origin
    {
        get => (ScheduleOrigin)_origin;
        set => _origin = (byte)value;
    }

    public long AddedAtMs { get; set; }

    public bool IsPaused { get; set; }

    public bool IsRetired { get; set; }

    /// <summary>Somebody has removed it; it stays for what is outstanding.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Every slot up to here has been decided on.</summary>
    public long CursorMs { get; set; }

    public long Runs { get; private set; }

    /// <summary>0 when there was none.</summary>
    public long LastSlotMs { get; private set; }

    public JobId LastJob { get; private set; }

    /// <summary>Slots whose jobs may not have reached their queue; null when there are none.</summary>
    public List<Decided>? Outstanding { get; private set; }

    /// <summary>When to look at it next; what is in the heap under another time is forgotten. Not stored, like all that follows.</summary>
    public long WakeMs { get; set; } = long.MaxValue;

    public bool IsChecking { get; set; }

    /// <summary>Whether the last job is known to have finished.</summary>
    public bool IsFree { get; set; }

    public int DriftMs { get; set; }

    public int MaxDriftMs { get; set; }

    public bool IsCompleted => (Spec.MaxRuns > 0 && Runs >= Spec.MaxRuns)
        || (Moments is not null && NextSlotMs is not { } next) || (Spec.UntilMs > 0 && NextSlotMs > Spec.UntilMs);

    public bool IsActive => Moments is not null && !IsPaused && !IsRetired && !IsRemoved && !IsCompleted;

    public long RunsLeft => Spec.MaxRuns > 0 ? Math.Max(0, Spec.MaxRuns - Runs) : long.MaxValue;

    /// <summary>The first slot that has not been decided on.</summary>
    public long? NextSlotMs => Moments is null ? null : SlotSelection.Next(Moments, CursorMs);

    public ScheduleState State => IsRetired ? ScheduleState.Retired
        : IsPaused ? ScheduleState.Paused
        : Moments is null ? ScheduleState.Faulted
        : IsCompleted ? ScheduleState.Completed : ScheduleState.Active;

    public JobId IdOf(Decided slot) => Key.IdOf(slot.SlotMs, slot.Kind == (int)SlotKind.ByHand);

    public void Apply(Decided slot)
    {
        var kind = (SlotKind)slot.Kind;
        if (kind >= SlotKind.Missed)
        {
            Missed += slot.Count;
            CursorMs = Math.Max(CursorMs, slot.ThroughMs);
            Skipped ??= new Queue<Decided>();
            Skipped.Enqueue(slot);
            if (Skipped.Count > MaxSkipped)
            {
                Skipped.Dequeue();
            }

            return;
        }

        (Outstanding ??= []).Add(slot);
        if (kind != SlotKind.Backfilled)
        {
            LastJob = IdOf(slot);
            IsFree = false;
        }

        if (kind is SlotKind.InTime or SlotKind.Late)
        {
            Runs++;
            CaughtUp += kind == SlotKind.Late ? 1 : 0;
            LastSlotMs = slot.SlotMs;
            CursorMs = Math.Max(CursorMs, slot.SlotMs);
        }
    }

    /// <summary>What was decided on is delivered as it was meant then, also to the queue that it was meant for.</summary>
    public void KeepSpecOfOutstanding()
    {
        foreach (var slot in Outstanding ?? [])
        {
            slot.Spec ??= Spec;
        }
    }

    public void Apply(Delivered slot)
    {
        var index = Outstanding?.FindIndex(other => other.SlotMs == slot.SlotMs && other.Kind == slot.Kind) ?? -1;
        if (index >= 0)
        {
            Outstanding!.RemoveAt(index); // It has the index.
            Outstanding = Outstanding.Count == 0 ? null : Outstanding;
        }
    }

    public ScheduleRecord ToRecord()
    {
        var record = new ScheduleRecord
        {
            Number = Number,
            Spec = Spec,
            Origin = (int)Origin,
            Declared = Declared ?? ByteString.Empty,
            AddedAtMs = AddedAtMs,
            IsPaused = IsPaused,
            PauseReason = PauseReason ?? "",
            IsRetired = IsRetired,
            CursorMs = CursorMs,
            Runs = Runs,
            Missed = Missed,
            CaughtUp = CaughtUp,
            LastSlotMs = LastSlotMs,
            IsRemoved = IsRemoved,
        };
        if (LastJob != default)
        {
            var id = new byte[16];
            LastJob.WriteTo(id);
            record.LastJob = UnsafeByteOperations.UnsafeWrap(id);
        }

        record.Outstanding.AddRange(Outstanding ?? []);
        record.Skipped.AddRange(Skipped ?? []);
        return record;
    }

    public void Restore(ScheduleRecord record)
    {
        Spec = record.Spec;
        Origin = (ScheduleOrigin)record.Origin;
        Declared = record.Declared.IsEmpty ? null : record.Declared;
        AddedAtMs = record.AddedAtMs;
        IsPaused = record.IsPaused;
        PauseReason = record.PauseReason.Length == 0 ? null : record.PauseReason;
        IsRetired = record.IsRetired;
        IsRemoved = record.IsRemoved;
        CursorMs = record.CursorMs;
        Runs = record.Runs;
        Missed = record.Missed;
        CaughtUp = record.CaughtUp;
        LastSlotMs = record.LastSlotMs;
        LastJob = record.LastJob.IsEmpty ? default : JobId.Read(record.LastJob.Span);
        Outstanding = record.Outstanding.Count == 0 ? null : [.. record.Outstanding];
        Skipped = record.Skipped.Count == 0 ? null : new Queue<Decided>(record.Skipped);
    }

    public ScheduleStatus Status(DateTimeOffset now)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        var isActive = IsActive;
        var next = isActive ? NextSlotMs : null;
        return new ScheduleStatus
        {
            Name = Spec.Name,
            Schedule = Moments?.ToString() ?? Spec.Text,
            Description = Moments?.Describe() ?? Fault ?? "",
            State = State,
            Origin = Origin,
            Job = Spec.Job,
            Queue = Spec.Queue,
            Options = Spec.ToOptions(),
            PauseReason = PauseReason,
            Next = isActive ? [.. Upcoming().Take(10)] : [],
            LastSlot = LastSlotMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(LastSlotMs),
            LastJob = LastJob == default ? null : LastJob,
            Runs = Runs,
            CaughtUp = CaughtUp,
            Missed = Missed,
            Skipped =
            [
                .. (Skipped ?? []).Select(slot => new SkippedSlots(
                    DateTimeOffset.FromUnixTimeMilliseconds(slot.SlotMs),
                    DateTimeOffset.FromUnixTimeMilliseconds(slot.ThroughMs),
                    slot.Count,
                    (SkipReason)(slot.Kind - (int)SlotKind.Missed))),
            ],
            Undelivered = Outstanding?.Count ?? 0,
            Fault = DeliveryFault,
            Drift = TimeSpan.FromMilliseconds(DriftMs),
            MaxDrift = TimeSpan.FromMilliseconds(MaxDriftMs),
            Overdue = TimeSpan.FromMilliseconds(OverdueMs(nowMs, next)),
        };
    }

    /// <summary>By how much the oldest slot is late that has no job yet.</summary>
    public long OverdueMs(long nowMs, long? next)
    {
        var oldest = Math.Min(next ?? long.MaxValue, Outstanding?.Min(slot => slot.SlotMs) ?? long.MaxValue);
        return Math.Max(0, nowMs - Math.Min(nowMs, oldest));
    }

    private IEnumerable<DateTimeOffset> Upcoming()
    {
        var left = RunsLeft;
        for (var slot = NextSlotMs; slot is { } ms && (Spec.UntilMs == 0 || ms <= Spec.UntilMs) && left-- > 0; slot = SlotSelection.Next(Moments!, ms)) // Active.
        {
            yield return DateTimeOffset.FromUnixTimeMilliseconds(ms);
        }
    }
}
