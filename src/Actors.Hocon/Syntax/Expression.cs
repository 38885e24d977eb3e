namespace Actors.Hocon.Syntax;

internal enum ExpressionState
{
    Unresolved,
    InProgress,
    Resolved,
}

/// <summary>A value that has to be worked out. Each occurrence is resolved once and remembers its result.</summary>
internal abstract class Expression(SourceText source, int offset) : Node(source, offset)
{
    public ExpressionState State { get; set; }

    /// <summary>The value; null when it is undefined, which makes a field disappear.</summary>
    public Node? Result { get; set; }

    /// <summary>The key that this defines; null for an element of a list and for a part of a concatenation.</summary>
    public Slot? Slot { get; set; }

    /// <summary>What <see cref="Slot"/> needs to be as it was before this was resolved.</summary>
    public Node? SavedFirst { get; set; }

    /// <summary>Whether a cycle was already restarted at this definition; it must not happen twice.</summary>
    public bool HasRestartedCycle { get; set; }
}

/// <summary><c>${path}</c> or <c>${?path}</c>, or the one that <c>+=</c> implies.</summary>
internal sealed class ReferenceNode(SourceText source, int offset, string[] path, Scope scope)
    : Expression(source, offset)
{
    public string[] Path { get; } = path;

    public Scope Scope { get; } = scope;

    public bool IsOptional { get; init; }

    /// <summary>Written <c>${path[]}</c>: the environment may give a list as path_0, path_1, ….</summary>
    public bool IsList { get; init; }

    public string Name => HoconPath.Join(Path);
}

/// <summary>Several values in a row, at least one of them an expression or a container.</summary>
internal sealed class ConcatNode(SourceText source, int offset, List<Node> parts) : Expression(source, offset)
{
    public List<Node> Parts { get; } = parts;

    /// <summary>The parts before this one are resolved.</summary>
    public int Next { get; set; }
}

/// <summary>An element of a list that was made from an object with numeric keys.</summary>
internal sealed class MemberNode(FieldsNode fields, string key) : Expression(fields.Source, fields.Offset)
{
    public FieldsNode Fields { get; } = fields;

    public string Key { get; } = key;
}
