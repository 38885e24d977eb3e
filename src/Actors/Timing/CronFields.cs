using System.Numerics;

namespace Actors.Timing;

/// <summary>A cron expression as bit masks, and the search through local time: for each field the next bit that is set. All times are ticks on whole seconds.</summary>
internal sealed class CronFields
{
    public const long None = -1;

    /// <summary>Whatever happens, happens within the 400 years after which the calendar repeats itself.</summary>
    private const int Cycle = 400;

    public ulong Seconds { get; set; }

    public ulong Minutes { get; set; }

    public uint Hours { get; set; }

    public CronDays Days { get; } = new();

    /// <summary>Bit 1 is January.</summary>
    public int Months { get; set; }

    /// <summary>Whether the hour is left open, so that an hour which comes twice has its slots twice.</summary>
    public bool IsHourOpen { get; set; }

    /// <summary>The first match at or after a local time, or <see cref="None"/>.</summary>
    public long First(long local)
    {
        if (local > DateTime.MaxValue.Ticks)
        {
            return None;
        }

        var from = new DateTime(Math.Max(0, local));
        var (year, month, day) = from;
        if (TryFirstOfDay(from, out var time) && IsDay(year, month, day))
        {
            return (from.Ticks - (from.Ticks % TimeSpan.TicksPerDay)) + time;
        }

        var last = Math.Min(DateTime.MaxValue.Year, year + Cycle);
        for (var firstDay = day; year <= last; firstDay = 0)
        {
            var days = (Months >> month & 1) == 0 ? 0 : Days.Of(year, month) & (uint)(ulong.MaxValue << firstDay);
            if (days != 0)
            {
                return new DateTime(year, month, BitOperations.TrailingZeroCount(days) + 1).Ticks + Earliest();
            }

            var months = Months >> (month + 1);
            (year, month) = months == 0
                ? (year + 1, BitOperations.TrailingZeroCount(Months))
                : (year, month + 1 + BitOperations.TrailingZeroCount(months));
        }

        return None;
    }

    /// <summary>The last match at or before a local time, or <see cref="None"/>.</summary>
    public long Last(long local)
    {
        if (local < 0)
        {
            return None;
        }

        var to = new DateTime(Math.Min(local, DateTime.MaxValue.Ticks));
        var (year, month, day) = to;
        if (IsDay(year, month, day) && TryLastOfDay(to, out var time))
        {
            return (to.Ticks - (to.Ticks % TimeSpan.TicksPerDay)) + time;
        }

        var first = Math.Max(1, year - Cycle);
        for (var days = (1u << (day - 1)) - 1; year >= first; days = uint.MaxValue)
        {
            days &= (Months >> month & 1) == 0 ? 0 : Days.Of(year, month);
            if (days != 0)
            {
                return new DateTime(year, month, BitOperations.Log2(days) + 1).Ticks + Latest();
            }

            var months = Months & ((1 << month) - 1);
            (year, month) = months == 0 ? (year - 1, BitOperations.Log2((uint)Months)) : (year, BitOperations.Log2((uint)months));
        }

        return None;
    }

    private bool IsDay(int year, int month, int day) =>
        (Months >> month & 1) != 0 && (Days.IsEveryDay || (Days.Of(year, month) >> (day - 1) & 1) != 0);

    private bool TryFirstOfDay(DateTime from, out long time)
    {
        var (hour, minute, second) = (from.Hour, from.Minute, from.Second);
        time = 0;
        if ((Hours >> hour & 1) != 0)
        {
            if ((Minutes >> minute & 1) != 0 && Seconds >> second is var seconds and not 0)
            {
                time = Time(hour, minute, second + BitOperations.TrailingZeroCount(seconds));
                return true;
            }

            if (Minutes >> (minute + 1) is var minutes and not 0)
            {
                time = Time(hour, minute + 1 + BitOperations.TrailingZeroCount(minutes), BitOperations.TrailingZeroCount(Seconds));
                return true;
            }
        }

        if (Hours >> (hour + 1) is var hours and not 0)
        {
            time = Time(
                hour + 1 + BitOperations.TrailingZeroCount(hours), BitOperations.TrailingZeroCount(Minutes), BitOperations.TrailingZeroCount(Seconds));
            return true;
        }

        return false;
    }

    private bool TryLastOfDay(DateTime to, out long time)
    {
        var (hour, minute, second) = (to.Hour, to.Minute, to.Second);
        time = 0;
        if ((Hours >> hour & 1) != 0)
        {
            if ((Minutes >> minute & 1) != 0 && (Seconds & Through(second)) is var seconds and not 0)
            {
                time = Time(hour, minute, BitOperations.Log2(seconds));
                return true;
            }

            if ((Minutes & Below(minute)) is var minutes and not 0)
            {
                time = Time(hour, BitOperations.Log2(minutes), BitOperations.Log2(Seconds));
                return true;
            }
        }

        if ((Hours & (uint)Below(hour)) is var hours and not 0)
        {
            time = Time(BitOperations.Log2(hours), BitOperations.Log2(Minutes), BitOperations.Log2(Seconds));
            return true;
        }

        return false;
    }

    private long Earliest() =>
        Time(BitOperations.TrailingZeroCount(Hours), BitOperations.TrailingZeroCount(Minutes), BitOperations.TrailingZeroCount(Seconds));

    private long Latest() => Time(BitOperations.Log2(Hours), BitOperations.Log2(Minutes), BitOperations.Log2(Seconds));

    private static ulong Below(int bit) => (1UL << bit) - 1;

    private static ulong Through(int bit) => (1UL << bit << 1) - 1;

    private static long Time(int hour, int minute, int second) => ((hour * 3600L) + (minute * 60) + second) * TimeSpan.TicksPerSecond;
}
