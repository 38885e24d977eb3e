namespace Actors.Hocon.Tests.Conversion;

public class ScalarTests
{
    [Theory]
    [InlineData("true", true), InlineData("yes", true), InlineData("on", true), InlineData("\"on\"", true)]
    [InlineData("false", false), InlineData("no", false), InlineData("off", false)]
    public void Six_words_are_booleans(string text, bool value) => Snippet.Parse($"a = {text}").GetBoolean("a").ShouldBe(value);

    [Theory]
    [InlineData("True"), InlineData("1"), InlineData("y"), InlineData("null"), InlineData("[]"), InlineData("{}")]
    public void Nothing_else_is_a_boolean(string text) =>
        Should.Throw<HoconException>(() => Snippet.Parse($"a = {text}").GetBoolean("a")).Errors[0].Expected.ShouldBe("true, yes, on, false, no or off");

    [Theory]
    [InlineData("42", 42), InlineData("\"42\"", 42), InlineData("-7", -7), InlineData("5.0", 5), InlineData("1e3", 1000), InlineData("007", 7), InlineData("\"+5\"", 5)]
    public void Whole_numbers_convert(string text, int value) => Snippet.Parse($"a = {text}").GetInt32("a").ShouldBe(value);

    [Theory]
    [InlineData("5.5"), InlineData("3000000000"), InlineData("x"), InlineData("5."), InlineData("\"+\""), InlineData("."), InlineData("NaN"), InlineData("\" 5\""), InlineData("\"\""), InlineData("1e400")]
    public void A_number_that_does_not_fit_is_refused(string text) =>
        Should.Throw<HoconException>(() => Snippet.Parse($"a = {text}").GetInt32("a"));

    [Fact]
    public void Numbers_come_in_four_types()
    {
        var root = Snippet.Parse("a = 3000000000, b = 1.5e3, c = 0.10, d = .33");
        root.GetInt64("a").ShouldBe(3_000_000_000);
        root.GetDouble("b").ShouldBe(1500);
        root.GetDecimal("c").ShouldBe(0.10m);
        root.GetDouble("d").ShouldBe(0.33);
    }

    [Fact]
    public void A_number_read_as_string_keeps_its_spelling() => Snippet.Parse("a = 1.50e1").GetString("a").ShouldBe("1.50e1");

    [Fact]
    public void Null_converts_to_nothing()
    {
        var root = Snippet.Parse("a = null");
        root["a"].IsNull.ShouldBeTrue();
        root.Has("a").ShouldBeFalse();
        root.Find("a").ShouldNotBeNull();
        Should.Throw<HoconException>(() => root.GetString("a")).Message.ShouldContain("The value is null.");
    }

    [Fact]
    public void An_object_with_numeric_keys_converts_to_a_list()
    {
        var root = Snippet.Parse("a { \"10\" = c, \"2\" = b, \"0\" = a, x = y, \"-1\" = z, \"01\" = a2 }");
        root.GetList("a").Select(static v => v.GetString()).ShouldBe(["a", "a2", "b", "c"]);
    }

    [Theory]
    [InlineData("{}"), InlineData("{ x = 1 }"), InlineData("1"), InlineData("null")]
    public void Nothing_else_converts_to_a_list(string text) =>
        Should.Throw<HoconException>(() => Snippet.Parse($"a = {text}").GetList("a"));

    [Fact]
    public void An_empty_list_is_a_list() => Snippet.Parse("a = []").GetList("a").ShouldBeEmpty();

    [Fact]
    public void A_missing_path_suggests_the_nearest_key()
    {
        var error = Should.Throw<HoconException>(() => Snippet.Parse("server {\n  port = 1\n}").GetInt32("server.prot")).Errors[0];
        error.Message.ShouldBe("'server.prot' is not set.");
        error.Expected.ShouldBe("did you mean 'port'?");
    }

    [Fact]
    public void A_root_that_is_a_list_is_no_object() => Should.Throw<HoconException>(() => HoconDocument.Parse("[1]").Root);
}
