using System.Text.RegularExpressions;

namespace Actors.Architecture.Tests;

public sealed partial class SourceFileTests
{
    private const int MaxLines = 600;

    /// <summary>
    /// The public boundary: called from outside the actor system, on threads of the caller. Everywhere else an await keeps the
    /// dispatcher's context, or the seeded simulation loses the code that follows.
    /// </summary>
    private static readonly (string Path, string Reason)[] Boundary =
    [
        ("src/Actors/ActorSystem.cs", "started and ended by the host"),
        ("src/Actors/ActorRefExtensions.cs", "asks come from anywhere"),
        ("src/Actors/Asking/", "asks come from anywhere"),
        ("src/Actors.Services/Guarding/GuardedServices.cs", "IServices, called by the host and by requests"),
        ("src/Actors.Jobs/JobSystem.cs", "IJobs, called by the host and by requests"),
        ("src/Actors.Sql/SqliteStore.cs", "opened and closed by the host; its work is on its own threads"),
        ("src/Actors.Sql/SqliteSharedStore.cs", "as SqliteStore"),
        ("src/Actors.Sql/Sqlite/StoreLock.cs", "as SqliteStore"),
        ("src/Actors.Hosting/", "runs on the threads of the generic host"),
        ("src/Actors.TestKit/Simulation.cs", "called by the test, on threads of the test framework"),
        ("src/Actors.TestKit/VirtualTime.cs", "called by the test, and waits for the system from outside"),
    ];

    [Fact]
    public void No_file_is_over_600_lines() =>
        Repository.Sources.Where(file => file.Lines.Count > MaxLines).Select(file => $"{file.Path}: {file.Lines.Count} lines")
            .ShouldBeNone("Split the type by concern: Thing.Concern.cs.");

    [Fact]
    public void The_namespace_is_the_folder() =>
        Repository.Sources
            .Select(file => (file.Path, Expected: file.Path["src/".Length..file.Path.LastIndexOf('/')].Replace('/', '.'), Actual: Namespace(file)))
            .Where(file => file.Actual is not null && file.Actual != file.Expected)
            .Select(file => $"{file.Path}: {file.Actual}, expected {file.Expected}")
            .ShouldBeNone("A type is found where its name says.");

    [Fact]
    public void No_file_has_regions() =>
        Search(Region()).ShouldBeNone("A file that needs regions is two files.");

    [Fact]
    public void No_method_is_async_void() =>
        Search(AsyncVoid()).ShouldBeNone("Nobody sees the exception of an async void method.");

    [Fact]
    public void ConfigureAwait_false_is_used_at_the_public_boundary_only() =>
        Repository.Sources.Where(file => !Boundary.Any(boundary => file.Path.StartsWith(boundary.Path, StringComparison.Ordinal)))
            .SelectMany(file => file.Where(LeavesContext()))
            .ShouldBeNone("Code inside an actor system keeps the context of its dispatcher.");

    [Fact]
    public void Every_warning_that_is_switched_off_says_why() =>
        Repository.Sources.SelectMany(file => file.Where(line => SwitchedOff().IsMatch(line) && !Reason().IsMatch(line)))
            .ShouldBeNone("Write the reason on the line: #pragma warning disable RS0030 // Why this may leave the seams.");

    private static IEnumerable<string> Search(Regex pattern) => Repository.Sources.SelectMany(file => file.Where(pattern));

    private static string? Namespace(SourceFile file) =>
        file.Lines.Select(line => NamespaceLine().Match(line)).FirstOrDefault(match => match.Success)?.Groups[1].Value;

    [GeneratedRegex(@"^namespace ([\w.]+)")]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^\s*#region")]
    private static partial Regex Region();

    [GeneratedRegex(@"\basync void\b")]
    private static partial Regex AsyncVoid();

    [GeneratedRegex(@"\.ConfigureAwait\((false|continueOnCapturedContext: false|ConfigureAwaitOptions\.None)\)")]
    private static partial Regex LeavesContext();

    [GeneratedRegex(@"^\s*#pragma warning disable|\[(assembly: )?(Unconditional)?SuppressMessage")]
    private static partial Regex SwitchedOff();

    [GeneratedRegex(@"// .{10,}|Justification = ""[^""]{10,}")]
    private static partial Regex Reason();
}
