using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Actors.Architecture.Tests;

/// <summary>The files that the rules are about. Paths are relative to the root of the repository and written with slashes.</summary>
internal static class Repository
{
    private static readonly Lazy<IReadOnlyList<Type>> OurTypes = new(FindTypes);

    public static string Root { get; } = FindRoot();

    /// <summary>Every project below a folder of the root: <c>src</c>, <c>tests</c>, <c>benchmarks</c>, <c>examples</c>.</summary>
    public static IReadOnlyList<Project> Projects(params string[] folders) =>
        [.. folders.SelectMany(folder => Files(folder, "*.csproj")).Select(Project.Read)];

    public static IReadOnlyList<Project> Shipped { get; } = Projects("src");

    public static IReadOnlyList<SourceFile> Sources { get; } =
        [.. Files("src", "*.cs").Select(path => new SourceFile(path, File.ReadAllLines(Absolute(path))))];

    /// <summary>Every type that we wrote in a shipped project; not what compilers and generators add.</summary>
    public static IReadOnlyList<Type> Types => OurTypes.Value;

    public static IEnumerable<string> Files(string folder, string pattern) =>
        !Directory.Exists(Absolute(folder)) ? [] : Directory.EnumerateFiles(Absolute(folder), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    /// <summary>Every folder below <c>src</c> that has a file in it.</summary>
    public static IEnumerable<string> SourceFolders() =>
        Files("src", "*").Select(path => path[..path.LastIndexOf('/')]).Where(folder => folder != "src").Distinct();

    public static string Absolute(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(Absolute(path));

    private static IReadOnlyList<Type> FindTypes() => [.. Shipped.SelectMany(project => project.Assembly.GetTypes()).Where(IsOurs)];

    private static bool IsOurs(Type type) =>
        !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) &&
        !type.Name.Contains('<', StringComparison.Ordinal) &&
        !type.Name.StartsWith("__", StringComparison.Ordinal) &&
        type.Namespace is { } name && (name == "Actors" || name.StartsWith("Actors.", StringComparison.Ordinal)) &&
        (type.DeclaringType is null || IsOurs(type.DeclaringType));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Actors.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No Actors.sln above '{AppContext.BaseDirectory}'.");
    }
}

internal sealed record Project(string Name, string Path, string Xml)
{
    public IReadOnlyList<string> References => [.. Includes("ProjectReference").Select(System.IO.Path.GetFileNameWithoutExtension).OfType<string>()];

    public IReadOnlyList<string> Packages => [.. Includes("PackageReference")];

    public IReadOnlyList<string> Friends => [.. Includes("InternalsVisibleTo")];

    /// <summary>The compiled project.</summary>
    public Assembly Assembly =>
        File.Exists(System.IO.Path.Combine(AppContext.BaseDirectory, Name + ".dll"))
            ? Assembly.Load(Name)
            : throw new InvalidOperationException($"Actors.Architecture.Tests.csproj has no reference that leads to {Name}: add one, or its rules go unchecked.");

    public static Project Read(string path) => new(System.IO.Path.GetFileNameWithoutExtension(path), path, Repository.Read(path));

    private IEnumerable<string> Includes(string item) =>
        Regex.Matches(Xml, $"<{item} Include=\"([^\"]+)\"").Select(match => match.Groups[1].Value.Replace('\\', '/'));
}

internal sealed partial record SourceFile(string Path, IReadOnlyList<string> Lines)
{
    /// <summary>Lines of code that match, as <c>path:line: text</c>. Comments and the contents of strings do not count.</summary>
    public IEnumerable<string> Where(Regex pattern) => Where(line => pattern.IsMatch(Code(line)));

    public IEnumerable<string> Where(Func<string, bool> matches) =>
        Lines.Select((line, index) => (line, index))
            .Where(entry => matches(entry.line))
            .Select(entry => $"{Path}:{entry.index + 1}: {entry.line.Trim()}");

    private static string Code(string line) => Comment().Replace(Text().Replace(line, "\"\""), "");

    [GeneratedRegex("""
        "(\\.|[^"\\])*"
        """)]
    private static partial Regex Text();

    [GeneratedRegex("//.*$")]
    private static partial Regex Comment();
}
