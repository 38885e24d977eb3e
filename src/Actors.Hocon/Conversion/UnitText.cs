using System.Globalization;
using System.Numerics;

namespace Actors.Hocon.Conversion;

/// <summary>A number with an optional unit: "10 ms", "1.5GiB", "7".</summary>
/// <param name="Digits">The number without its decimal point.</param>
/// <param name="Decimals">How many of the digits stand behind the decimal point.</param>
/// <param name="Unit">The letters behind the number; empty when there are none.</param>
internal readonly record struct UnitText(BigInteger Digits, int Decimals, string Unit)
{
    private const int LongestNumber = 64;

    public static bool TryParse(string text, out UnitText result)
    {
        var trimmed = text.AsSpan().Trim();
        var split = trimmed.Length;
        while (split > 0 && char.IsLetter(trimmed[split - 1]))
        {
            split--;
        }

        var unit = trimmed[split..].ToString();
        var number = trimmed[..split].TrimEnd();
        result = default;
        if (number.Length is 0 or > LongestNumber)
        {
            return false;
        }

        var exponent = 0;
        if (number.IndexOfAny('e', 'E') is var e and > 0)
        {
            if (!int.TryParse(number[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || exponent is < -LongestNumber or > LongestNumber)
            {
                return false;
            }

            number = number[..e];
        }

        var point = number.IndexOf('.');
        var whole = point < 0 ? number : number[..point];
        var fraction = point < 0 ? [] : number[(point + 1)..];
        if (!IsWhole(whole, mayBeEmpty: point >= 0) || (point >= 0 && fraction.Length == 0)
            || fraction.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        var digits = BigInteger.Parse(
            string.Concat(whole, fraction), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var decimals = fraction.Length - exponent;
        result = decimals >= 0
            ? new UnitText(digits, decimals, unit)
            : new UnitText(digits * BigInteger.Pow(10, -decimals), 0, unit);
        return true;
    }

    /// <summary>The number of small units, the rest cut off towards zero.</summary>
    public BigInteger Times(BigInteger smallUnits) => Digits * smallUnits / BigInteger.Pow(10, Decimals);

    /// <summary>The unit that was probably meant by one that is not known.</summary>
    public static string? Suggest(string text, IReadOnlyCollection<string>? units) =>
        units is not null && TryParse(text, out var parsed) && parsed.Unit.Length > 0 && !units.Contains(parsed.Unit)
            ? string.Join(", ", [$"the unit '{parsed.Unit}' is unknown", .. Hints(parsed.Unit, units)])
            : null;

    private static string[] Hints(string unit, IReadOnlyCollection<string> units) =>
        DidYouMean.Suggest(unit, units) is { } hint ? [hint] : [];

    private static bool IsWhole(ReadOnlySpan<char> number, bool mayBeEmpty)
    {
        var digits = number.Length > 0 && (number[0] is '-' or '+') ? number[1..] : number;
        return (mayBeEmpty || digits.Length > 0) && !digits.ContainsAnyExceptInRange('0', '9');
    }
}
