using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Actors.Hocon.Conversion;

namespace Actors.Hocon;

/// <summary>Reads durations such as <c>500ms</c>, <c>30 s</c>, <c>1.5 hours</c> and <c>infinite</c>.</summary>
public static class HoconDuration
{
    internal const string Expected =
        "a duration: a number with ns, us, ms, s, m, h or d (or the long names), or 'infinite'; a bare number is milliseconds";

    private const string Infinite = "infinite";

    private static readonly Dictionary<string, long> NanosecondsByUnit = new(StringComparer.Ordinal)
    {
        [string.Empty] = 1_000_000,
        ["ns"] = 1, ["nano"] = 1, ["nanos"] = 1, ["nanosecond"] = 1, ["nanoseconds"] = 1,
        ["us"] = 1_000, ["micro"] = 1_000, ["micros"] = 1_000, ["microsecond"] = 1_000, ["microseconds"] = 1_000,
        ["ms"] = 1_000_000, ["milli"] = 1_000_000, ["millis"] = 1_000_000,
        ["millisecond"] = 1_000_000, ["milliseconds"] = 1_000_000,
        ["s"] = 1_000_000_000, ["second"] = 1_000_000_000, ["seconds"] = 1_000_000_000,
        ["m"] = 60_000_000_000, ["minute"] = 60_000_000_000, ["minutes"] = 60_000_000_000,
        ["h"] = 3_600_000_000_000, ["hour"] = 3_600_000_000_000, ["hours"] = 3_600_000_000_000,
        ["d"] = 86_400_000_000_000, ["day"] = 86_400_000_000_000, ["days"] = 86_400_000_000_000,
    };

    internal static IReadOnlyCollection<string> Units => NanosecondsByUnit.Keys;

    /// <summary>Reads a duration. Units are case-sensitive; a bare number is milliseconds.</summary>
    /// <param name="text">The text; whitespace around the number and the unit is ignored.</param>
    /// <param name="value"><see cref="Timeout.InfiniteTimeSpan"/> for <c>infinite</c>. A fraction of 100 ns is cut off.
    /// </param>
    /// <returns>False when the text is no duration or does not fit. <c>-1 ms</c> is refused too: the runtime would take it
    /// for infinite.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out TimeSpan value)
    {
        value = default;
        if (text is null)
        {
            return false;
        }

        if (text.AsSpan().Trim().SequenceEqual(Infinite))
        {
            value = Timeout.InfiniteTimeSpan;
            return true;
        }

        if (!UnitText.TryParse(text, out var parsed) || !NanosecondsByUnit.TryGetValue(parsed.Unit, out var nanoseconds))
        {
            return false;
        }

        var ticks = parsed.Times(nanoseconds) / TimeSpan.NanosecondsPerTick;
        if (ticks < long.MinValue || ticks > long.MaxValue || ticks == Timeout.InfiniteTimeSpan.Ticks)
        {
            return false;
        }

        value = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    /// <summary>Reads a duration.</summary>
    /// <exception cref="FormatException">The text is no duration, or does not fit.</exception>
    public static TimeSpan Parse(string text) => TryParse(text, out var value)
        ? value
        : throw new FormatException($"'{text}' is not {Expected}.");
}
