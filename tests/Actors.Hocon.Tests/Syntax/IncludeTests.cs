namespace Actors.Hocon.Tests.Syntax;

public class IncludeTests
{
    private static string Json(string path, params (string Path, string Text)[] files) =>
        new MemoryFiles(files).Load(path).Value.ToString();

    [Theory]
    [InlineData("include \"b.conf\"")]
    [InlineData("include \"\"\"b.conf\"\"\"")]
    [InlineData("include file(\"b.conf\")")]
    [InlineData("include required(\"b.conf\")")]
    [InlineData("include required( file( \"b.conf\" ) )")]
    [InlineData("include # comment\n \"b.conf\"")]
    [InlineData("include \"b\"")]
    public void The_keys_of_an_included_file_stand_for_the_statement(string statement) =>
        Json("a.conf", ("a.conf", $"x = 1, y = 1\n{statement}\nz = 3"), ("b.conf", "y = 2, z = 2"))
            .ShouldBe("{\"x\":1,\"y\":2,\"z\":3}");

    [Fact]
    public void Included_objects_merge() =>
        Json("a.conf", ("a.conf", "o { x = 1 }, include \"b.conf\", o { z = 3 }"), ("b.conf", "{ \"o\" : { \"y\" : 2 } }"))
            .ShouldBe("{\"o\":{\"x\":1,\"y\":2,\"z\":3}}");

    [Fact]
    public void A_relative_name_starts_at_the_including_file() =>
        Json("d/a.conf", ("d/a.conf", "include \"e/b.conf\""), ("d/e/b.conf", "include \"c.conf\""), ("d/e/c.conf", "x = 1"), ("c.conf", "x = 2"))
            .ShouldBe("{\"x\":1}");

    [Fact]
    public void A_substitution_looks_in_the_included_file_first_and_then_in_the_document() =>
        Json("a.conf", ("a.conf", "x = outer, y = outer, a { include \"b.conf\" }"), ("b.conf", "x = inner, p = ${x}, q = ${y}, r = ${?z}"))
            .ShouldBe("{\"x\":\"outer\",\"y\":\"outer\",\"a\":{\"x\":\"inner\",\"p\":\"inner\",\"q\":\"outer\"}}");

    [Fact]
    public void A_later_definition_reaches_into_the_included_file() =>
        Json("a.conf", ("a.conf", "a { include \"b.conf\" }, a { x = 42 }"), ("b.conf", "x = 10, y = ${x}"))
            .ShouldBe("{\"a\":{\"x\":42,\"y\":42}}");

    [Fact]
    public void Nested_includes_look_outwards_file_by_file() =>
        Json(
            "a.conf",
            ("a.conf", "x = 1, p { include \"b.conf\" }"),
            ("b.conf", "x = 2, q { include \"c.conf\" }"),
            ("c.conf", "r = ${x}"))
            .ShouldBe("{\"x\":1,\"p\":{\"x\":2,\"q\":{\"r\":2}}}");

    [Fact]
    public void An_included_file_may_append_and_look_back() =>
        Json("a.conf", ("a.conf", "s { l = [1], include \"b.conf\", l += 3 }"), ("b.conf", "l += 2, t = x, t = ${t}y"))
            .ShouldBe("{\"s\":{\"l\":[1,2,3],\"t\":\"xy\"}}");

    [Fact]
    public void Files_may_be_included_in_an_element_of_a_list() =>
        Json("a.conf", ("a.conf", "l = [ { include \"b.conf\" }, { x = 5, include \"b.conf\", x = 6 } ]"), ("b.conf", "x = 1, y = ${x}"))
            .ShouldBe("{\"l\":[{\"x\":1,\"y\":1},{\"x\":6,\"y\":6}]}");

    [Fact]
    public void The_environment_answers_an_included_substitution_by_its_own_path()
    {
        var files = new MemoryFiles(("a.conf", "s { include \"b.conf\" }"), ("b.conf", "h = ${HOST}"));
        HoconDocument.Load("a.conf", files.Options with { Environment = static name => name == "HOST" ? "h1" : null })
            .Value.ToString().ShouldBe("{\"s\":{\"h\":\"h1\"}}");
    }

    [Fact]
    public void A_name_without_extension_merges_properties_json_and_conf() =>
        Json(
            "a.conf",
            ("a.conf", "include \"b\""),
            ("b.properties", "who = properties\nonly.properties = yes"),
            ("b.json", "{ \"who\" : \"json\", \"json\" : 1 }"),
            ("b.conf", "who = conf"))
            .ShouldBe("{\"who\":\"conf\",\"only\":{\"properties\":\"yes\"},\"json\":1}");

    [Fact]
    public void Properties_are_strings_and_an_object_wins_over_a_string() =>
        Json(
            "a.conf",
            ("a.conf", "include \"b.properties\""),
            ("b.properties", "# c\n! c\na=hello\na.b: world \\\n   wide\nc.d 12\\u00e9\nc=x\ne\\ f=\\t|\ng"))
            .ShouldBe("{\"a\":{\"b\":\"world wide\"},\"c\":{\"d\":\"12é\"},\"e f\":\"\\t|\",\"g\":\"\"}");

    [Fact]
    public void A_missing_file_is_ignored_unless_required()
    {
        Json("a.conf", ("a.conf", "include \"no.conf\", x = 1")).ShouldBe("{\"x\":1}");
        var error = new MemoryFiles(("a.conf", "x = 1\ninclude required(\"no.conf\")")).Fail("a.conf").Errors.ShouldHaveSingleItem();
        (error.Line, error.Column).ShouldBe((2, 18));
        error.Message.ShouldBe("The required file 'no.conf' does not exist.");
    }

    [Fact]
    public void An_error_in_an_included_file_names_that_file()
    {
        var error = new MemoryFiles(("d/a.conf", "include \"b.conf\""), ("d/b.conf", "x = 1\ny = @")).Fail("d/a.conf").Errors[0];
        error.Origin.ToString().ShouldBe("d/b.conf:2:5");
    }

    [Fact]
    public void Errors_of_all_files_are_collected() =>
        new MemoryFiles(("a.conf", "a = @\ninclude \"b.conf\"\nc = @"), ("b.conf", "b = @")).Fail("a.conf")
            .Errors.Select(static e => e.Origin.ToString()).ShouldBe(["a.conf:1:5", "b.conf:1:5", "a.conf:3:5"]);

    [Fact]
    public void A_list_cannot_be_included() =>
        new MemoryFiles(("a.conf", "include \"b.conf\""), ("b.conf", "[1]")).Fail("a.conf").Errors[0].Message.ShouldContain("its root is a list");

    [Theory]
    [InlineData("include \"a.conf\"", "x = 1")]
    [InlineData("include \"b.conf\"", "include \"a.conf\"")]
    public void Files_that_include_each_other_are_an_error(string a, string b)
    {
        var error = new MemoryFiles(("a.conf", a), ("b.conf", b)).Fail("a.conf").Errors.ShouldHaveSingleItem();
        error.Message.ShouldContain("in a circle: a.conf -> ");
    }

    [Fact]
    public void A_chain_of_includes_has_a_limit()
    {
        var files = Enumerable.Range(0, 100).Select(static i => ($"{i}.conf", $"include \"{i + 1}.conf\"")).ToArray();
        new MemoryFiles(files).Fail("0.conf").Errors.ShouldHaveSingleItem().Message.ShouldBe("There are too many includes.");
    }

    [Fact]
    public void Files_that_include_the_next_one_twice_cannot_explode()
    {
        var files = Enumerable.Range(0, 40).Select(static i => ($"{i}.conf", $"include \"{i + 1}.conf\"\ninclude \"{i + 1}.conf\"")).ToArray();
        new MemoryFiles(files).Fail("0.conf").Errors[0].Message.ShouldBe("There are too many includes.");
    }

    [Fact]
    public void A_url_is_refused_unless_the_application_reads_it()
    {
        const string text = "include url(\"https://example.com/b.conf\")";
        Snippet.Fail(text).Errors[0].Message.ShouldContain("is refused");
        var options = Snippet.Closed with { ReadUrl = static url => $"host = {url.Host}" };
        HoconDocument.Parse(text, null, options).Value.ToString().ShouldBe("{\"host\":\"example.com\"}");
    }

    [Fact]
    public void A_file_url_is_a_file()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".conf");
        File.WriteAllText(path, "x = 1");
        try
        {
            Snippet.Json($"include url(\"{new Uri(path).AbsoluteUri}\")").ShouldBe("{\"x\":1}");
        }
        finally
        {
            File.Delete(path);
        }
    }
}
