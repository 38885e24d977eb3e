using System.Globalization;

namespace Actors.Hocon.Conversion;

/// <summary>Numbers by the rules of JSON; leading zeros, a leading '+' and <c>.5</c> are allowed too.</summary>
internal static class Numbers
{
    private const NumberStyles Style =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public static bool TryParse(string text, out decimal value) =>
        decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out value) && StartsAsNumber(text);

    public static bool TryParse(string text, out double value) =>
        double.TryParse(text, Style, CultureInfo.InvariantCulture, out value) && StartsAsNumber(text) && double.IsFinite(value);

    public static bool TryParse(string text, out long value)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
        {
            return StartsAsNumber(text);
        }

        var isWhole = TryParse(text, out decimal number) && decimal.IsInteger(number)
            && number is >= long.MinValue and <= long.MaxValue;
        value = isWhole ? (long)number : 0;
        return isWhole;
    }

    public static bool TryParse(string text, out int value)
    {
        var fits = TryParse(text, out long number) && number is >= int.MinValue and <= int.MaxValue;
        value = fits ? (int)number : 0;
        return fits;
    }

    /// <summary>Rules out words such as Infinity and what is nothing but a sign or a point at the end.</summary>
    private static bool StartsAsNumber(string text)
    {
        var digits = text.AsSpan(text[0] is '-' or '+' ? 1 : 0);
        return digits.Length > 0 && (char.IsAsciiDigit(digits[0]) || digits[0] == '.') && digits[^1] != '.';
    }
}
