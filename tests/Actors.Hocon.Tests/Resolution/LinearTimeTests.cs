using System.Text;

namespace Actors.Hocon.Tests.Resolution;

/// <summary>Counts steps instead of time: twice the substitutions may take little more than twice the steps.</summary>
public class LinearTimeTests
{
    private const int StepsPerSubstitution = 20;

    public static TheoryData<string, string, string> Chains => new()
    {
        { "forward", "", "a{0} = ${{a{1}}}\n" },
        { "joined", "", "a{0} = ${{a{1}}}\"\"\n" },
        { "twice", "", "a{0} = ${{a{1}}}${{?nowhere}}${{a{1}}}\n" },
        { "objects", "", "a{0} = ${{a{1}}} {{ k = {0} }}\n" },
        { "paths", "", "a{0}.b = ${{a{1}.b}}\n" },
        { "merged", "", "a{0} = {{ x = 1 }}\na{0} = ${{a{1}}}\n" },
    };

    [Theory]
    [MemberData(nameof(Chains))]
    public void A_chain_of_a_thousand_substitutions_takes_linear_work(string name, string head, string line)
    {
        name.ShouldNotBeEmpty();
        var tail = name switch
        {
            "objects" or "merged" => "a{0} = {{ x = 1 }}\n",
            "paths" => "a{0}.b = 1\n",
            _ => "a{0} = \"\"\n",
        };
        CountSteps(1_000, head, line, tail).ShouldBeLessThan(1_000 * StepsPerSubstitution);
        CountSteps(2_000, head, line, tail).ShouldBeLessThan(2_000 * StepsPerSubstitution);
    }

    [Fact]
    public void A_hundred_thousand_substitutions_in_a_chain_resolve()
    {
        var document = HoconDocument.Parse(Chain(100_000, "a{0} = ${{a{1}}}\n", "a{0} = 7\n"), null, Snippet.Closed);
        document.Root.GetInt32("a0").ShouldBe(7);
        document.Steps.ShouldBeLessThan(100_000 * StepsPerSubstitution);
    }

    [Fact]
    public void Many_references_to_one_value_resolve_it_once()
    {
        var text = "base { a { b = ${x} } }\nx = 1\n" + string.Concat(Enumerable.Range(0, 10_000).Select(static i => $"r{i} = ${{base}}\n"));
        HoconDocument.Parse(text, null, Snippet.Closed).Steps.ShouldBeLessThan(10_000 * StepsPerSubstitution);
    }

    [Fact]
    public void Appending_takes_linear_work()
    {
        var document = HoconDocument.Parse(string.Concat(Enumerable.Repeat("a += 1\n", 10_000)), null, Snippet.Closed);
        document.Root.GetList("a").Count.ShouldBe(10_000);
        document.Steps.ShouldBeLessThan(10_000 * StepsPerSubstitution);
    }

    [Fact]
    public void A_long_cycle_is_found()
    {
        var text = Chain(10_000, "a{0} = ${{a{1}}}\n", "a{0} = ${{a0}}\n");
        Snippet.Fail(text).Errors.ShouldHaveSingleItem().Message.ShouldStartWith("Circular substitution");
    }

    private static long CountSteps(int count, string head, string line, string tail) =>
        HoconDocument.Parse(head + Chain(count, line, tail), null, Snippet.Closed).Steps;

    private static string Chain(int count, string line, string tail)
    {
        var text = new StringBuilder();
        var format = CompositeFormat.Parse(line);
        for (var i = 0; i < count; i++)
        {
            text.AppendFormat(null, format, i, i + 1);
        }

        return text.AppendFormat(null, CompositeFormat.Parse(tail), count).ToString();
    }
}
