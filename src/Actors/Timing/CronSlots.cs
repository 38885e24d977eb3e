namespace Actors.Timing;

/// <summary>
/// The slots of a cron expression in a time zone. Where the clocks go forward, a slot whose local time does not exist is at the end of the gap. Where they go
/// back, local times come twice: a fixed hour has its slot the first time, an open one both times. All times are ticks, in UTC unless they are called local.
/// </summary>
internal sealed class CronSlots(CronFields fields, ZoneOffsets zone) : ISlots
{
    /// <summary>Longer than any offset and any change of one; and when it pays to go there at once.</summary>
    private const long Near = 36 * TimeSpan.TicksPerHour;
    private const long Far = 60 * TimeSpan.TicksPerDay;

    public long Next(long after)
    {
        var at = after - (after % TimeSpan.TicksPerSecond);
        var offset = zone.At(at);
        var local = fields.First(Fresh(at, at + offset + TimeSpan.TicksPerSecond));
        if (!fields.IsHourOpen && local - at > Far)
        {
            // No change before has anything to do with this slot.
            at = local - Near;
            offset = zone.At(at);
        }

        while (local != CronFields.None && zone.TryFirst(at, local - offset, out var change))
        {
            if (change.IsGap && local < change.LocalAfter)
            {
                return change.At;
            }

            if (!change.IsGap && fields.IsHourOpen)
            {
                local = fields.First(change.LocalAfter);
            }

            (at, offset) = (change.At, change.After);
        }

        return local == CronFields.None || local - offset > DateTime.MaxValue.Ticks ? CronFields.None : local - offset;
    }

    public long Previous(long before)
    {
        var end = before + (TimeSpan.TicksPerSecond - 1);
        end -= end % TimeSpan.TicksPerSecond;
        if (end <= 0)
        {
            return CronFields.None;
        }

        var offset = zone.At(end - TimeSpan.TicksPerSecond);
        var local = fields.Last(end - TimeSpan.TicksPerSecond + offset);
        if (!fields.IsHourOpen && local != CronFields.None && end - local > Far)
        {
            end = local + Near;
            offset = zone.At(end - TimeSpan.TicksPerSecond);
        }

        while (local != CronFields.None)
        {
            // The change before which the slot would be; or in whose repetition it would be, where a fixed hour has none.
            if (!zone.TryLast(end, local - offset - RepetitionOf(end), out var change) || !IsBehind(local, offset, change))
            {
                break;
            }

            if (change.IsGap && local >= change.LocalBefore)
            {
                return change.At;
            }

            // Local times that come twice are looked at once more only when the search began among them.
            if (!change.IsGap && end + offset < change.LocalBefore)
            {
                local = fields.Last(change.LocalBefore - TimeSpan.TicksPerSecond);
            }

            (end, offset) = (change.At, change.Before);
        }

        return local == CronFields.None || local < offset ? CronFields.None : local - offset;
    }

    /// <summary>How far back a change may lie whose repetition reaches to now.</summary>
    private long RepetitionOf(long end) => fields.IsHourOpen ? 0 : Math.Min(end, TimeSpan.TicksPerDay);

    private bool IsBehind(long local, long offset, OffsetChange change) =>
        local - offset < change.At || (!fields.IsHourOpen && !change.IsGap && local < change.LocalBefore);

    /// <summary>A fixed hour that is being repeated has had its slots.</summary>
    private long Fresh(long at, long local) =>
        !fields.IsHourOpen
        && zone.TryLast(at + 1, Math.Max(0, at - TimeSpan.TicksPerDay), out var change)
        && !change.IsGap
            ? Math.Max(local, change.LocalBefore)
            : local;
}

/// <summary>The moments of a schedule, as UTC ticks; <see cref="CronFields.None"/> when there is none.</summary>
internal interface ISlots
{
    /// <summary>The first slot after a moment.</summary>
    long Next(long after);

    /// <summary>The last slot before a moment.</summary>
    long Previous(long before);
}

/// <summary>Slots at even distances.</summary>
internal sealed class IntervalSlots(long interval, long anchor) : ISlots
{
    public long Next(long after)
    {
        var slot = after - Past(after) + interval;
        return slot > DateTime.MaxValue.Ticks ? CronFields.None : slot;
    }

    public long Previous(long before)
    {
        var past = Past(before);
        var slot = before - (past == 0 ? interval : past);
        return slot < 0 ? CronFields.None : slot;
    }

    /// <summary>How long ago the last slot was; 0 when it is now.</summary>
    private long Past(long moment) => (((moment - anchor) % interval) + interval) % interval;
}
