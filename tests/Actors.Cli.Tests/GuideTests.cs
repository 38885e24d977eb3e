using System.Text.RegularExpressions;

namespace Actors.Cli.Tests;

/// <summary>What docs/configuration.md shows of the tool is what the tool prints.</summary>
public sealed partial class GuideTests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(Tool.Repository, "docs/configuration.md")).ReplaceLineEndings("\n");

    [Fact]
    public void The_answer_to_why_is_as_shown() =>
        Guide.ShouldContain(Tool.Run("config", "why", "policies/crash-fast.conf", "--failures", "0 s, 10 s, 20 s").Output.ReplaceLineEndings("\n"));

    [Fact]
    public void The_faults_are_as_shown()
    {
        using var folder = new Folder();
        var file = folder.Write("shop.conf", "actors {\n  ask-timeuot = 3 s\n  services.payment-sync.restart.max-restarts = many\n}");
        var shown = Tool.Run("config", "check", file).Error.ReplaceLineEndings("\n").Replace(file, "shop.conf", StringComparison.Ordinal);
        Guide.ShouldContain(shown[..shown.IndexOf("\n\n2 faults", StringComparison.Ordinal)]);
    }

    [Fact]
    public void The_examples_have_no_faults()
    {
        using var folder = new Folder();
        var examples = Hocon().Matches(Guide).Select(match => match.Groups[1].Value).ToList();
        examples.Count.ShouldBe(2);
        foreach (var example in examples)
        {
            Tool.Run("config", "check", folder.Write("example.conf", example)).ExitCode.ShouldBe(0, example);
        }
    }

    [Fact]
    public void The_exit_codes_are_those_of_the_tool()
    {
        var codes = System.Reflection.Assembly.Load("Actors.Cli").GetType("Actors.Cli.ExitCode").ShouldNotBeNull().GetFields().Select(field => (int)field.GetRawConstantValue()!).ToList(); // Constants.
        Code().Matches(Guide).Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(codes);
    }

    [GeneratedRegex("```hocon\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Hocon();

    [GeneratedRegex(@"^\| (\d) \|", RegexOptions.Multiline)]
    private static partial Regex Code();
}
