using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Actors.Hocon.Conversion;

namespace Actors.Hocon;

/// <summary>Reads sizes in bytes such as <c>64 KiB</c>, <c>10MB</c> and <c>1G</c>.</summary>
public static class HoconSize
{
    internal const string Expected =
        "a size: a number with B, kB, MB, GB (powers of 1000) or K, KiB, M, MiB, G, GiB (powers of 1024), "
        + "or T, P, E, Z, Y alike, or the long names; a bare number is bytes";

    private static readonly Dictionary<string, BigInteger> BytesByUnit = MakeUnits();

    internal static IReadOnlyCollection<string> Units => BytesByUnit.Keys;

    /// <summary>Reads a size. Units are case-sensitive; a bare number is bytes; a fraction of a byte is cut off.</summary>
    /// <returns>False when the text is no size.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out BigInteger value)
    {
        value = default;
        if (text is null || !UnitText.TryParse(text, out var parsed) || !BytesByUnit.TryGetValue(parsed.Unit, out var unit))
        {
            return false;
        }

        value = parsed.Times(unit);
        return true;
    }

    /// <summary>Reads a size. Units are case-sensitive; a bare number is bytes; a fraction of a byte is cut off.</summary>
    /// <returns>False when the text is no size, or does not fit in 64 bits.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out long value)
    {
        var fits = TryParse(text, out BigInteger size) && size >= long.MinValue && size <= long.MaxValue;
        value = fits ? (long)size : 0;
        return fits;
    }

    private static Dictionary<string, BigInteger> MakeUnits()
    {
        var units = new Dictionary<string, BigInteger>(StringComparer.Ordinal);
        foreach (var unit in new[] { string.Empty, "B", "b", "byte", "bytes" })
        {
            units.Add(unit, BigInteger.One);
        }

        string[] decimals = ["kilo", "mega", "giga", "tera", "peta", "exa", "zetta", "yotta"];
        string[] binaries = ["kibi", "mebi", "gibi", "tebi", "pebi", "exbi", "zebi", "yobi"];
        for (var i = 0; i < decimals.Length; i++)
        {
            var letter = char.ToUpperInvariant(decimals[i][0]);
            foreach (var unit in new[] { i == 0 ? "kB" : $"{letter}B", decimals[i] + "byte", decimals[i] + "bytes" })
            {
                units.Add(unit, BigInteger.Pow(1000, i + 1));
            }

            foreach (var unit in new[]
            {
                $"{letter}", $"{char.ToLowerInvariant(letter)}", $"{letter}i", $"{letter}iB",
                binaries[i] + "byte", binaries[i] + "bytes",
            })
            {
                units.Add(unit, BigInteger.Pow(1024, i + 1));
            }
        }

        return units;
    }
}
