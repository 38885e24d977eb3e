using System.Numerics;

namespace Actors.Hocon.Tests.Conversion;

public class SizeTests
{
    public static TheoryData<string, int, int> Units
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach (var unit in new[] { "", "B", "b", "byte", "bytes" })
            {
                data.Add(unit, 1000, 0);
            }

            string[] decimals = ["kilo", "mega", "giga", "tera", "peta", "exa", "zetta", "yotta"];
            string[] binaries = ["kibi", "mebi", "gibi", "tebi", "pebi", "exbi", "zebi", "yobi"];
            string[] shortDecimals = ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
            for (var i = 0; i < 8; i++)
            {
                var letter = "KMGTPEZY"[i];
                foreach (var unit in new[] { shortDecimals[i], decimals[i] + "byte", decimals[i] + "bytes" })
                {
                    data.Add(unit, 1000, i + 1);
                }

                foreach (var unit in new[] { $"{letter}", $"{char.ToLowerInvariant(letter)}", $"{letter}i", $"{letter}iB", binaries[i] + "byte", binaries[i] + "bytes" })
                {
                    data.Add(unit, 1024, i + 1);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void Every_unit_is_a_power_of_1000_or_1024(string unit, int @base, int power) =>
        Snippet.Parse($"a = 3 {unit}").GetLargeSize("a").ShouldBe(3 * BigInteger.Pow(@base, power));

    [Theory]
    [InlineData("1.5MB", 1_500_000), InlineData("512", 512), InlineData("0.5KiB", 512), InlineData("128K", 131_072)]
    [InlineData("1.9 B", 1), InlineData("8E", long.MinValue), InlineData("7E", 7L << 60)]
    public void A_size_fits_in_64_bits_or_is_refused(string text, long bytes)
    {
        var value = Snippet.Parse($"a = {text}");
        if (bytes == long.MinValue)
        {
            Should.Throw<HoconException>(() => value.GetSize("a"));
        }
        else
        {
            value.GetSize("a").ShouldBe(bytes);
        }
    }

    [Fact]
    public void A_zettabyte_is_more_than_64_bits_hold()
    {
        var value = Snippet.Parse("a = 1ZB");
        value.GetLargeSize("a").ShouldBe(BigInteger.Pow(10, 21));
        Should.Throw<HoconException>(() => value.GetSize("a"));
    }

    [Theory]
    [InlineData("5 KB"), InlineData("5 mb"), InlineData("B"), InlineData("5 K B"), InlineData("")]
    public void Anything_else_is_refused(string text) => HoconSize.TryParse(text, out long _).ShouldBeFalse();
}
