namespace Actors.Hocon.Tests.Conformance;

/// <summary>Inputs that the parser inside Akka.NET 1.5 gets wrong; row numbers as in research/supervision.md, 4.2.</summary>
public class AkkaDifferenceTests
{
    [Theory]
    [InlineData(1, "parent { x = 1, y = 2 }, child = ${parent} { y = 3 }", "child", "{\"x\":1,\"y\":3}")]
    [InlineData(2, "a = ${?X}, b = 1", "b", "1")]
    [InlineData(3, "p = a, p = ${p}\":x\"", "p", "\"a:x\"")]
    [InlineData(4, "a += 1", "a", "[1]")]
    [InlineData(11, "a = 5us", "a", "\"5us\"")]
    [InlineData(13, "a = yes", "a", "\"yes\"")]
    [InlineData(18, "e = []", "e", "[]")]
    [InlineData(19, "d = infinite", "d", "\"infinite\"")]
    public void Settings_are_not_lost(int row, string text, string path, string json)
    {
        row.ShouldBePositive();
        Snippet.Parse(text).Get(path).ToString().ShouldBe(json);
    }

    [Fact]
    public void Row_5_the_environment_is_asked() =>
        HoconDocument.Parse("a = ${HOME}", null, Snippet.WithEnvironment(("HOME", "/root"))).Root.GetString("a").ShouldBe("/root");

    [Fact]
    public void Row_6_substitutions_see_all_texts() =>
        HoconDocument.Parse([new HoconText("x = 1"), new HoconText("a = ${x}")], Snippet.Closed).Root.GetInt32("a").ShouldBe(1);

    [Fact]
    public void Row_7_a_text_may_include_files() =>
        HoconDocument.Parse("include \"f.conf\"", null, new MemoryFiles(("f.conf", "x = 1")).Options).Root.GetInt32("x").ShouldBe(1);

    [Theory]
    [InlineData(8, "a { b = 1"), InlineData(8, "{a:1} b:2"), InlineData(8, "a=1 }}} c=2")]
    [InlineData(9, "[1,,2]"), InlineData(9, "a=1,,b=2")]
    [InlineData(14, "a = \"line1\nline2\"")]
    [InlineData(17, "a = http://x:80")]
    public void Broken_text_is_refused(int row, string text)
    {
        row.ShouldBePositive();
        Snippet.Fail(text).Errors.ShouldNotBeEmpty();
    }

    [Fact]
    public void Row_10_the_root_may_be_a_list() => Snippet.Json("[1]").ShouldBe("[1]");

    [Fact]
    public void Row_11_microseconds_convert() => Snippet.Parse("a = 5us").GetDuration("a").ShouldBe(TimeSpan.FromMicroseconds(5));

    [Fact]
    public void Row_12_sizes_may_have_fractions_and_large_units()
    {
        var root = Snippet.Parse("a = 1.5MB, b = 1ZB");
        root.GetSize("a").ShouldBe(1_500_000);
        root.GetLargeSize("b").ToString(null, null).ShouldBe("1" + new string('0', 21));
    }

    [Fact]
    public void Row_13_yes_and_no_convert() => Snippet.Parse("a = yes").GetBoolean("a").ShouldBeTrue();

    [Theory]
    [InlineData("a = 1\nb = @\nc = 2\n"), InlineData("a = 1\r\nb = @\r\nc = 2\r\n")]
    public void Rows_15_and_16_an_error_shows_its_line_only(string text)
    {
        var error = Snippet.Fail(text).Errors.ShouldHaveSingleItem();
        (error.Line, error.Column, error.SourceLine).ShouldBe((2, 5, "b = @"));
    }

    [Fact]
    public void Row_18_an_empty_list_is_a_list() => Snippet.Parse("e = []").GetList("e").ShouldBeEmpty();
}
