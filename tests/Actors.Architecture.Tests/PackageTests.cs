using System.Text.RegularExpressions;

namespace Actors.Architecture.Tests;

public sealed partial class PackageTests
{
    [Fact]
    public void The_kernel_takes_no_package_but_the_logging_abstractions() =>
        Repository.Shipped.Single(project => project.Name == "Actors").Packages
            .ShouldBe(["Microsoft.Extensions.Logging.Abstractions"]);

    [Fact]
    public void Only_the_Sql_project_takes_a_database_driver() =>
        Repository.Shipped.Where(project => project.Name != "Actors.Sql")
            .SelectMany(project => project.Packages.Where(package => Driver().IsMatch(package)), (project, package) => $"{project.Name} -> {package}")
            .ShouldBeNone("All SQL is in Actors.Sql.");

    [Fact]
    public void Only_the_Sql_project_contains_SQL() =>
        Repository.Sources.Where(file => !file.Path.StartsWith("src/Actors.Sql/", StringComparison.Ordinal))
            .SelectMany(file => file.Where(line => Sql().IsMatch(line)))
            .ShouldBeNone("All SQL is in Actors.Sql.");

    [Fact]
    public void Versions_are_pinned_in_Directory_Packages_props_only() =>
        Repository.Projects("src", "tests", "benchmarks", "examples").Select(project => (project.Path, project.Xml))
            .Append(("Directory.Build.props", Repository.Read("Directory.Build.props")))
            .Append(("Directory.Build.targets", Repository.Read("Directory.Build.targets")))
            .Where(file => InlineVersion().IsMatch(file.Item2)).Select(file => file.Item1)
            .ShouldBeNone("Pin the version in Directory.Packages.props.");

    [Fact]
    public void Every_pinned_version_is_exact() =>
        Pinned().Matches(Repository.Read("Directory.Packages.props"))
            .Where(package => !ExactVersion().IsMatch(package.Groups[2].Value)).Select(package => package.Value)
            .ShouldBeNone("A range or a wildcard makes tomorrow's build another one.");

    internal static IReadOnlyList<string> PinnedPackages() =>
        [.. Pinned().Matches(Repository.Read("Directory.Packages.props")).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("sqlite|npgsql|sqlclient|mysql|dapper", RegexOptions.IgnoreCase)]
    private static partial Regex Driver();

    [GeneratedRegex("""["\s](SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE|PRAGMA) """)]
    private static partial Regex Sql();

    [GeneratedRegex("""<PackageReference [^>]*Version(Override)?=|<Version(Override)?>.*</PackageReference>""")]
    private static partial Regex InlineVersion();

    [GeneratedRegex("""<PackageVersion Include="([^"]+)" Version="([^"]*)" />""")]
    private static partial Regex Pinned();

    [GeneratedRegex(@"^\d+\.\d+\.\d+(-[\w.]+)?$")]
    private static partial Regex ExactVersion();
}
