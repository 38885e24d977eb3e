using Actors.Hocon.Conversion;
using Actors.Hocon.Syntax;

namespace Actors.Hocon;

/// <summary>A value of a resolved document, which knows where it was set and what it replaced.</summary>
/// <remarks>Values are immutable and safe to share between threads.</remarks>
public abstract partial class HoconValue
{
    internal const int MaxOverridden = 32;

    private readonly HoconOrigin _origin;
    private readonly int _keyOffset;
    private readonly History? _history;

    private protected HoconValue(Node definition)
    {
        _origin = definition.Origin;
        _keyOffset = definition.KeyOffset;
    }

    private protected HoconValue(Node definition, IReadOnlyList<HoconOrigin> overridden, HoconOrigin? resolvedFrom)
        : this(definition) => _history = new History(overridden, resolvedFrom);

    /// <summary>The type of the value.</summary>
    public abstract HoconValueKind Kind { get; }

    /// <summary>Where the definition that won is written: the value itself, or the substitution that gave it.</summary>
    public HoconOrigin Origin => _origin;

    /// <summary>Where the key of that definition is written; the same as <see cref="Origin"/> for an element of a list.</summary>
    public HoconOrigin KeyOrigin => new(_origin.Source, _keyOffset);

    /// <summary>The definitions of the same key that this one replaced, the latest first. At most 32. Objects
    /// that were merged into this one are not among them.</summary>
    public IReadOnlyList<HoconOrigin> Overridden => _history?.Overridden ?? [];

    /// <summary>Where the value comes from when the definition is a single substitution; otherwise null.</summary>
    public HoconOrigin? ResolvedFrom => _history?.ResolvedFrom;

    /// <summary>The value as JSON on one line. Numbers keep their spelling.</summary>
    public override string ToString() => JsonText.Render(this);

    /// <summary>The same value as the value of another definition.</summary>
    internal abstract HoconValue Placed(Node definition, IReadOnlyList<HoconOrigin> overridden, HoconOrigin? resolvedFrom);

    /// <summary>What most values do not have.</summary>
    private sealed record History(IReadOnlyList<HoconOrigin> Overridden, HoconOrigin? ResolvedFrom);
}
