using System.Text;

namespace Actors.Hocon.Tests.Syntax;

public class LimitTests
{
    private const int Huge = 100_000;

    public static TheoryData<string> DeepTexts => new()
    {
        new string('[', Huge),
        new string('[', Huge) + new string(']', Huge),
        "a = " + string.Concat(Enumerable.Repeat("{ a = ", Huge)),
        "a = " + string.Concat(Enumerable.Repeat("[{ a = ", Huge)),
        "a" + string.Concat(Enumerable.Repeat(".a", Huge)) + " = 1",
        string.Concat(Enumerable.Repeat("a { b.c = [", Huge)),
        "a += " + string.Concat(Enumerable.Repeat("{ a += ", Huge)),
        "a = " + string.Concat(Enumerable.Repeat("{} { a = ", Huge)),
    };

    [Theory]
    [MemberData(nameof(DeepTexts))]
    public void Nesting_too_deep_is_one_error(string text) =>
        Snippet.Fail(text).Errors.ShouldHaveSingleItem().Message.ShouldContain("nest");

    [Fact]
    public void Brackets_that_make_no_sense_do_not_nest() => Snippet.Fail(new string('{', Huge)).Errors.Count.ShouldBe(2);

    [Fact]
    public void Nesting_up_to_the_limit_works_on_a_thread_of_the_pool()
    {
        var depth = new HoconLimits().MaxDepth - 1;
        var text = string.Concat(Enumerable.Repeat("[{a=", depth / 2)) + "1" + string.Concat(Enumerable.Repeat("}]", depth / 2));
        OnStack(1536 * 1024, () => HoconDocument.Parse(text).Value.ToString().Length.ShouldBeGreaterThan(depth));
    }

    [Fact]
    public void A_tiny_stack_ends_in_an_error_and_not_in_a_crash() =>
        OnStack(256 * 1024, static () =>
        {
            var text = string.Concat(Enumerable.Repeat("[{a=", 700)) + "1" + string.Concat(Enumerable.Repeat("}]", 700));
            try
            {
                HoconDocument.Parse(text);
            }
            catch (HoconException cause)
            {
                cause.Message.ShouldContain("nest");
            }
        });

    [Fact]
    public void Nesting_that_substitutions_build_is_limited_too()
    {
        var text = new StringBuilder("a0 = 1\n");
        for (var i = 1; i <= 5_000; i++)
        {
            text.Append($"a{i} = {{ v = ${{a{i - 1}}} }}\n");
        }

        Snippet.Fail(text.ToString()).Errors.ShouldHaveSingleItem().Message.ShouldContain("nest too deeply");
    }

    [Fact]
    public void Objects_that_double_each_other_cannot_fill_the_memory()
    {
        var text = new StringBuilder("a0 { x = 1 }\n");
        for (var i = 1; i <= 100; i++)
        {
            text.Append($"a{i} {{ l = ${{a{i - 1}}}, r = ${{a{i - 1}}} }}\n");
        }

        Snippet.Fail(text.ToString()).Errors.ShouldHaveSingleItem().ToString().ShouldContain(nameof(HoconLimits.MaxExpandedValues));
    }

    [Fact]
    public void Lists_that_double_each_other_cannot_fill_the_memory()
    {
        var text = new StringBuilder("a0 = [1, 2]\n");
        for (var i = 1; i <= 100; i++)
        {
            text.Append($"a{i} = ${{a{i - 1}}} ${{a{i - 1}}}\n");
        }

        Snippet.Fail(text.ToString()).Errors.ShouldHaveSingleItem().ToString().ShouldContain("at most");
    }

    [Fact]
    public void Strings_that_double_each_other_cannot_fill_the_memory()
    {
        var text = new StringBuilder("a0 = lol\n");
        for (var i = 1; i <= 100; i++)
        {
            text.Append($"a{i} = ${{a{i - 1}}}${{a{i - 1}}}\n");
        }

        Snippet.Fail(text.ToString()).Errors.ShouldHaveSingleItem().ToString().ShouldContain(nameof(HoconLimits.MaxExpandedCharacters));
    }

    [Fact]
    public void Work_has_a_limit()
    {
        var options = Snippet.Closed with { Limits = new HoconLimits { MaxResolutionSteps = 100 } };
        var text = "a = []\n" + string.Concat(Enumerable.Repeat("a += 1\n", 200));
        Snippet.Fail(text, options).Errors.ShouldHaveSingleItem().ToString().ShouldContain(nameof(HoconLimits.MaxResolutionSteps));
    }

    [Fact]
    public void The_path_of_a_substitution_has_the_limit_of_other_nesting()
    {
        const string Circle = "a { b = ${a} }\nc = ${a";
        var deep = Circle + string.Concat(Enumerable.Repeat(".b", 100_000)) + "}";
        OnStack(1536 * 1024, () => Snippet.Fail(deep).Errors.ShouldHaveSingleItem().ToString().ShouldContain(nameof(HoconLimits.MaxDepth)));
        var allowed = Circle + string.Concat(Enumerable.Repeat(".b", new HoconLimits().MaxDepth - 1)) + "}";
        OnStack(1536 * 1024, () => Record.Exception(() => HoconDocument.Parse(allowed)).ShouldBeOfType<HoconException>());
    }

    [Fact]
    public void A_file_too_large_is_refused()
    {
        var files = new MemoryFiles(("a.conf", "x = 1\ninclude \"b.conf\""), ("b.conf", new string(' ', 10_000)));
        var options = files.Options with { Limits = new HoconLimits { MaxFileBytes = 1_000 } };
        Should.Throw<HoconException>(() => HoconDocument.Load("a.conf", options)).Message.ShouldContain("larger than 1000 bytes");
    }

    private static void OnStack(int bytes, Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action), bytes);
        thread.Start();
        thread.Join();
        failure.ShouldBeNull();
    }
}
