namespace Actors.Architecture.Tests;

/// <summary>Who may reference whom. A change here is a change of the design: say why in ARCHITECTURE.md.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Actors"] = [],
        ["Actors.Hocon"] = [],
        ["Actors.Persistence"] = ["Actors"],
        ["Actors.Services"] = ["Actors"],
        ["Actors.Jobs"] = ["Actors.Persistence", "Actors.Services"],
        ["Actors.Sql"] = ["Actors.Persistence", "Actors.Jobs"],
        ["Actors.Hosting"] = ["Actors", "Actors.Hocon", "Actors.Persistence", "Actors.Services", "Actors.Jobs", "Actors.Sql"],
        ["Actors.TestKit"] = ["Actors", "Actors.Persistence", "Actors.Services", "Actors.Jobs"],
        ["Actors.Dashboard"] = ["Actors.Hosting"],
        ["Actors.Cli"] = ["Actors.Hosting"],
    };

    [Fact]
    public void Every_shipped_project_has_a_row_in_the_table() =>
        Repository.Shipped.Select(project => project.Name).Where(name => !Allowed.ContainsKey(name))
            .ShouldBeNone("A new project needs a reason in ARCHITECTURE.md and a row in this table.");

    [Fact]
    public void A_project_references_only_what_the_table_allows() =>
        Repository.Shipped
            .SelectMany(project => project.References.Except(Allowed.GetValueOrDefault(project.Name, [])), (project, reference) => $"{project.Name} -> {reference}")
            .ShouldBeNone("These project references are not in the table.");

    [Fact]
    public void Nothing_shipped_references_the_TestKit() =>
        Repository.Shipped.Where(project => project.References.Contains("Actors.TestKit")).Select(project => project.Path)
            .ShouldBeNone("The TestKit is for tests.");

    [Fact]
    public void Internals_are_shown_to_the_project_s_own_tests_only() =>
        Repository.Shipped
            .SelectMany(project => project.Friends.Where(friend => friend != $"{project.Name}.Tests"), (project, friend) => $"{project.Name} -> {friend}")
            .ShouldBeNone("What another project needs is public, and a decision.");

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("Actors.sln").Replace('\\', '/');
        Repository.Projects("src", "tests", "benchmarks", "examples").Select(project => project.Path)
            .Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal))
            .ShouldBeNone("Only what is in Actors.sln is built and tested: dotnet sln add <path>.");
    }
}
