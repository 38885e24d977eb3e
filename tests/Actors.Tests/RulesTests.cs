using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Actors.Tests;

/// <summary>Every rule of supervision, messaging, timing, persistence and testing is a test that names it, or a line that says how we differ.</summary>
public sealed partial class RulesTests
{
    private const string Differences = "docs/differences-from-akka.md";

    /// <summary>The families of rules, and how many each has.</summary>
    private static readonly (string Family, int Count)[] Families =
    [
        ("SUP", 13), ("LIM", 8), ("RST", 12), ("STOP", 4), ("DW", 7), ("MB", 8), ("ASK", 5), ("GS", 1), ("DL", 2), ("BO", 13), ("SCH", 4),
        ("PA", 21), ("TK", 7), ("OTP", 9),
    ];

    [Fact]
    public void Every_rule_has_a_test_or_a_line_that_says_how_we_differ()
    {
        var known = Known().ToHashSet();
        var missing = Families.SelectMany(family => Enumerable.Range(1, family.Count).Select(number => $"{family.Family}-{number}"))
            .Where(rule => !known.Contains(rule)).ToArray();
        missing.ShouldBeEmpty(
            $"Give each of these a test that fails when it is broken, with the id as its trait 'rule', or a line with the id in {Differences}.");
    }

    [Fact]
    public void No_test_names_a_rule_that_does_not_exist()
    {
        var rules = Families.SelectMany(family => Enumerable.Range(1, family.Count).Select(number => $"{family.Family}-{number}")).ToHashSet();
        Known().Where(rule => !rules.Contains(rule)).ShouldBeEmpty();
    }

    private static IEnumerable<string> Known()
    {
        var tests = Directory.EnumerateFiles(Path.Combine(Root(), "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(path => Trait().Matches(File.ReadAllText(path)).Select(match => match.Groups["rule"].Value));
        var lines = File.ReadLines(Path.Combine(Root(), Differences)).Where(line => line.StartsWith('|'))
            .SelectMany(line => Id().Matches(line).Select(match => match.Value));
        return tests.Concat(lines).Distinct();
    }

    private static string Root([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));

    [GeneratedRegex("""Trait\("rule", "(?<rule>[^"]+)"\)""", RegexOptions.IgnoreCase)]
    private static partial Regex Trait();

    [GeneratedRegex(@"\b[A-Z]{2,4}-\d+\b")]
    private static partial Regex Id();
}
