namespace Actors.Hocon.Syntax;

/// <summary>A value as written, before substitutions are resolved.</summary>
internal abstract class Node(SourceText source, int offset)
{
    public SourceText Source { get; } = source;

    public int Offset { get; } = offset;

    /// <summary>Where the key of the field is written; the value's own place when there is no key.</summary>
    public int KeyOffset { get; set; } = offset;

    /// <summary>The earlier definition of the same key that this one overrides or merges with.</summary>
    public Node? Below { get; set; }

    public HoconOrigin Origin => new(Source, Offset);

    public HoconOrigin KeyOrigin => new(Source, KeyOffset);
}

/// <summary>A string, number, boolean or null, with its text as written.</summary>
internal sealed class ScalarNode(SourceText source, int offset, string text, HoconValueKind kind) : Node(source, offset)
{
    public string Text { get; } = text;

    public HoconValueKind Kind { get; } = kind;

    /// <summary>Whitespace between two values of a concatenation; it counts only when the result is a string.</summary>
    public bool IsBlank { get; init; }
}

/// <summary>A list or an object, and its finished value, which is made once however often it is referred to.</summary>
internal abstract class ContainerNode(SourceText source, int offset) : Node(source, offset)
{
    public HoconValue? Value { get; set; }

    /// <summary>Whether the value is being made; meeting it again means that it contains itself.</summary>
    public bool IsOpen { get; set; }

    /// <summary>How many levels the value has.</summary>
    public int Height { get; set; }

    /// <summary>How many values it has when shared ones are counted each time.</summary>
    public long Size { get; set; }
}

/// <summary>A list. The elements of <see cref="Left"/> come before its own, so that appending copies nothing.</summary>
internal sealed class ArrayNode(SourceText source, int offset) : ContainerNode(source, offset)
{
    public List<Node> Items { get; init; } = [];

    public ArrayNode? Left { get; init; }
}

/// <summary>Stands for a value that has already been reported as wrong, so that it is not reported again.</summary>
internal sealed class PoisonNode(SourceText source, int offset) : Node(source, offset);
