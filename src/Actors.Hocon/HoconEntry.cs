namespace Actors.Hocon;

/// <summary>A value of a document and its path.</summary>
/// <param name="Elements">The keys that lead to it; in a list, the index.</param>
/// <param name="Value">The value, which knows its origin.</param>
public sealed record HoconEntry(IReadOnlyList<string> Elements, HoconValue Value)
{
    /// <summary>The path as an expression, quoted where needed.</summary>
    public string Path => HoconPath.Join(Elements);
}
