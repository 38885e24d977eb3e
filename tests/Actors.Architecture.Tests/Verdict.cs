namespace Actors.Architecture.Tests;

internal static class Verdict
{
    /// <summary>Fails with the whole list, so that one run shows everything there is to fix.</summary>
    public static void ShouldBeNone(this IEnumerable<string> violations, string rule)
    {
        var found = violations.ToList();
        Assert.True(found.Count == 0, $"{rule}\n{found.Count} found:\n  {string.Join("\n  ", found)}");
    }
}
