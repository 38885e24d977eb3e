using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Actors.TestKit;

namespace Actors.TestKit.Tests.Guides;

/// <summary>What docs/testing.md shows is the code that is tested here, and what it says about it is true.</summary>
public sealed partial class TestingGuideTests
{
    [Fact]
    public void The_example_is_the_code_that_is_tested()
    {
        var guide = File.ReadAllText(Path.Combine(Here(), "../../../docs/testing.md"));
        var code = File.ReadAllText(Path.Combine(Here(), "Cinema.cs"));
        CSharp().Match(guide).Groups[1].Value.Trim().ShouldBe(code[(code.IndexOf("them.\n", StringComparison.Ordinal) + 6)..].Trim());
    }

    [Fact]
    public async Task With_faults_it_is_found_that_a_restart_forgets_what_was_sold()
    {
        var failure = await Should.ThrowAsync<SimulationFailedException>(() =>
            Simulation.RunAsync(run => CinemaTests.SellAsync(run, faults: 0.05), seeds: 200, name: "In_any_order", file: "tests/Shop.Tests/CinemaTests.cs"));
        failure.Message.ShouldContain("The invariant 'no more seats are sold than there are' does not hold any more");
        failure.Message.ShouldContain("/user/$1 is being restarted");
        failure.Message.ShouldMatch($"To see it again: ACTORS_SEED={failure.Seed} (ACTORS_FAULTS=\\d+ )?dotnet run ");
        var again = await Should.ThrowAsync<SimulationFailedException>(() =>
            Simulation.ReplayAsync(failure.Seed, run => CinemaTests.SellAsync(run, faults: 0.05)));
        again.Seed.ShouldBe(failure.Seed);
    }

    private static string Here([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!; // It has a folder.

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();
}
