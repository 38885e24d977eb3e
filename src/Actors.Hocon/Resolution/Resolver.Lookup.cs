using System.Runtime.CompilerServices;
using Actors.Hocon.Syntax;

namespace Actors.Hocon.Resolution;

internal sealed partial class Resolver
{
    private enum Walk
    {
        /// <summary>Weaker definitions may still add to the value.</summary>
        Continue,

        /// <summary>The value is complete.</summary>
        Stop,

        /// <summary>An expression must be resolved first.</summary>
        Pending,
    }

    /// <summary>Walks the definitions of a key, the strongest first. At depth n the first n elements are behind us.</summary>
    private Walk VisitStack(SlotStack slots, ref Search search, int depth)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Stop("A substitution leads too deep.", $"at most {session.Limits.MaxDepth} keys in its path ({nameof(HoconLimits.MaxDepth)})");
        }

        foreach (var slot in slots)
        {
            if (slot.IsLookingBack)
            {
                // A definition of this key is being resolved: what overrides it does not exist for it.
                search.Found = search.Winner = search.Weakest = null;
                search.LookedBackAt = slot;
            }

            for (var node = slot.First; node is not null; node = node.Below)
            {
                var walk = VisitNode(node, ref search, depth);
                if (walk != Walk.Continue)
                {
                    return walk;
                }
            }
        }

        return Walk.Continue;
    }

    private Walk VisitNode(Node node, ref Search search, int depth)
    {
        CountStep();
        var value = node;
        if (node is Expression expression)
        {
            if (expression.State == ExpressionState.Unresolved)
            {
                _pending = expression;
                return Walk.Pending;
            }

            value = expression.Result;
            if (value is null)
            {
                return Walk.Continue;
            }
        }

        if (depth == search.Length || value is PoisonNode)
        {
            return Take(node, value, ref search);
        }

        if (value is not FieldsNode fields)
        {
            return Walk.Stop;
        }

        var slots = Find(fields, search[depth]);
        return slots.IsEmpty ? Walk.Continue : VisitStack(slots, ref search, depth + 1);
    }

    private Walk Take(Node definition, Node value, ref Search search)
    {
        search.Winner ??= definition;
        if (value is FieldsNode fields && search.Found is null or FieldsNode)
        {
            search.Found = search.Found is FieldsNode upper ? Merge(fields, upper) : fields;
            search.Weakest = definition;
            return Walk.Continue;
        }

        search.Found ??= value;
        search.Weakest ??= definition;
        return Walk.Stop;
    }

    private MergedNode Merge(FieldsNode lower, FieldsNode upper)
    {
        if (!_merged.TryGetValue((lower, upper), out var merged))
        {
            merged = new MergedNode(lower, upper);
            _merged.Add((lower, upper), merged);
        }

        return merged;
    }

    private SlotStack Find(FieldsNode fields, string key) =>
        fields is MergedNode merged ? IndexOf(merged).TryGetValue(key, out var slots) ? slots : default : fields.Find(key);

    /// <summary>All slots of merged objects by key.</summary>
    public OrderedMap<SlotStack> IndexOf(MergedNode merged)
    {
        CountStep(merged.BuildIndex());
        return merged.Index;
    }

    /// <summary>One walk along a path, and what it has found so far.</summary>
    private struct Search(string[] prefix, string[] path)
    {
        public Node? Found;

        /// <summary>The strongest definition that gave the value.</summary>
        public Node? Winner;

        /// <summary>The weakest definition that still contributed; those below it are overridden.</summary>
        public Node? Weakest;

        /// <summary>Where a definition in progress hid something.</summary>
        public Slot? LookedBackAt;

        public readonly int Length => prefix.Length + path.Length;

        public readonly string this[int index] => index < prefix.Length ? prefix[index] : path[index - prefix.Length];
    }
}
