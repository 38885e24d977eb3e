namespace Actors.Hocon.Tests.Conformance;

/// <summary>What the specification forbids, with the place where the first error is.</summary>
public class InvalidSnippetTests
{
    public static TheoryData<string, int, int> Snippets => new()
    {
        // brackets
        { "{", 1, 2 },
        { "}", 1, 1 },
        { "[", 1, 2 },
        { "]", 1, 1 },
        { "a { b = 1", 1, 10 },
        { "a {\n  b = 1\n\n", 2, 8 },
        { "a = 1 }", 1, 7 },
        { "a = 1 }}} c = 2", 1, 7 },
        { "{ a = 1 } b = 2", 1, 11 },
        { "{}{}", 1, 3 },
        { "{}x", 1, 3 },
        { "[]x", 1, 3 },
        { "[][]", 1, 3 },
        { "{ a = [ }", 1, 9 },
        { "[ 10, }]", 1, 7 },
        { "[ 10, {]", 1, 8 },
        { "{ a = 1 ]", 1, 9 },
        { "a = 1 [", 1, 8 },

        // commas
        { ",", 1, 1 },
        { "[,]", 1, 2 },
        { "[,1]", 1, 2 },
        { "[1,,2]", 1, 4 },
        { "[1,2,,]", 1, 6 },
        { "{ , }", 1, 3 },
        { "{ a = 1,, }", 1, 9 },
        { "a = 1,,b = 2", 1, 7 },
        { "a = 1,,", 1, 7 },
        { "[1\n,,2]", 2, 2 },

        // fields
        { "10", 1, 3 },
        { "\"a\"", 1, 4 },
        { "a", 1, 2 },
        { "\n\na", 3, 2 },
        { "{ 1, 2 }", 1, 4 },
        { "{ a }", 1, 5 },
        { "{ a = }", 1, 7 },
        { "a = ", 1, 5 },
        { "a = \n\n", 3, 1 },
        { "{ : 1 }", 1, 3 },
        { "= 1", 1, 1 },
        { "{ a = 1, true }", 1, 15 },
        { "{ a \n b = 1 }", 1, 5 },
        { "a , b = 1", 1, 3 },
        { "\"a\" = 1 \"b\" = 2", 1, 13 },
        { "a = y b = z", 1, 9 },
        { "a = [1,2]\n[3,4]", 2, 1 },
        { "a = { b = 1 }\n{ c = 2 }", 2, 1 },
        { "{ { a = 1 } = 2 }", 1, 3 },
        { "{ [ 1 ] = 2 }", 1, 3 },
        { "[a = 1]", 1, 4 },
        { "[\"a\" : 1]", 1, 6 },
        { "[:1]", 1, 2 },

        // characters
        { "[ = ]", 1, 3 },
        { "[ + ]", 1, 3 },
        { "[ ` ]", 1, 3 },
        { "[ ^ ]", 1, 3 },
        { "[ ? ]", 1, 3 },
        { "[ ! ]", 1, 3 },
        { "[ @ ]", 1, 3 },
        { "[ * ]", 1, 3 },
        { "[ & ]", 1, 3 },
        { "[ \\ ]", 1, 3 },
        { "[ $ ]", 1, 3 },
        { "[ # ]", 1, 6 },
        { "[ // ]", 1, 7 },
        { "a = http://x:80", 1, 9 },
        { "a = me@example.com", 1, 7 },
        { "a@b = 1", 1, 2 },

        // strings
        { "\"", 1, 1 },
        { "a = \"x", 1, 5 },
        { "a = \"x\ny\"", 1, 5 },
        { "a = \"x\ty\"", 1, 7 },
        { "a = \"\\q\"", 1, 6 },
        { "a = \"\\u12\"", 1, 6 },
        { "a = \"\\uGGGG\"", 1, 6 },
        { "a = \"x\\", 1, 5 },
        { "a = \"\"\"x\ny\"\"", 1, 5 },

        // paths
        { "a..b = 1", 1, 3 },
        { ".a = 1", 1, 1 },
        { "a. = 1", 1, 3 },
        { "a.\"b\". = 1", 1, 7 },
        { ".\"a\" = 1", 1, 1 },

        // substitutions
        { "a = ${", 1, 7 },
        { "a = ${x", 1, 8 },
        { "a = ${}", 1, 7 },
        { "a = ${?}", 1, 8 },
        { "a = ${ ?x}", 1, 8 },
        { "a = ${x..y}", 1, 9 },
        { "a = ${x\n}", 1, 8 },
        { "a = ${${x}}", 1, 7 },
        { "a = ${x #}", 1, 9 },
        { "a = ${//}", 1, 7 },
        { "a = ${x//}", 1, 8 },
        { "a = \"${x}\" ${y", 1, 15 },
        { "${x} = 1", 1, 1 },
        { "a${x} = 1", 1, 2 },
        { "a = ${missing}", 1, 5 },
        { "a = ${a}", 1, 5 },
        { "a = { b = ${a} }", 1, 11 },
        { "a = [ ${a} ]", 1, 7 },

        // joining unlike things
        { "a = x { b = 1 }", 1, 7 },
        { "a = x [1]", 1, 7 },
        { "a = [1] { b = 1 }", 1, 9 },
        { "a = null { b = 1 }", 1, 10 },
        { "x = [1,2], a = y${x}z", 1, 17 },
        { "x { y = 1 }, a = y${x}z", 1, 19 },
        { "a = 1, a += 2", 1, 13 },
        { "a = x, a += 2", 1, 13 },
        { "a { b = 1 }, a += 2", 1, 19 },

        // includes
        { "include", 1, 8 },
        { "include x", 1, 9 },
        { "include : 1", 1, 9 },
        { "include = 1", 1, 9 },
        { "include \"x\" = 1", 1, 13 },
        { "include \"x\" \"y\"", 1, 13 },
        { "include \"\"", 1, 9 },
        { "include ${x}", 1, 9 },
        { "include file(x)", 1, 14 },
        { "include file(\"x\"", 1, 17 },
        { "include fiel(\"x\")", 1, 9 },
        { "include url(\"http://example.com/x.conf\")", 1, 13 },
        { "include \"https://example.com/x.conf\"", 1, 9 },
        { "include classpath(\"x.conf\")", 1, 19 },
        { "include required(\"no-such-file\")", 1, 18 },
        { "include required(file(\"no-such-file\"))", 1, 23 },
        { "include file(required(\"x\"))", 1, 14 },
        { "include required(required(\"x\"))", 1, 18 },
    };

    [Theory]
    [MemberData(nameof(Snippets))]
    public void An_invalid_snippet_fails_where_it_is_wrong(string text, int line, int column)
    {
        var error = Snippet.Fail(text).Errors[0];
        (error.Line, error.Column).ShouldBe((line, column), error.ToString());
        error.File.ShouldBe("test.conf");
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public void The_line_is_right_below_other_lines(string text, int line, int column)
    {
        var error = Snippet.Fail("# first\n\n" + text).Errors[0];
        (error.Line, error.Column).ShouldBe((line + 2, column), error.ToString());
    }
}
