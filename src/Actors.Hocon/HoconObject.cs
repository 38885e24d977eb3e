using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Actors.Hocon.Syntax;

namespace Actors.Hocon;

/// <summary>Keys and values, in the order in which the keys first appear. Keys are case-sensitive.</summary>
/// <remarks>The members of <see cref="IReadOnlyDictionary{TKey, TValue}"/> take a key of this object, literally;
/// everything named <c>Find</c> or <c>Get…</c> takes a path expression such as <c>a.b."c.d"</c>.</remarks>
public sealed partial class HoconObject : HoconValue, IReadOnlyDictionary<string, HoconValue>
{
    private readonly OrderedMap<HoconValue> _members;

    internal HoconObject(Node definition, OrderedMap<HoconValue> members)
        : base(definition) => _members = members;

    private HoconObject(
        OrderedMap<HoconValue> members,
        Node definition,
        IReadOnlyList<HoconOrigin> overridden,
        HoconOrigin? resolvedFrom)
        : base(definition, overridden, resolvedFrom) => _members = members;

    /// <inheritdoc/>
    public override HoconValueKind Kind => HoconValueKind.Object;

    /// <inheritdoc/>
    public int Count => _members.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _members.Keys;

    /// <inheritdoc/>
    public IEnumerable<HoconValue> Values => _members.Values;

    /// <inheritdoc/>
    public HoconValue this[string key] => _members[key];

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _members.TryGetValue(key, out _);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out HoconValue value) => _members.TryGetValue(key, out value);

    /// <summary>The value at a path, or null when there is none. A value that is null is found.</summary>
    /// <exception cref="HoconException">The text is not a path expression.</exception>
    public HoconValue? Find(string path)
    {
        HoconValue value = this;
        foreach (var element in HoconPath.Parse(path))
        {
            if (value is not HoconObject fields || !fields.TryGetValue(element, out var member))
            {
                return null;
            }

            value = member;
        }

        return value;
    }

    /// <summary>The value at a path.</summary>
    /// <exception cref="HoconException">There is none. The message suggests the nearest key.</exception>
    public HoconValue Get(string path)
    {
        HoconValue value = this;
        foreach (var element in HoconPath.Parse(path))
        {
            if (value is not HoconObject fields)
            {
                throw new HoconException(new HoconError(
                    value.Origin, $"'{path}' is not set: '{element}' would be inside a value that is not an object."));
            }

            if (!fields.TryGetValue(element, out var member))
            {
                throw new HoconException(new HoconError(
                    value.Origin, $"'{path}' is not set.", DidYouMean.Suggest(element, fields.Keys)));
            }

            value = member;
        }

        return value;
    }

    /// <summary>Every value below this one with its path, containers before their members.</summary>
    /// <remarks>An element of a list has its index as the last element of its path.</remarks>
    public IEnumerable<HoconEntry> Entries()
    {
        var pending = new Stack<HoconEntry>();
        Push(pending, this, []);
        while (pending.TryPop(out var entry))
        {
            yield return entry;
            Push(pending, entry.Value, entry.Elements);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, HoconValue>> GetEnumerator() => _members.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal override HoconObject Placed(
        Node definition, IReadOnlyList<HoconOrigin> overridden, HoconOrigin? resolvedFrom) =>
        new(_members, definition, overridden, resolvedFrom);

    private static void Push(Stack<HoconEntry> pending, HoconValue value, IReadOnlyList<string> path)
    {
        switch (value)
        {
            case HoconObject fields:
                for (var i = fields.Count - 1; i >= 0; i--)
                {
                    var (key, member) = fields._members.At(i);
                    pending.Push(new HoconEntry([.. path, key], member));
                }

                break;
            case HoconArray items:
                for (var i = items.Count - 1; i >= 0; i--)
                {
                    pending.Push(new HoconEntry(
                        [.. path, i.ToString(System.Globalization.CultureInfo.InvariantCulture)], items[i]));
                }

                break;
        }
    }
}
