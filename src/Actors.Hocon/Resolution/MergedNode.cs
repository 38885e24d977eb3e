using Actors.Hocon.Syntax;

namespace Actors.Hocon.Resolution;

/// <summary>Two objects of which the upper overrides the lower. Neither is resolved for that.</summary>
internal sealed class MergedNode(FieldsNode lower, FieldsNode upper) : FieldsNode(upper.Source, upper.Offset)
{
    private readonly FieldsNode _lower = lower;
    private readonly FieldsNode _upper = upper;

    private OrderedMap<SlotStack>? _index;

    /// <summary>All slots by key; keys in the order in which they were first defined.</summary>
    public OrderedMap<SlotStack> Index => _index ?? throw new InvalidOperationException("The index is not built.");

    public override SlotStack Find(string key) => Index.TryGetValue(key, out var slots) ? slots : default;

    /// <summary>Prepares <see cref="Index"/> and <see cref="Find"/>. Returns how many keys that took.</summary>
    public int BuildIndex()
    {
        if (_index is not null)
        {
            return 0;
        }

        // A loop, not recursion: a chain of inheritance is as long as the user makes it.
        var keys = 0;
        var pending = new Stack<MergedNode>([this]);
        while (pending.TryPeek(out var node))
        {
            if (node._lower is MergedNode { _index: null } below)
            {
                pending.Push(below);
            }
            else if (node._upper is MergedNode { _index: null } above)
            {
                pending.Push(above);
            }
            else
            {
                node._index ??= Join(node._lower, node._upper);
                keys += node._index.Count;
                pending.Pop();
            }
        }

        return keys;
    }

    private static OrderedMap<SlotStack> Join(FieldsNode lower, FieldsNode upper)
    {
        var index = new OrderedMap<SlotStack>();
        foreach (var (key, slots) in SlotsOf(lower))
        {
            index.Add(key, slots);
        }

        foreach (var (key, slots) in SlotsOf(upper))
        {
            index[key] = SlotStack.Combine(slots, index.TryGetValue(key, out var weaker) ? weaker : default);
        }

        return index;
    }

    private static IEnumerable<KeyValuePair<string, SlotStack>> SlotsOf(FieldsNode fields) => fields is MergedNode merged
        ? merged.Index
        : ((ObjectNode)fields).Fields.Select(static field => KeyValuePair.Create(field.Key, new SlotStack(field.Value)));
}
