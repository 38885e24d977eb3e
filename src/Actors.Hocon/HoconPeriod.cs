using System.Diagnostics.CodeAnalysis;
using Actors.Hocon.Conversion;

namespace Actors.Hocon;

/// <summary>A length of time on the calendar. A month is not a number of days until it starts somewhere.</summary>
/// <param name="Months">Whole months; a year is twelve.</param>
/// <param name="Days">Whole days; a week is seven.</param>
public readonly record struct HoconPeriod(int Months, int Days)
{
    internal const string Expected =
        "a period: a whole number with d, w, m, mo or y (or day, week, month, year and their plurals); a bare number is days";

    private static readonly Dictionary<string, HoconPeriod> ByUnit = new(StringComparer.Ordinal)
    {
        [string.Empty] = new(0, 1),
        ["d"] = new(0, 1), ["day"] = new(0, 1), ["days"] = new(0, 1),
        ["w"] = new(0, 7), ["week"] = new(0, 7), ["weeks"] = new(0, 7),
        ["m"] = new(1, 0), ["mo"] = new(1, 0), ["month"] = new(1, 0), ["months"] = new(1, 0),
        ["y"] = new(12, 0), ["year"] = new(12, 0), ["years"] = new(12, 0),
    };

    internal static IReadOnlyCollection<string> Units => ByUnit.Keys;

    /// <summary>Reads a period. Units are case-sensitive; a bare number is days.</summary>
    /// <returns>False when the text is no period, has a fraction, or does not fit.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out HoconPeriod value)
    {
        value = default;
        if (text is null || !UnitText.TryParse(text, out var parsed) || parsed.Decimals > 0
            || !ByUnit.TryGetValue(parsed.Unit, out var unit))
        {
            return false;
        }

        var months = parsed.Digits * unit.Months;
        var days = parsed.Digits * unit.Days;
        if (months < int.MinValue || months > int.MaxValue || days < int.MinValue || days > int.MaxValue)
        {
            return false;
        }

        value = new HoconPeriod((int)months, (int)days);
        return true;
    }

    /// <summary>The moment one period after another: first the months, at most to the end of the month, then the days.</summary>
    public DateTimeOffset After(DateTimeOffset start) => start.AddMonths(Months).AddDays(Days);
}
