using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Actors.Jobs.Tests.TimeTravel;

/// <summary>The example of docs/testing.md is a test that runs.</summary>
public sealed partial class TestingGuideTests
{
    [Fact]
    public void The_example_is_a_test_that_runs()
    {
        var guide = File.ReadAllText(Path.Combine(Here(), "../../../docs/testing.md"));
        var code = File.ReadAllText(Path.Combine(Here(), "TrialTests.cs"));
        CSharp().Matches(guide).Select(match => match.Groups[1].Value.Trim()).ShouldContain(code[(code.IndexOf("them.\n", StringComparison.Ordinal) + 6)..].Trim());
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!; // A file has a folder.

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();
}
