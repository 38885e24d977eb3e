using System.Globalization;

namespace Actors.Timing;

/// <summary>Reads what people write for a schedule: <c>every 30 s</c>, <c>daily at 08:00</c>, cron, <c>@daily</c>; with a time zone at the end, if any.</summary>
internal static class ScheduleParser
{
    public const int MaxLength = 500;
    public static readonly TimeSpan Longest = TimeSpan.FromDays(3660);

    private const string Known = "@yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly and @every";
    private const string Forms = "\"every 30 s\", \"daily at 08:00\", \"weekdays at 08:00\", \"0 8 * * MON-FRI\" or \"@daily\"";

    private static readonly Dictionary<string, long> TicksByUnit = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ms"] = TimeSpan.TicksPerMillisecond, ["millisecond"] = TimeSpan.TicksPerMillisecond, ["milliseconds"] = TimeSpan.TicksPerMillisecond,
        ["s"] = TimeSpan.TicksPerSecond, ["second"] = TimeSpan.TicksPerSecond, ["seconds"] = TimeSpan.TicksPerSecond,
        ["m"] = TimeSpan.TicksPerMinute, ["min"] = TimeSpan.TicksPerMinute, ["minute"] = TimeSpan.TicksPerMinute, ["minutes"] = TimeSpan.TicksPerMinute,
        ["h"] = TimeSpan.TicksPerHour, ["hour"] = TimeSpan.TicksPerHour, ["hours"] = TimeSpan.TicksPerHour,
        ["d"] = TimeSpan.TicksPerDay, ["day"] = TimeSpan.TicksPerDay, ["days"] = TimeSpan.TicksPerDay,
    };

    public static Schedule Parse(string text, TimeZoneInfo? zone, string? key)
    {
        if (text.Length > MaxLength)
        {
            throw new ScheduleFormatException(text[..40] + "…", 0, 40, $"A schedule has at most {MaxLength} characters; this has {text.Length}.");
        }

        var words = Words(text);
        if (words.Count > 1 && IsZone(text[words[^1]]))
        {
            zone = Zone(text, words[^1]);
            words.RemoveAt(words.Count - 1);
        }

        if (words.Count == 0)
        {
            throw new ScheduleFormatException(text, 0, 1, $"There is no schedule. Write {Forms}.");
        }

        zone ??= TimeZoneInfo.Utc;
        var first = text[words[0]].ToLowerInvariant();
        if (first is "every" or "@every")
        {
            // "every 6 h from 2 h": the slots of "every 6 h", two hours later.
            var from = words.FindIndex(word => text[word].Equals("from", StringComparison.OrdinalIgnoreCase));
            var anchor = from < 0 ? TimeSpan.Zero : Interval(text, words[from].End.Value, words[^1].End.Value, from < words.Count - 1);
            var every = Interval(text, words[0].End.Value, from < 0 ? words[^1].End.Value : words[from].Start.Value, from != 1 && words.Count > 1);
            return new Schedule(text, zone, every, DateTime.UnixEpoch.Ticks + anchor.Ticks);
        }

        if (first is "daily" or "weekdays")
        {
            return new Schedule(text, zone, At(text, words, first == "weekdays"));
        }

        if (first[0] == '@')
        {
            var cron = Macro(text, words);
            return new Schedule(text, zone, new CronParser(cron, key).Parse(Words(cron)), key);
        }

        return words.Count is 5 or 6 ? new Schedule(text, zone, new CronParser(text, key).Parse(words), key) : throw Count(text, words);
    }

    public static TimeZoneInfo FindZone(string id) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone)
            ? zone
            : throw new TimeZoneNotFoundException(
                $"The time zone '{id}' is not known. Write its name in the IANA database, such as Europe/London or UTC{Similar(id)}.");

    private static string Similar(string id)
    {
        var city = id[(id.LastIndexOf('/') + 1)..];
        var known = TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id)
            .FirstOrDefault(other => city.Length > 2 && other.EndsWith("/" + city, StringComparison.OrdinalIgnoreCase));
        return known is null ? "" : $"; did you mean {known}";
    }

    private static List<Range> Words(string text)
    {
        var words = new List<Range>();
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsWhiteSpace(text[i]))
            {
                var start = i;
                while (i < text.Length && !char.IsWhiteSpace(text[i]))
                {
                    i++;
                }

                words.Add(start..i);
            }
        }

        return words;
    }

    /// <summary><c>Europe/London</c> and <c>UTC</c>, but neither <c>H/15</c> nor <c>MON/2</c>.</summary>
    private static bool IsZone(string word)
    {
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        return word.Equals("UTC", StringComparison.OrdinalIgnoreCase)
            || (slash >= 2 && char.IsAsciiLetter(word[0]) && char.IsAsciiLetter(word[1]) && slash + 1 < word.Length && char.IsAsciiLetter(word[slash + 1]));
    }

    private static TimeZoneInfo Zone(string text, Range place)
    {
        try
        {
            return FindZone(text[place]);
        }
        catch (TimeZoneNotFoundException unknown)
        {
            throw new ScheduleFormatException(text, place.Start.Value, place.End.Value - place.Start.Value, unknown.Message);
        }
    }

    private static TimeSpan Interval(string text, int at, int end, bool isThere)
    {
        var ticks = 0m;
        while (isThere && at < end && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        var start = at;
        while (at < end)
        {
            var number = at;
            while (at < end && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
            {
                at++;
            }

            var unit = at;
            while (unit < end && char.IsWhiteSpace(text[unit]))
            {
                unit++;
            }

            var unitEnd = unit;
            while (unitEnd < end && char.IsAsciiLetter(text[unitEnd]))
            {
                unitEnd++;
            }

            // "every minute" is one of them.
            var count = 1m;
            if ((at > number && !(at - number <= 12 && decimal.TryParse(text.AsSpan(number, at - number), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out count)))
                || !TicksByUnit.TryGetValue(text[unit..unitEnd], out var ticksOfUnit)
                || (at == number && number != start))
            {
                throw new ScheduleFormatException(
                    text, number, Math.Max(1, Math.Max(at, unitEnd) - number), "A number and a unit were expected, such as 30 s, 5 minutes, 1 h or 1h30m.");
            }

            ticks += count * ticksOfUnit;
            at = unitEnd;
            while (at < end && char.IsWhiteSpace(text[at]))
            {
                at++;
            }
        }

        return ticks >= TimeSpan.TicksPerMillisecond && ticks <= Longest.Ticks && ticks % TimeSpan.TicksPerMillisecond == 0
            ? TimeSpan.FromTicks((long)ticks)
            : throw new ScheduleFormatException(
                text, Math.Min(start, text.Length), Math.Max(1, end - start), "An interval is from 1 ms to ten years, in whole milliseconds, such as 30 s or 1h30m.");
    }

    private static CronFields At(string text, List<Range> words, bool isWeekdays)
    {
        var time = words.Count == 3 && text[words[1]].Equals("at", StringComparison.OrdinalIgnoreCase) ? text[words[2]] : "";
        if (!TimeOnly.TryParseExact(time, ["H:mm", "H:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var at))
        {
            var place = words.Count > 2 ? words[2].Start.Value : words.Count > 1 ? words[1].Start.Value : words[0].End.Value;
            throw new ScheduleFormatException(
                text, place, (words.Count > 1 ? words[^1].End.Value : place + 1) - place, $"\"{text[words[0]]} at 08:00\" was expected, with a time from 00:00 to 23:59:59.");
        }

        var cron = new CronFields
        {
            Seconds = 1UL << at.Second,
            Minutes = 1UL << at.Minute,
            Hours = 1u << at.Hour,
            Months = (int)CronField.Month.All,
        };
        (cron.Days.IsDayOpen, cron.Days.Days) = (true, (uint)(CronField.Day.All >> 1));
        (cron.Days.IsWeekdayOpen, cron.Days.Weekdays) = (!isWeekdays, isWeekdays ? 0x3E : 0x7F);
        cron.Days.Complete();
        return cron;
    }

    private static string Macro(string text, List<Range> words)
    {
        var name = text[words[0]].ToLowerInvariant();
        var cron = name switch
        {
            "@yearly" or "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" or "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            _ => null,
        };
        var (start, length) = (words[0].Start.Value, name.Length);
        return cron is null
            ? throw new ScheduleFormatException(
                text,
                start,
                length,
                name == "@reboot" ? "A start is no time: do what is to be done then in a service." : $"'{name}' is not known. There are {Known}.")
            : words.Count == 1 ? cron : throw new ScheduleFormatException(
                text, words[1].Start.Value, words[1].End.Value - words[1].Start.Value, $"After {name} comes nothing but a time zone.");
    }

    private static ScheduleFormatException Count(string text, List<Range> words)
    {
        if (char.IsAsciiLetter(text[words[0].Start]) && words.Count < 5)
        {
            return new ScheduleFormatException(
                text, words[0].Start.Value, words[0].End.Value - words[0].Start.Value, $"'{text[words[0]]}' was not expected. Write {Forms}.");
        }

        var place = words.Count > 6 ? words[6] : words[^1].End.Value..(words[^1].End.Value + 1);
        return new ScheduleFormatException(
            text,
            place.Start.Value,
            place.End.Value - place.Start.Value,
            $"A cron expression has 5 fields (minute, hour, day, month, day of the week), or 6 with the second before them; this has {words.Count}.");
    }
}
