using Actors.Hocon.Syntax;

namespace Actors.Hocon;

/// <summary>A string, number, boolean or null.</summary>
public sealed class HoconScalar : HoconValue
{
    internal HoconScalar(Node definition, string text, HoconValueKind kind)
        : base(definition)
    {
        Text = text;
        Kind = kind;
    }

    private HoconScalar(
        HoconScalar other, Node definition, IReadOnlyList<HoconOrigin> overridden, HoconOrigin? resolvedFrom)
        : base(definition, overridden, resolvedFrom)
    {
        Text = other.Text;
        Kind = other.Kind;
    }

    /// <summary>The text: of a string without quotes and escapes, of anything else as written.</summary>
    public string Text { get; }

    /// <inheritdoc/>
    public override HoconValueKind Kind { get; }

    internal override HoconScalar Placed(
        Node definition, IReadOnlyList<HoconOrigin> overridden, HoconOrigin? resolvedFrom) =>
        new(this, definition, overridden, resolvedFrom);
}
