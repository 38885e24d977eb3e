using System.Text.RegularExpressions;

namespace Actors.Architecture.Tests;

/// <summary>The public surface of each shipped project is a file that is read in review. A change of it is a decision.</summary>
public sealed partial class ApiTests
{
    private const string AcceptVariable = "ACTORS_ACCEPT_API";

    public static TheoryData<string> ShippedProjects => [.. Repository.Shipped.Select(project => project.Name)];

    [Theory, MemberData(nameof(ShippedProjects))]
    public void The_public_API_is_the_approved_one(string project)
    {
        var path = $"tests/Actors.Architecture.Tests/Api/{project}.txt";
        var actual = ApiText.Of(Repository.Shipped.Single(one => one.Name == project).Assembly);
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            File.WriteAllText(Repository.Absolute(path), actual);
        }

        var approved = File.Exists(Repository.Absolute(path)) ? Repository.Read(path).ReplaceLineEndings("\n") : "";
        Assert.True(approved == actual,
            $"The public API of {project} is not that of {path}:\n{Difference(approved, actual)}\n" +
            $"If this is what you want, accept it with '{AcceptVariable}=1 ./test.sh Architecture' and commit the file.");
    }

    [Fact]
    public void No_approved_file_is_left_of_a_project_that_has_gone() =>
        Repository.Files("tests/Actors.Architecture.Tests/Api", "*.txt").Select(path => Path.GetFileNameWithoutExtension(path))
            .Except(Repository.Shipped.Select(project => project.Name))
            .ShouldBeNone("Delete these files.");

    /// <summary>Removed and added lines, each member with the type that it belongs to.</summary>
    private static string Difference(string approved, string actual)
    {
        var before = WithTypes(approved);
        var after = WithTypes(actual);
        return string.Join('\n', before.Except(after).Select(line => "  - " + line).Concat(after.Except(before).Select(line => "  + " + line)));
    }

    private static List<string> WithTypes(string api)
    {
        var type = "";
        return [.. api.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            if (!line.StartsWith(' '))
            {
                type = TypeName().Match(line).Value;
                return line;
            }

            return $"{line.Trim()}    in {type}";
        })];
    }

    [GeneratedRegex(@"(?<=(class|struct|record|interface|enum) (?!struct))[\w.]+")]
    private static partial Regex TypeName();
}
