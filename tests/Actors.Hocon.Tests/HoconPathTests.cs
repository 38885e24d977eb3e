namespace Actors.Hocon.Tests;

public class HoconPathTests
{
    [Theory]
    [InlineData("a", "a"), InlineData("a.b", "a|b"), InlineData("\"a.b\"", "a.b"), InlineData(" a ", "a"), InlineData("a . b", "a | b")]
    [InlineData("a  b", "a  b"), InlineData("a.\"b.c\".d", "a|b.c|d"), InlineData("3.14", "3|14"), InlineData("a3.14", "a3|14")]
    [InlineData("10.0foo", "10|0foo"), InlineData("\"\"", ""), InlineData("a.\"\".b", "a||b"), InlineData("\"\".\"\"", "|")]
    [InlineData("a-c", "a-c"), InlineData("-", "-"), InlineData("-10", "-10"), InlineData("true", "true"), InlineData("x\"y\"z.w", "xyz|w")]
    public void A_path_has_elements(string path, string elements) => HoconPath.Parse(path).ShouldBe(elements.Split('|'));

    [Theory]
    [InlineData(""), InlineData(" "), InlineData("a."), InlineData(".a"), InlineData("a..b"), InlineData("\"\"."), InlineData(".\"\"")]
    [InlineData("a${b}c"), InlineData("a\nb"), InlineData("a{"), InlineData("\"a")]
    public void Anything_else_is_no_path(string path) => Should.Throw<HoconException>(() => HoconPath.Parse(path));

    [Theory]
    [InlineData("a.b"), InlineData("\"a.b\".c"), InlineData("\"\".x"), InlineData("\"a b\""), InlineData("\"\\\"\\n\".-1")]
    public void A_joined_path_parses_back(string path) => HoconPath.Join(HoconPath.Parse(path)).ShouldBe(path);

    [Fact]
    public void A_path_reaches_a_quoted_key() => Snippet.Parse("a.\"b.c\" = 1").GetInt32("a.\"b.c\"").ShouldBe(1);
}
