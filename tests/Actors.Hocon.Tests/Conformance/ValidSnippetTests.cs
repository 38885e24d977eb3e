namespace Actors.Hocon.Tests.Conformance;

/// <summary>What the specification allows, as pairs of a snippet and the same value in JSON.</summary>
public class ValidSnippetTests
{
    public static TheoryData<string, string> Snippets => new()
    {
        // documents
        { "", "{}" },
        { "   ", "{}" },
        { "\n \n", "{}" },
        { "# only a comment", "{}" },
        { "// one\n# two\n", "{}" },
        { "{}", "{}" },
        { "[]", "[]" },
        { "\uFEFF{ a : 1 }", "{\"a\":1}" },
        { "{ } # after", "{}" },
        { "[ 1 ] // after\n", "[1]" },

        // JSON
        { "{\"a\":{\"b\":[1,2.5,-3e2,true,false,null,\"x\"]}}", "{\"a\":{\"b\":[1,2.5,-3e2,true,false,null,\"x\"]}}" },
        { "[[[[]]]]", "[[[[]]]]" },
        { "[{},{}]", "[{},{}]" },
        { "{\"a\"\n:\n1}", "{\"a\":1}" },
        { "[\"# no comment\",\"// neither\"]", "[\"# no comment\",\"// neither\"]" },
        { "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"]", "[\"\\\"\\\\/\\u0008\\u000c\\n\\r\\té\"]" },

        // separators
        { "a = 1", "{\"a\":1}" },
        { "a : 1", "{\"a\":1}" },
        { "a { b = 1 }", "{\"a\":{\"b\":1}}" },
        { "a\n{ b = 1 }", "{\"a\":{\"b\":1}}" },
        { "a b { c = 1 }", "{\"a b\":{\"c\":1}}" },
        { "a = 1, b = 2,", "{\"a\":1,\"b\":2}" },
        { "a = 1\nb = 2", "{\"a\":1,\"b\":2}" },
        { "a = 1\n,\nb = 2", "{\"a\":1,\"b\":2}" },
        { "[1\n2\n3]", "[1,2,3]" },
        { "[1,2,3,]", "[1,2,3]" },
        { "[1\n\n,\n2]", "[1,2]" },
        { "[1 # one\n2 // two\n, 3]", "[1,2,3]" },
        { "a # c\n = # c\n 1 # c", "{\"a\":1}" },
        { "a = # c\n 10", "{\"a\":10}" },
        { "a = {\n}\nb = [\n]", "{\"a\":{},\"b\":[]}" },

        // unquoted text and numbers
        { "[t, tr, truex, nullx, falsey]", "[\"t\",\"tr\",\"truex\",\"nullx\",\"falsey\"]" },
        { "[10x, 1.2.3, 127.0.0.1, 2024-02-30, 1., 10e3e3, 1-e3, -, 007]", "[\"10x\",\"1.2.3\",\"127.0.0.1\",\"2024-02-30\",\"1.\",\"10e3e3\",\"1-e3\",\"-\",\"007\"]" },
        { "[0, -0, 1e5, 1E+5, 1e-5, 0.10]", "[0,-0,1e5,1E+5,1e-5,0.10]" },
        { "[/, /usr/bin, a/b, a-b_c.d]", "[\"/\",\"/usr/bin\",\"a/b\",\"a-b_c.d\"]" },
        { "a = b // c", "{\"a\":\"b\"}" },
        { "a = b//c", "{\"a\":\"b\"}" },
        { "a = (b)", "{\"a\":\"(b)\"}" },
        { "a = it's", "{\"a\":\"it's\"}" },

        // joining
        { "a =   x  y   z  ", "{\"a\":\"x  y   z\"}" },
        { "a = true \"x\" 1e3 null 0.10", "{\"a\":\"true x 1e3 null 0.10\"}" },
        { "a = \"x\"\"y\"", "{\"a\":\"xy\"}" },
        { "a = \" x \" y", "{\"a\":\" x  y\"}" },
        { "a = true", "{\"a\":true}" },
        { "a = [1, 2] [3]", "{\"a\":[1,2,3]}" },
        { "a = [1,\n2\n] [3]", "{\"a\":[1,2,3]}" },
        { "a = { b = 1 } { b = 2, c = 3 }", "{\"a\":{\"b\":2,\"c\":3}}" },
        { "[ [1] [2]\n [3] ]", "[[1,2],[3]]" },
        { "[ a b\nc ]", "[\"a b\",\"c\"]" },
        { "[ {a:1} {b:2}\n {c:3} ]", "[{\"a\":1,\"b\":2},{\"c\":3}]" },

        // triple quotes
        { "a = \"\"\"x\"\"\"", "{\"a\":\"x\"}" },
        { "a = \"\"\"x\n\"y\" \\n\"\"\"", "{\"a\":\"x\\n\\\"y\\\" \\\\n\"}" },
        { "a = \"\"\"x\"\"\"\"\"", "{\"a\":\"x\\\"\\\"\"}" },
        { "a = \"\"\"\"\"\"", "{\"a\":\"\"}" },
        { "a = \"\"", "{\"a\":\"\"}" },

        // keys and paths
        { "a.b.c = 1", "{\"a\":{\"b\":{\"c\":1}}}" },
        { "a.b = 1, a.c = 2", "{\"a\":{\"b\":1,\"c\":2}}" },
        { "a.\"b.c\".d = 1", "{\"a\":{\"b.c\":{\"d\":1}}}" },
        { "\"\" = 1", "{\"\":1}" },
        { "a.\"\".b = 1", "{\"a\":{\"\":{\"b\":1}}}" },
        { "10.0foo = 1", "{\"10\":{\"0foo\":1}}" },
        { "foo10.0 = 1", "{\"foo10\":{\"0\":1}}" },
        { "foo\"10.0\" = 1", "{\"foo10.0\":1}" },
        { "1.2.3 = 1", "{\"1\":{\"2\":{\"3\":1}}}" },
        { "true = 1, null = 2, 3.14 = 3", "{\"true\":1,\"null\":2,\"3\":{\"14\":3}}" },
        { "a b c = 1", "{\"a b c\":1}" },
        { "a \"b\" = 1", "{\"a b\":1}" },
        { "/a/b = 1", "{\"/a/b\":1}" },
        { "-x = 1", "{\"-x\":1}" },
        { "\"include\" = 1", "{\"include\":1}" },
        { "a include = 1, includes = 2, include.b = 3", "{\"a include\":1,\"includes\":2,\"include\":{\"b\":3}}" },
        { "a = include, b = [include]", "{\"a\":\"include\",\"b\":[\"include\"]}" },

        // duplicate keys
        { "a = 1, a = 2", "{\"a\":2}" },
        { "a { x = 1, y = 2 }, a { x = 3, z = 4 }", "{\"a\":{\"x\":3,\"y\":2,\"z\":4}}" },
        { "a { b { x = 1 } }, a { b { y = 2 } }", "{\"a\":{\"b\":{\"x\":1,\"y\":2}}}" },
        { "a { b = 1 }, a = null, a { c = 2 }", "{\"a\":{\"c\":2}}" },
        { "a { b = 1 }, a = 42, a { c = 2 }", "{\"a\":{\"c\":2}}" },
        { "a { b = 1 }, a { b { c = 2 } }", "{\"a\":{\"b\":{\"c\":2}}}" },

        // missing includes are ignored
        { "include \"no-such-file\"", "{}" },
        { "include\n\"no-such-file\", a = 1", "{\"a\":1}" },
        { "include\"no-such-file\"\na = 1", "{\"a\":1}" },
        { "include file( \"no-such-file\" )", "{}" },
    };

    [Theory]
    [MemberData(nameof(Snippets))]
    public void A_valid_snippet_has_the_value_of_its_json(string text, string json) => Snippet.Json(text).ShouldBe(json);

    [Theory]
    [MemberData(nameof(Snippets))]
    public void Windows_line_ends_change_nothing(string text, string json)
    {
        if (!text.Contains("\"\"\"", StringComparison.Ordinal))
        {
            Snippet.Json(text.Replace("\n", "\r\n", StringComparison.Ordinal)).ShouldBe(json);
        }
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public void Whitespace_around_a_document_changes_nothing(string text, string json) =>
        Snippet.Json("\n\t\u00a0 " + text + "\n \u2028").ShouldBe(json);

    [Theory]
    [MemberData(nameof(Snippets))]
    public void The_rendered_value_parses_to_itself(string text, string json)
    {
        text.ShouldNotBeNull();
        Snippet.Json(json).ShouldBe(json);
    }

    [Theory]
    [InlineData('\t'), InlineData('\v'), InlineData('\f'), InlineData('\r'), InlineData('\u001c'), InlineData('\u001d')]
    [InlineData('\u001e'), InlineData('\u001f'), InlineData('\u00a0'), InlineData('\u1680'), InlineData('\u2003')]
    [InlineData('\u2007'), InlineData('\u202f'), InlineData('\u2028'), InlineData('\u2029'), InlineData('\u3000'), InlineData('\ufeff')]
    public void Every_unicode_separator_is_whitespace_and_none_is_a_newline(char blank)
    {
        Snippet.Json($"{blank}a{blank}={blank}x{blank}y{blank},{blank}b{blank}={blank}1{blank}")
            .ShouldBe(HoconDocument.Parse($"{{\"a\":\"x{Escape(blank)}y\",\"b\":1}}").Value.ToString());
        Snippet.Fail($"a = 1{blank}b = 2").Errors.ShouldHaveSingleItem();
    }

    private static string Escape(char c) => $"\\u{(int)c:x4}";
}
