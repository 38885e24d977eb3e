using System.Runtime.CompilerServices;
using Actors.Hocon.Syntax;

namespace Actors.Hocon.Resolution;

/// <summary>Turns resolved nodes into the values that users see. What is referred to twice is made once and shared.</summary>
internal sealed class Materializer(ParseSession session, Resolver resolver)
{
    private readonly long _maxValues = session.Values + session.Limits.MaxExpandedValues;

    private long _made;

    /// <summary>Makes the whole document.</summary>
    public HoconValue Make(Node root) => Make(root, root, 0, out _, out _);

    private HoconValue Make(Node value, Node definition, int depth, out int height, out long size)
    {
        height = 0;
        size = 1;
        switch (value)
        {
            case ScalarNode scalar:
                return new HoconScalar(definition, scalar.Text, scalar.Kind);
            case ContainerNode container:
                var made = container.Value ?? MakeContainer(container, definition, depth);
                height = container.Height;
                size = container.Size;
                if (depth + height > session.Limits.MaxDepth)
                {
                    ReportDepth(definition);
                }

                return made;
            default:
                return new HoconScalar(definition, "null", HoconValueKind.Null);
        }
    }

    private HoconValue MakeContainer(ContainerNode container, Node definition, int depth)
    {
        if (container.IsOpen)
        {
            session.Errors.Add(
                definition.Origin,
                $"The value contains itself: it is part of the value at {container.Origin}.",
                "a value that does not lead back to itself");
            return Placeholder(definition);
        }

        if (depth >= session.Limits.MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            ReportDepth(definition);
            return Placeholder(definition);
        }

        container.IsOpen = true;
        container.Size = 1;
        container.Value = container switch
        {
            ArrayNode list => MakeArray(list, depth + 1),
            MergedNode merged => MakeMerged(merged, depth + 1),
            _ => MakeObject((ObjectNode)container, depth + 1),
        };
        container.IsOpen = false;
        return container.Value;
    }

    private HoconArray MakeArray(ArrayNode list, int depth)
    {
        var items = new List<HoconValue>(list.Items.Count);
        foreach (var item in Resolver.ItemsOf(list))
        {
            if (resolver.Resolve(item) is { } value)
            {
                var made = Make(value, item, depth, out var height, out var size);
                Account(item, list, height, size);
                items.Add(ReferenceEquals(value, item) ? made : made.Placed(item, [], FromOf(item, value)));
            }
        }

        return new HoconArray(list, items);
    }

    private HoconObject MakeObject(ObjectNode written, int depth)
    {
        var members = new OrderedMap<HoconValue>(written.Fields.Count);
        foreach (var (key, slot) in written.Fields)
        {
            AddMember(members, key, new SlotStack(slot), depth, written);
        }

        return new HoconObject(written, members);
    }

    private HoconObject MakeMerged(MergedNode merged, int depth)
    {
        var index = resolver.IndexOf(merged);
        var members = new OrderedMap<HoconValue>(index.Count);
        foreach (var (key, slots) in index)
        {
            AddMember(members, key, slots, depth, merged);
        }

        return new HoconObject(merged, members);
    }

    private void AddMember(
        OrderedMap<HoconValue> members, string key, SlotStack slots, int depth, FieldsNode owner)
    {
        if (resolver.Resolve(slots, out var winner, out var weakest) is not { } value || winner is null)
        {
            return;
        }

        var made = Make(value, winner, depth, out var height, out var size);
        Account(winner, owner, height, size);
        var overridden = FindOverridden(slots, weakest);
        var isPlain = ReferenceEquals(value, winner) && overridden.Count == 0;
        members.Add(key, isPlain ? made : made.Placed(winner, overridden, FromOf(winner, value)));
    }

    private static HoconOrigin? FromOf(Node definition, Node value) => definition is ReferenceNode ? value.Origin : null;

    private static IReadOnlyList<HoconOrigin> FindOverridden(SlotStack slots, Node? weakest)
    {
        List<HoconOrigin>? overridden = null;
        var isBelow = false;
        foreach (var slot in slots)
        {
            for (var node = isBelow ? slot.Top : FindIn(slot, weakest, ref isBelow)?.Below; node is not null; node = node.Below)
            {
                overridden ??= [];
                overridden.Add(node.Origin);
                if (overridden.Count == HoconValue.MaxOverridden)
                {
                    return overridden;
                }
            }
        }

        return overridden ?? [];
    }

    private static Node? FindIn(Slot slot, Node? definition, ref bool isFound)
    {
        var node = slot.Top;
        while (node is not null && !ReferenceEquals(node, definition))
        {
            node = node.Below;
        }

        isFound = node is not null;
        return node;
    }

    private void Account(Node at, ContainerNode owner, int height, long size)
    {
        owner.Height = Math.Max(owner.Height, height + 1);
        owner.Size = Math.Min(owner.Size + size, long.MaxValue / 2);
        if (++_made > _maxValues || owner.Size > _maxValues)
        {
            session.Errors.Add(
                at.Origin,
                "Substitutions make the document grow too large.",
                $"at most {session.Limits.MaxExpandedValues} values more than are written "
                + $"({nameof(HoconLimits.MaxExpandedValues)})");
            throw session.Errors.ToException();
        }
    }

    private void ReportDepth(Node at)
    {
        session.Errors.Add(
            at.Origin,
            "Objects and lists nest too deeply here once substitutions are resolved.",
            $"at most {session.Limits.MaxDepth} levels ({nameof(HoconLimits.MaxDepth)})");
        throw session.Errors.ToException();
    }

    private static HoconScalar Placeholder(Node at) => new(at, "null", HoconValueKind.Null);
}
