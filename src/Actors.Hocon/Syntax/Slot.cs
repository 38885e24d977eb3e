namespace Actors.Hocon.Syntax;

/// <summary>The definitions of one key in one object, the latest on top.</summary>
internal sealed class Slot
{
    /// <summary>The latest definition.</summary>
    public Node? Top { get; private set; }

    /// <summary>Where a lookup begins. While a definition is being resolved, that is the one below it: a definition that
    /// refers to its own key means the earlier value.</summary>
    public Node? First { get; private set; }

    /// <summary>Whether a definition is being resolved, so that it and all above it are hidden from lookups.</summary>
    public bool IsLookingBack => !ReferenceEquals(First, Top);

    public void Push(Node definition)
    {
        definition.Below = Top;
        if (definition is Expression expression)
        {
            expression.Slot = this;
        }

        Top = First = definition;
    }

    /// <summary>Hides a definition and those above it. Returns what <see cref="Restore"/> needs.</summary>
    public Node? LookBelow(Node definition)
    {
        var saved = First;
        First = definition.Below;
        return saved;
    }

    public void Restore(Node? saved) => First = saved;

    public IReadOnlyList<Node> BottomUp()
    {
        var definitions = new List<Node>();
        for (var node = Top; node is not null; node = node.Below)
        {
            definitions.Add(node);
        }

        definitions.Reverse();
        return definitions;
    }
}
