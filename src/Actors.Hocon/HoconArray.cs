using System.Collections;
using Actors.Hocon.Syntax;

namespace Actors.Hocon;

/// <summary>A list of values.</summary>
public sealed class HoconArray : HoconValue, IReadOnlyList<HoconValue>
{
    private readonly List<HoconValue> _items;

    internal HoconArray(Node definition, List<HoconValue> items)
        : base(definition) => _items = items;

    private HoconArray(
        List<HoconValue> items, Node definition, IReadOnlyList<HoconOrigin> overridden, HoconOrigin? resolvedFrom)
        : base(definition, overridden, resolvedFrom) => _items = items;

    /// <inheritdoc/>
    public override HoconValueKind Kind => HoconValueKind.Array;

    /// <inheritdoc/>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public HoconValue this[int index] => _items[index];

    /// <inheritdoc/>
    public IEnumerator<HoconValue> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal override HoconArray Placed(
        Node definition, IReadOnlyList<HoconOrigin> overridden, HoconOrigin? resolvedFrom) =>
        new(_items, definition, overridden, resolvedFrom);
}
