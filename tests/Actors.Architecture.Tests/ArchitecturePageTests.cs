using System.Text.RegularExpressions;

namespace Actors.Architecture.Tests;

/// <summary>ARCHITECTURE.md is a map: it has a line for each folder and each package, and none for what is not there.</summary>
public sealed partial class ArchitecturePageTests
{
    private static readonly IReadOnlyList<string> Lines =
        [.. Row().Matches(Repository.Read("ARCHITECTURE.md")).Select(match => match.Groups[1].Value)];

    [Fact]
    public void Every_folder_in_src_has_a_line() =>
        Repository.SourceFolders().Except(Lines).ShouldBeNone("Add to ARCHITECTURE.md a line of the form '| `src/…` | what it is for |'.");

    [Fact]
    public void No_line_names_a_folder_that_is_missing() =>
        Lines.Where(line => line.Contains('/', StringComparison.Ordinal) && !Directory.Exists(Repository.Absolute(line)))
            .ShouldBeNone("ARCHITECTURE.md describes folders that do not exist.");

    [Fact]
    public void Every_pinned_package_has_a_line() =>
        PackageTests.PinnedPackages().Except(Lines).ShouldBeNone("Add to ARCHITECTURE.md a line of the form '| `Package` | why we take it |'.");

    [Fact]
    public void No_line_names_a_package_that_is_not_pinned() =>
        Lines.Where(line => !line.Contains('/', StringComparison.Ordinal)).Except(PackageTests.PinnedPackages())
            .ShouldBeNone("ARCHITECTURE.md describes packages that Directory.Packages.props does not pin.");

    [Fact]
    public void Nothing_has_two_lines() =>
        Lines.GroupBy(line => line).Where(group => group.Count() > 1).Select(group => group.Key)
            .ShouldBeNone("One line each.");

    [GeneratedRegex(@"^\| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
