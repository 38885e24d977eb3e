namespace Actors.Hocon.Syntax;

/// <summary>The value that paths start from: the document, or an element of a list, which no path can reach.</summary>
internal sealed class Anchor
{
    public Node? Root { get; set; }
}

/// <summary>Where a substitution looks: first below the place where its file was included, then further out.</summary>
/// <param name="Anchor">The value the prefix starts from.</param>
/// <param name="Prefix">The path of the include statement.</param>
/// <param name="Outer">Where to look next; null after the document itself.</param>
/// <param name="UsesEnvironment">Whether the environment may answer at last.</param>
internal sealed record Scope(Anchor Anchor, string[] Prefix, Scope? Outer, bool UsesEnvironment);
