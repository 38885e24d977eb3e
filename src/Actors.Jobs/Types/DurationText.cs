using System.Globalization;

namespace Actors.Jobs.Types;

/// <summary>Durations in attributes, written as in HOCON, of which this project knows nothing: a test compares the two.</summary>
internal static class DurationText
{
    private static readonly Dictionary<string, decimal> TicksByUnit = new(StringComparer.Ordinal)
    {
        [""] = TimeSpan.TicksPerMillisecond,
        ["ns"] = 0.01m, ["nano"] = 0.01m, ["nanos"] = 0.01m, ["nanosecond"] = 0.01m, ["nanoseconds"] = 0.01m,
        ["us"] = 10, ["micro"] = 10, ["micros"] = 10, ["microsecond"] = 10, ["microseconds"] = 10,
        ["ms"] = TimeSpan.TicksPerMillisecond, ["milli"] = TimeSpan.TicksPerMillisecond, ["millis"] = TimeSpan.TicksPerMillisecond,
        ["millisecond"] = TimeSpan.TicksPerMillisecond, ["milliseconds"] = TimeSpan.TicksPerMillisecond,
        ["s"] = TimeSpan.TicksPerSecond, ["second"] = TimeSpan.TicksPerSecond, ["seconds"] = TimeSpan.TicksPerSecond,
        ["m"] = TimeSpan.TicksPerMinute, ["minute"] = TimeSpan.TicksPerMinute, ["minutes"] = TimeSpan.TicksPerMinute,
        ["h"] = TimeSpan.TicksPerHour, ["hour"] = TimeSpan.TicksPerHour, ["hours"] = TimeSpan.TicksPerHour,
        ["d"] = TimeSpan.TicksPerDay, ["day"] = TimeSpan.TicksPerDay, ["days"] = TimeSpan.TicksPerDay,
    };

    /// <summary>Reads a duration that is not negative; <c>infinite</c> is <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.SequenceEqual("infinite"))
        {
            value = Timeout.InfiniteTimeSpan;
            return true;
        }

        value = default;
        var split = trimmed.Length;
        while (split > 0 && char.IsLetter(trimmed[split - 1]))
        {
            split--;
        }

        if (!TicksByUnit.TryGetValue(trimmed[split..].ToString(), out var ticksOfUnit)
            || !decimal.TryParse(trimmed[..split].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number > long.MaxValue / ticksOfUnit)
        {
            return false;
        }

        value = TimeSpan.FromTicks((long)(number * ticksOfUnit));
        return true;
    }

    /// <summary>The shortest exact text.</summary>
    public static string Of(TimeSpan value)
    {
        foreach (var (unit, ticks) in new[] { ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond) })
        {
            if (value.Ticks >= ticks && value.Ticks % ticks == 0)
            {
                return (value.Ticks / ticks).ToString(CultureInfo.InvariantCulture) + " " + unit;
            }
        }

        return value.TotalMilliseconds.ToString("0.####", CultureInfo.InvariantCulture) + " ms";
    }
}
