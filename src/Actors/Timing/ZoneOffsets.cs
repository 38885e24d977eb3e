using System.Runtime.CompilerServices;

namespace Actors.Timing;

/// <summary>
/// The offsets of a time zone, looked up once for each year: what the runtime answers in a microsecond is found here in nanoseconds, without allocation. All
/// times are ticks.
/// </summary>
internal sealed class ZoneOffsets
{
    private const int YearsPerBlock = 100;
    private static readonly ConditionalWeakTable<TimeZoneInfo, ZoneOffsets> Cache = [];

    private readonly TimeZoneInfo _zone;
    private readonly Year?[]?[] _blocks = new Year?[]?[(DateTime.MaxValue.Year / YearsPerBlock) + 1];

    private ZoneOffsets(TimeZoneInfo zone)
    {
        _zone = zone;
        IsFixed = zone.GetAdjustmentRules().Length == 0;
    }

    /// <summary>Whether the offset never changes.</summary>
    public bool IsFixed { get; }

    public static ZoneOffsets Of(TimeZoneInfo zone) => Cache.GetValue(zone, static zone => new ZoneOffsets(zone));

    /// <summary>What to add to a UTC time to have the local one.</summary>
    public long At(long utc)
    {
        if (IsFixed)
        {
            return _zone.BaseUtcOffset.Ticks;
        }

        var year = YearOf(utc);
        var offset = year.OffsetAtStart;
        foreach (ref readonly var change in year.Changes.AsSpan())
        {
            if (change.At > utc)
            {
                break;
            }

            offset = change.After;
        }

        return offset;
    }

    /// <summary>The first change after one time and at or before another.</summary>
    public bool TryFirst(long after, long until, out OffsetChange first)
    {
        for (var year = new DateTime(after).Year; !IsFixed && year <= DateTime.MaxValue.Year; year++)
        {
            foreach (ref readonly var change in Of(year).Changes.AsSpan())
            {
                if (change.At > after)
                {
                    first = change;
                    return change.At <= until;
                }
            }

            if (year < DateTime.MaxValue.Year && new DateTime(year + 1, 1, 1).Ticks > until)
            {
                break;
            }
        }

        first = default;
        return false;
    }

    /// <summary>The last change before one time and at or after another.</summary>
    public bool TryLast(long before, long from, out OffsetChange last)
    {
        for (var year = new DateTime(Math.Max(0, before)).Year; !IsFixed && year >= 1; year--)
        {
            var changes = Of(year).Changes;
            for (var i = changes.Length - 1; i >= 0; i--)
            {
                if (changes[i].At < before)
                {
                    last = changes[i];
                    return last.At >= from;
                }
            }

            if (new DateTime(year, 1, 1).Ticks <= from)
            {
                break;
            }
        }

        last = default;
        return false;
    }

    private Year YearOf(long utc) => Of(new DateTime(utc).Year);

    private Year Of(int year)
    {
        var block = Volatile.Read(ref _blocks[year / YearsPerBlock]) ?? AddBlock(year);
        return Volatile.Read(ref block[year % YearsPerBlock]) ?? Add(block, year);
    }

    private Year?[] AddBlock(int year)
    {
        ref var place = ref _blocks[year / YearsPerBlock];
        return Interlocked.CompareExchange(ref place, new Year?[YearsPerBlock], null) ?? place!; // Set by now, by whomever.
    }

    private Year Add(Year?[] block, int year)
    {
        var found = Read(year);
        Volatile.Write(ref block[year % YearsPerBlock], found); // Two threads may both read it; they read the same.
        return found;
    }

    /// <summary>Asks for each day of the year, and halves the days on which the offset changes.</summary>
    private Year Read(int year)
    {
        var from = new DateTime(year, 1, 1).Ticks;
        var to = year == DateTime.MaxValue.Year ? DateTime.MaxValue.Ticks : new DateTime(year + 1, 1, 1).Ticks;
        var changes = new List<OffsetChange>();

        // A change at the very beginning of the year belongs to it, so the offset at its start is that before.
        var before = Math.Max(0, from - TimeSpan.TicksPerSecond);
        var start = Ask(before);
        var (at, offset) = (before, start);
        while (at < to - 1)
        {
            var next = Math.Min(to - 1, at + TimeSpan.TicksPerDay);
            var nextOffset = Ask(next);
            if (nextOffset != offset)
            {
                changes.Add(Halve(at, next, offset));
                (at, offset) = (changes[^1].At, changes[^1].After);
            }
            else
            {
                at = next;
            }
        }

        return new Year(start, [.. changes]);
    }

    private OffsetChange Halve(long low, long high, long before)
    {
        var (lowSecond, highSecond) = (low / TimeSpan.TicksPerSecond, (high + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);
        while (highSecond - lowSecond > 1)
        {
            var middle = (lowSecond + highSecond) / 2;
            if (Ask(middle * TimeSpan.TicksPerSecond) == before)
            {
                lowSecond = middle;
            }
            else
            {
                highSecond = middle;
            }
        }

        var at = highSecond * TimeSpan.TicksPerSecond;
        return new OffsetChange(at, before, Ask(at));
    }

    private long Ask(long utc) => _zone.GetUtcOffset(new DateTime(Math.Min(utc, DateTime.MaxValue.Ticks), DateTimeKind.Utc)).Ticks;

    private sealed record Year(long OffsetAtStart, OffsetChange[] Changes);
}

/// <summary>A moment at which the clocks of a zone are set. All in ticks.</summary>
internal readonly record struct OffsetChange(long At, long Before, long After)
{
    /// <summary>The clocks go forward: local times from here to <see cref="LocalAfter"/> do not exist.</summary>
    public bool IsGap => After > Before;

    /// <summary>The local time before the change.</summary>
    public long LocalBefore => At + Before;

    /// <summary>The local time after it. When the clocks go back, local times from here to <see cref="LocalBefore"/> come twice.</summary>
    public long LocalAfter => At + After;
}
