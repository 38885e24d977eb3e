using System.Globalization;
using System.Numerics;

namespace Actors.Timing;

/// <summary>A schedule in English.</summary>
internal static class ScheduleText
{
    /// <summary>Times of day are listed up to this many.</summary>
    private const int MaxTimes = 6;

    private static readonly string[] Weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    private static readonly string[] Nth = ["first", "second", "third", "fourth", "fifth", "last"];

    private static readonly (long Ticks, string Unit)[] Units =
    [
        (TimeSpan.TicksPerDay, "d"), (TimeSpan.TicksPerHour, "h"), (TimeSpan.TicksPerMinute, "min"), (TimeSpan.TicksPerSecond, "s"),
        (TimeSpan.TicksPerMillisecond, "ms"),
    ];

    public static string Of(CronFields? cron, TimeSpan? interval, TimeSpan from, TimeZoneInfo zone)
    {
        if (interval is { } every)
        {
            return $"every {Duration(every)}{(from == TimeSpan.Zero ? "" : $" from {Duration(from)}")}";
        }

        string[] parts = [Time(cron!), Days(cron!.Days), Months(cron.Months)]; // What has no interval has fields.
        return string.Join(' ', parts.Where(part => part.Length > 0)) + ", " + zone.Id;
    }

    /// <summary>In the largest unit that leaves a whole number.</summary>
    public static string Duration(TimeSpan time)
    {
        var (ticks, unit) = Units.First(unit => time.Ticks % unit.Ticks == 0 || unit.Ticks == TimeSpan.TicksPerMillisecond);
        return string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / (decimal)ticks:0.####} {unit}");
    }

    private static string Time(CronFields cron)
    {
        var times = BitOperations.PopCount(cron.Seconds) * BitOperations.PopCount(cron.Minutes) * BitOperations.PopCount(cron.Hours);
        if (times <= MaxTimes)
        {
            return "at " + List([.. Times(cron)]);
        }

        var isEveryHour = cron.Hours == CronField.Hour.All;
        var isEveryMinute = cron.Minutes == CronField.Minute.All;
        var second = cron.Seconds == 1 ? "" : Unit(cron.Seconds, 60, "second");
        var minute = second.Length > 0 && isEveryMinute ? "" : Unit(cron.Minutes, 60, "minute");
        if (second.Length == 0 && cron.Minutes == 1 && Step(cron.Hours, 24) is var hours and > 0)
        {
            return hours == 1 ? "every hour" : $"every {hours} hours";
        }

        var of = string.Join(" of ", new[] { second, minute }.Where(text => text.Length > 0));
        return isEveryHour ? of.StartsWith("every", StringComparison.Ordinal) ? of : of + " of every hour" : of + Hours(cron.Hours);
    }

    private static IEnumerable<string> Times(CronFields cron) =>
        from hour in Bits(cron.Hours)
        from minute in Bits(cron.Minutes)
        from second in Bits(cron.Seconds)
        select cron.Seconds == 1 ? $"{hour:00}:{minute:00}" : $"{hour:00}:{minute:00}:{second:00}";

    private static string Unit(ulong bits, int count, string unit) => Step(bits, count) switch
    {
        1 => $"every {unit}",
        > 1 and var step => $"every {step} {unit}s",
        _ => $"{(BitOperations.PopCount(bits) == 1 ? unit : unit + "s")} {Ranges(bits, n => n.ToString(CultureInfo.InvariantCulture))}",
    };

    private static string Hours(uint hours)
    {
        var (first, last) = (BitOperations.TrailingZeroCount(hours), BitOperations.Log2(hours));
        return BitOperations.PopCount(hours) == last - first + 1
            ? $" from {first:00}:00 to {last:00}:59"
            : $" in the {(BitOperations.PopCount(hours) == 1 ? "hour" : "hours")} {Ranges(hours, n => n.ToString(CultureInfo.InvariantCulture))}";
    }

    /// <summary>The distance of the bits when it is even, begins at 0 and goes round without a rest; else 0.</summary>
    private static int Step(ulong bits, int count)
    {
        var all = BitOperations.PopCount(bits);
        var step = count / all;
        return count % all == 0 && all > 1 && Bits(bits).Select((bit, i) => bit == i * step).All(isEven => isEven) ? step : 0;
    }

    private static string Days(CronDays days)
    {
        if (days.IsEveryDay)
        {
            return "every day";
        }

        var isDay = !(days.IsDayOpen && days.Days == 0x7FFFFFFF);
        var isWeekday = !(days.IsWeekdayOpen && days.Weekdays == 0x7F);
        var both = days.NeedsBoth || days.IsDayOpen || days.IsWeekdayOpen ? " if that is " : " or ";
        return "on " + string.Join(both, new[] { isDay ? DaysOfMonth(days) : "", isWeekday ? DaysOfWeek(days) : "" }.Where(text => text.Length > 0));
    }

    private static string DaysOfMonth(CronDays days)
    {
        List<string> parts = [];
        if (days.Days != 0)
        {
            parts.Add($"{(BitOperations.PopCount(days.Days) == 1 ? "day" : "days")} {Ranges(days.Days, n => (n + 1).ToString(CultureInfo.InvariantCulture))}");
        }

        parts.AddRange(Bits(days.NearestWeekday).Select(day => $"the weekday nearest to day {day + 1}"));
        parts.AddRange(Bits(days.BeforeLast).Select(before => before == 0 ? "the last day" : $"the last day but {before}"));
        if (days.IsLastWeekday)
        {
            parts.Add("the last weekday");
        }

        return List(parts) + " of the month";
    }

    private static string DaysOfWeek(CronDays days)
    {
        List<string> parts = [];
        if (days.Weekdays != 0)
        {
            // A week begins on Monday when it is told of.
            var fromMonday = (ulong)(((days.Weekdays >> 1) | (days.Weekdays << 6)) & 0x7F);
            parts.Add(Ranges(fromMonday, n => Weekdays[(n + 1) % 7]));
        }

        parts.AddRange(Bits((ulong)days.NthWeekdays).Select(bit => $"the {Nth[bit / 7]} {Weekdays[bit % 7]} of the month"));
        return List(parts);
    }

    private static string Months(int months) => months == (int)CronField.Month.All
        ? ""
        : "in " + Ranges((ulong)months, n => CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(n));

    /// <summary><c>1, 3 and 5 to 9</c>.</summary>
    private static string Ranges(ulong bits, Func<int, string> name)
    {
        List<string> parts = [];
        var all = Bits(bits).ToList();
        for (var i = 0; i < all.Count;)
        {
            var last = i;
            while (last + 1 < all.Count && all[last + 1] == all[last] + 1)
            {
                last++;
            }

            if (last - i >= 2)
            {
                parts.Add($"{name(all[i])} to {name(all[last])}");
            }
            else
            {
                parts.AddRange(all[i..(last + 1)].Select(name));
            }

            i = last + 1;
        }

        return List(parts);
    }

    private static string List(IReadOnlyList<string> parts) =>
        parts.Count <= 1 ? string.Concat(parts) : string.Join(", ", parts.SkipLast(1)) + " and " + parts[^1];

    private static IEnumerable<int> Bits(ulong bits)
    {
        for (var rest = bits; rest != 0; rest &= rest - 1)
        {
            yield return BitOperations.TrailingZeroCount(rest);
        }
    }
}
