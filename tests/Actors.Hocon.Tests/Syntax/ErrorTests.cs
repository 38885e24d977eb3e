namespace Actors.Hocon.Tests.Syntax;

public class ErrorTests
{
    [Fact]
    public void All_errors_are_reported_at_once()
    {
        var errors = Snippet.Fail(
            """
            a = "\q"
            b = 1
            c { d = , e = [1,,2] }
            f.. = 3
            g = 2 @ 3
            h = ok
            """).Errors;
        errors.Select(static e => (e.Line, e.Column)).ShouldBe([(1, 6), (3, 9), (3, 18), (4, 3), (5, 7)]);
    }

    [Fact]
    public void All_undefined_substitutions_are_reported_at_once() =>
        Snippet.Fail("a = ${x}\nb = [${y}]\nc { d = ${z} }").Errors.Select(static e => e.Line).ShouldBe([1, 2, 3]);

    [Fact]
    public void An_undefined_substitution_is_reported_once_however_often_its_field_is_used() =>
        Snippet.Fail("a = ${x}\nb = ${a}\nc = ${a} ${b}\nd = [] ${a}").Errors.ShouldHaveSingleItem();

    [Fact]
    public void The_message_shows_the_line_a_caret_and_what_was_expected() =>
        Snippet.Fail("name = shop\nurl = http://x:80").Message.ShouldBe(
            """
            test.conf:2:11: Unexpected ':' in a value.
                2 | url = http://x:80
                  |           ^
                  = a ',' or a new line before the next key; quotes around text that contains this character, such as a URL
            """.Replace("\r\n", "\n", StringComparison.Ordinal));

    [Fact]
    public void The_caret_stays_below_its_character_behind_tabs() =>
        Snippet.Fail("a {\n\t\tb = @\n}").Errors[0].ToString().ShouldContain("\n    2 | \t\tb = @\n      | \t\t    ^");

    [Fact]
    public void A_long_line_is_cut_around_the_caret()
    {
        var error = Snippet.Fail("a = [" + string.Join(", ", Enumerable.Range(0, 500)) + ", @, " + new string('x', 500) + "]").Errors[0];
        var lines = error.ToString().Split('\n');
        lines[1].Length.ShouldBeLessThan(120);
        lines[1][lines[2].IndexOf('^', StringComparison.Ordinal)].ShouldBe('@');
    }

    [Fact]
    public void Lines_of_a_file_with_windows_line_ends_are_cut_right()
    {
        var error = Snippet.Fail("a = 1\r\nb = @\r\nc = 2\r\n").Errors[0];
        (error.Line, error.Column, error.SourceLine).ShouldBe((2, 5, "b = @"));
    }

    [Fact]
    public void A_byte_order_mark_does_not_move_the_column() => Snippet.Fail("\uFEFFa = @").Errors[0].Column.ShouldBe(5);

    [Fact]
    public void Control_characters_in_the_line_are_not_printed() =>
        Snippet.Fail("a = \"\u001b[31m\"").Message.ShouldNotContain("\u001b");

    [Fact]
    public void One_unclosed_bracket_is_one_error()
    {
        var error = Snippet.Fail("a {\n  b {\n    c = [1, 2\n").Errors.ShouldHaveSingleItem();
        error.Message.ShouldBe("The '[' at line 3, column 9 is not closed before the end of the file.");
        (error.Line, error.Column).ShouldBe((3, 14));
    }

    [Fact]
    public void Errors_are_collected_up_to_a_limit()
    {
        var options = Snippet.Closed with { Limits = new HoconLimits { MaxErrors = 3 } };
        var exception = Snippet.Fail(string.Concat(Enumerable.Repeat("a = @\n", 50)), options);
        exception.Errors.Count.ShouldBe(3);
        exception.Message.ShouldContain("More errors were not looked for");
    }

    [Theory]
    [InlineData("include fiel(\"x\")", "did you mean 'file'?")]
    [InlineData("include requird(\"x\")", "did you mean 'required'?")]
    public void A_misspelt_include_suggests_the_kind(string text, string hint) => Snippet.Fail(text).Errors[0].Expected.ShouldBe(hint);

    [Fact]
    public void Joining_unlike_values_says_which() =>
        Snippet.Fail("x = [1]\na = text ${x}").Errors[0].Message.ShouldBe("Cannot join the string 'text' and a list (${x}).");
}
