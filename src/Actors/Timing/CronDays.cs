using System.Numerics;

namespace Actors.Timing;

/// <summary>Which days of a month a cron expression means. Bit n of a mask is day n + 1 of the month.</summary>
internal sealed class CronDays
{
    private const uint AllDays = 0x7FFFFFFF;
    private const int AllWeekdays = 0x7F;

    /// <summary>The days of the month that are named.</summary>
    public uint Days { get; set; }

    /// <summary>Bit n: the day that is n before the last one. <c>L</c> is bit 0, <c>L-3</c> bit 3.</summary>
    public uint BeforeLast { get; set; }

    /// <summary>Days whose nearest weekday is meant: <c>15W</c>.</summary>
    public uint NearestWeekday { get; set; }

    /// <summary>The last weekday of the month: <c>LW</c>.</summary>
    public bool IsLastWeekday { get; set; }

    /// <summary>The days of the week that are named; bit 0 is Sunday.</summary>
    public int Weekdays { get; set; }

    /// <summary>Days of the week of which only some in a month are meant: bits 7(n-1) to 7n-1 for the n-th, 35 to 41 for the last.</summary>
    public long NthWeekdays { get; set; }

    /// <summary>Whether the days of the month are left open by <c>*</c> or <c>?</c>.</summary>
    public bool IsDayOpen { get; set; }

    /// <summary>Whether the days of the week are left open.</summary>
    public bool IsWeekdayOpen { get; set; }

    /// <summary>Whether a day must match both, by <c>+</c>; else, when neither is open, one is enough.</summary>
    public bool NeedsBoth { get; set; }

    /// <summary>Whether every day of a month matches.</summary>
    public bool IsEveryDay { get; private set; }

    public const int LastShift = 35;

    public void Complete() => IsEveryDay = IsDayOpen && IsWeekdayOpen && Days == AllDays && Weekdays == AllWeekdays;

    /// <summary>The days of one month that match.</summary>
    public uint Of(int year, int month)
    {
        var length = DateTime.DaysInMonth(year, month);
        var valid = AllDays >> (31 - length);
        if (IsEveryDay)
        {
            return valid;
        }

        var first = (int)new DateTime(year, month, 1).DayOfWeek;
        var days = ByDay(length, first);
        var weekdays = ByWeekday(length, first);

        // A star with a step, such as */2, restricts the days as well, but does not open the alternative: that is the rule of crontab.
        return valid & (NeedsBoth || IsDayOpen || IsWeekdayOpen ? days & weekdays : days | weekdays);
    }

    private uint ByDay(int length, int first)
    {
        var mask = Days;
        for (var rest = BeforeLast; rest != 0; rest &= rest - 1)
        {
            var day = length - BitOperations.TrailingZeroCount(rest);
            mask |= day >= 1 ? 1u << (day - 1) : 0;
        }

        for (var rest = NearestWeekday; rest != 0; rest &= rest - 1)
        {
            var day = BitOperations.TrailingZeroCount(rest) + 1;
            mask |= day <= length ? 1u << (Nearest(day, length, first) - 1) : 0;
        }

        return IsLastWeekday ? mask | (1u << (Nearest(length, length, first) - 1)) : mask;
    }

    /// <summary>The Monday to Friday that is nearest to a day, in the same month.</summary>
    private static int Nearest(int day, int length, int first) => ((first + day - 1) % 7) switch
    {
        (int)DayOfWeek.Saturday => day > 1 ? day - 1 : day + 2,
        (int)DayOfWeek.Sunday => day < length ? day + 1 : day - 2,
        _ => day,
    };

    private uint ByWeekday(int length, int first)
    {
        // Bit 0 is to be the weekday of the 1st.
        var week = (uint)((Weekdays >> first) | (Weekdays << (7 - first))) & AllWeekdays;
        var mask = week | (week << 7) | (week << 14) | (week << 21) | (week << 28);
        for (var rest = NthWeekdays; rest != 0; rest &= rest - 1)
        {
            var bit = BitOperations.TrailingZeroCount(rest);
            var day = 1 + (((bit % 7) - first + 7) % 7) + (bit >= LastShift ? 0 : bit / 7 * 7);
            if (bit >= LastShift)
            {
                day += (length - day) / 7 * 7;
            }

            mask |= day <= length ? 1u << (day - 1) : 0;
        }

        return mask;
    }
}
