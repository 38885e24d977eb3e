using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Actors.Hocon.Tests;

/// <summary>Everything that docs/hocon.md shows is true.</summary>
public partial class GuideTests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(Folder(), "../../docs/hocon.md")).Replace("\r\n", "\n", StringComparison.Ordinal);

    public static TheoryData<string> Snippets => new(Blocks("hocon"));

    [Theory]
    [MemberData(nameof(Snippets))]
    public void Every_snippet_parses(string text) => Snippet.Parse(text).ShouldNotBeNull();

    [Fact]
    public void The_comments_beside_the_snippets_are_true()
    {
        var snippets = Blocks("hocon").Select(Snippet.Json).ToList();
        snippets[0].ShouldBe("{\"shop\":{\"name\":\"Corner shop\",\"http\":{\"port\":8080},\"hosts\":[\"alpha\",\"beta\"],\"motto\":\"She said \\\"buy\\\".\"}}");
        snippets[1].ShouldBe("{\"http\":{\"path\":\"/\"}}");
        Snippet.Json(Blocks("hocon")[1].Split("http = null")[0]).ShouldBe("{\"http\":{\"port\":81,\"host\":\"a\"}}");
        snippets[2].ShouldBe(
            "{\"root\":\"/srv\",\"data\":\"/srv/data\",\"port\":8080,\"base\":{\"restarts\":5,\"window\":\"60 s\"},"
            + "\"mailer\":{\"restarts\":9,\"window\":\"60 s\"},\"path\":\"/bin:/usr/bin\",\"tags\":[\"a\",\"b\"]}");
    }

    [Fact]
    public void The_included_files_are_the_ones_that_exist()
    {
        var files = new MemoryFiles(("main.conf", Blocks("hocon")[3]), ("defaults.json", "{\"a\":1}"), ("defaults.conf", "b = 2"));
        files.Load("main.conf").Value.ToString().ShouldBe("{\"a\":1,\"b\":2}");
    }

    [Fact]
    public void The_units_convert()
    {
        var root = Snippet.Parse(Blocks("hocon")[4]);
        root.GetDuration("timeout").ShouldBe(TimeSpan.FromMinutes(90));
        root.GetPeriod("keep").ShouldBe(new HoconPeriod(6, 0));
        root.GetSize("cache").ShouldBe(64 * 1024 * 1024);
        root.GetDuration("wait").ShouldBe(Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void The_error_output_is_what_is_printed()
    {
        var text = Blocks("hocon-error").ShouldHaveSingleItem();
        Print(text).ShouldBe(Blocks("text")[0]);
        var repaired = text.Replace(",,", ",", StringComparison.Ordinal).Replace("http://example.com", "\"http://example.com\"", StringComparison.Ordinal);
        Print(repaired).ShouldBe(Blocks("text")[1]);
    }

    [Fact]
    public void The_limits_are_the_defaults()
    {
        foreach (var property in typeof(HoconLimits).GetProperties().Where(static p => p.PropertyType == typeof(int)))
        {
            var value = (int)property.GetValue(new HoconLimits()).ShouldNotBeNull();
            var shown = value % (1024 * 1024) == 0 ? $"{value / 1024 / 1024} Mi" : value.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
            Guide.ShouldContain($"| `{property.Name}` | {shown}");
        }
    }

    private static string Print(string text) =>
        Should.Throw<HoconException>(() => HoconDocument.Parse(text, "shop.conf", Snippet.Closed)).Message + "\n";

    private static List<string> Blocks(string language) =>
        [.. Fence().Matches(Guide).Where(match => match.Groups[1].Value == language).Select(static match => match.Groups[2].Value)];

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file) ?? string.Empty;

    [GeneratedRegex("^```([a-z-]+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
