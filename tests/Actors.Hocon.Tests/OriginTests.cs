namespace Actors.Hocon.Tests;

public class OriginTests
{
    private static string At(HoconOrigin origin) => $"{origin.Line}:{origin.Column}";

    [Fact]
    public void Every_value_knows_where_it_and_its_key_are_written()
    {
        var root = Snippet.Parse("a = 1\nb {\n  c.d = [x,\n    {}]\n}\n");
        root.Entries().Select(static e => $"{e.Path} {At(e.Value.Origin)} {At(e.Value.KeyOrigin)}").ShouldBe(
        [
            "a 1:5 1:1",
            "b 2:3 2:1",
            "b.c 3:3 3:3",
            "b.c.d 3:9 3:3",
            "b.c.d.0 3:10 3:10",
            "b.c.d.1 4:5 4:5",
        ]);
    }

    [Fact]
    public void A_value_knows_what_it_overrode_latest_first()
    {
        var value = Snippet.Parse("a = 1\na { x = 1 }\na = 2\na = 3")["a"];
        At(value.Origin).ShouldBe("4:5");
        value.Overridden.Select(At).ShouldBe(["3:5", "2:3", "1:5"]);
    }

    [Fact]
    public void A_merged_object_did_not_override_what_it_was_merged_with()
    {
        var value = Snippet.Parse("a = 1\na { x = 1 }\nb { y = 1 }\na = ${b}\na { z = 1 }")["a"];
        value.Overridden.Select(At).ShouldBe(["1:5"]);
    }

    [Fact]
    public void A_member_that_overrides_an_inherited_one_says_so()
    {
        var value = Snippet.Parse("base { x = 1 }\nsub = ${base} { x = 2 }").GetObject("sub")["x"];
        At(value.Origin).ShouldBe("2:21");
        value.Overridden.Select(At).ShouldBe(["1:12"]);
    }

    [Fact]
    public void A_substituted_value_knows_both_places()
    {
        var value = Snippet.Parse("a = 1\nb = 0\nb = ${a}")["b"];
        At(value.Origin).ShouldBe("3:5");
        At(value.ResolvedFrom.ShouldNotBeNull()).ShouldBe("1:5");
        value.Overridden.Select(At).ShouldBe(["2:5"]);
    }

    [Fact]
    public void A_value_that_kept_its_earlier_definition_has_its_origin() =>
        At(Snippet.Parse("a = 1\na = ${?nowhere}")["a"].Origin).ShouldBe("1:5");

    [Fact]
    public void A_key_set_a_million_times_does_not_keep_a_million_origins() =>
        Snippet.Parse(string.Concat(Enumerable.Repeat("a = 1\n", 10_000)))["a"].Overridden.Count.ShouldBe(32);

    [Fact]
    public void Values_of_an_included_file_name_that_file()
    {
        var root = new MemoryFiles(("d/a.conf", "x = 1\ninclude \"b\""), ("d/b.conf", "\nx = 2")).Load("d/a.conf").Root;
        root["x"].Origin.ToString().ShouldBe("d/b.conf:2:5");
        root["x"].Overridden.ShouldHaveSingleItem().ToString().ShouldBe("d/a.conf:1:5");
    }
}
