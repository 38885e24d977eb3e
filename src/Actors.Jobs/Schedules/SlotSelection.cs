namespace Actors.Jobs.Schedules;

/// <summary>Which slots that are due get a job, by the policy for those that are late. Times are Unix milliseconds.</summary>
internal static class SlotSelection
{
    /// <summary>Slots that are made up for at a time.</summary>
    public const int MaxCatchUp = 1000;

    /// <summary>The beginning of the calendar: nothing is before it.</summary>
    private static readonly long FirstMs = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();

    private const long MaxCounted = 100_000;

    /// <summary>The slots that get a job, oldest first, and what is left out before them.</summary>
    /// <param name="schedule">The moments.</param>
    /// <param name="cursorMs">Every slot up to here has been decided on.</param>
    /// <param name="nowMs">Slots up to here are due.</param>
    /// <param name="onTimeFromMs">Slots from here on are not late.</param>
    /// <param name="spec">The policy.</param>
    /// <param name="runsLeft">At most so many.</param>
    public static Selection Of(Schedule schedule, long cursorMs, long nowMs, long onTimeFromMs, Protos.ScheduleSpec spec, long runsLeft)
    {
        var end = spec.UntilMs > 0 ? Math.Min(nowMs, spec.UntilMs) : nowMs;
        if (Previous(schedule, end + 1) is not { } newest || newest <= cursorMs)
        {
            return new Selection([], null);
        }

        var from = (MissedSlots)spec.Missed switch
        {
            MissedSlots.All => cursorMs,
            MissedSlots.Window => Math.Max(cursorMs, Math.Min(nowMs - spec.WindowMs, onTimeFromMs) - 1),
            MissedSlots.One => Math.Max(cursorMs, Math.Min(onTimeFromMs, newest) - 1),
            _ => Math.Max(cursorMs, onTimeFromMs - 1),
        };
        var slots = new List<long>();
        for (long? slot = newest; slot > from && slots.Count < MaxCatchUp; slot = Previous(schedule, slot.Value))
        {
            slots.Add(slot.Value);
        }

        slots.Reverse();
        var skipped = Skipped(schedule, cursorMs, slots.Count > 0 ? slots[0] : newest + 1);
        if (slots.Count > runsLeft)
        {
            slots.RemoveRange((int)runsLeft, slots.Count - (int)runsLeft);
        }

        return new Selection(slots, skipped);
    }

    /// <summary>The slots after one moment and before another; null when there are none.</summary>
    public static Range? Skipped(Schedule schedule, long afterMs, long beforeMs)
    {
        if (Next(schedule, afterMs) is not { } first || first >= beforeMs)
        {
            return null;
        }

        var last = Previous(schedule, beforeMs) ?? first;
        if (schedule.Interval is { } interval)
        {
            return new Range(first, last, 1 + ((last - first) / (long)interval.TotalMilliseconds));
        }

        var count = 1L;
        for (var slot = first; slot < last && count < MaxCounted; count++)
        {
            slot = Next(schedule, slot) ?? last;
        }

        return new Range(first, last, count);
    }

    public static long? Next(Schedule schedule, long afterMs) =>
        schedule.Next(DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(afterMs, FirstMs)))?.ToUnixTimeMilliseconds();

    private static long? Previous(Schedule schedule, long beforeMs) =>
        schedule.Previous(DateTimeOffset.FromUnixTimeMilliseconds(beforeMs))?.ToUnixTimeMilliseconds();

    public sealed record Selection(List<long> Slots, Range? Skipped);

    public sealed record Range(long First, long Last, long Count);
}
