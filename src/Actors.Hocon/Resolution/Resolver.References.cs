using Actors.Hocon.Syntax;

namespace Actors.Hocon.Resolution;

internal sealed partial class Resolver
{
    private bool TryResolve(ReferenceNode reference, out Node? result)
    {
        Slot? lookedBackAt = null;
        for (var scope = reference.Scope; scope is not null; scope = scope.Outer)
        {
            var search = new Search(scope.Prefix, reference.Path);
            if (scope.Anchor.Root is { } root && VisitNode(root, ref search, 0) == Walk.Pending)
            {
                result = null;
                return false;
            }

            if (search.Found is not null)
            {
                result = search.Found;
                return true;
            }

            lookedBackAt ??= search.LookedBackAt;
        }

        result = reference.Scope.UsesEnvironment ? FindInEnvironment(reference) : null;
        if (result is not null || reference.IsOptional)
        {
            return true;
        }

        if (lookedBackAt is not null && TryRestartCycle(lookedBackAt))
        {
            return false;
        }

        result = ReportUndefined(reference, lookedBackAt);
        return true;
    }

    /// <summary>
    /// Another definition on the way round the cycle may have an earlier value to look back to, or need less than was
    /// asked for here. Which one was entered first must not matter, so the cycle is begun again at that one.
    /// </summary>
    private bool TryRestartCycle(Slot slot)
    {
        var first = FindCycle(slot);
        var restart = _work.FindIndex(
            first + 1, static e => e is { Slot: not null, Below: not null, HasRestartedCycle: false });
        if (restart < 0 && _blindRestarts < MaxBlindRestarts)
        {
            _blindRestarts++;
            restart = _work.FindLastIndex(
                e => e is { Slot: not null, HasRestartedCycle: false } && !ReferenceEquals(e.Slot, slot));
        }

        if (restart <= first)
        {
            return false;
        }

        _pending = _work[restart];
        _pending.HasRestartedCycle = true;
        for (var i = _work.Count - 1; i >= first; i--)
        {
            if (_work[i].State == ExpressionState.InProgress)
            {
                End(_work[i], ExpressionState.Unresolved);
            }
        }

        _work.RemoveRange(first + 1, _work.Count - first - 1);
        return true;
    }

    /// <summary>Where on the work list the cycle begins: at the latest definition of the slot.</summary>
    private int FindCycle(Slot slot) =>
        Math.Max(0, _work.FindLastIndex(e => ReferenceEquals(e.Slot, slot) && e.State == ExpressionState.InProgress));

    private PoisonNode ReportUndefined(ReferenceNode reference, Slot? lookedBackAt)
    {
        if (lookedBackAt is null)
        {
            return Report(
                reference,
                $"'{reference.Name}' is not set anywhere, nor in the environment.",
                Suggest(reference) ?? $"a value for it, or ${{?{reference.Name}}} if it may be absent");
        }

        var cycle = _work.Skip(FindCycle(lookedBackAt)).OfType<ReferenceNode>().ToList();
        if (cycle.Count <= 1)
        {
            return Report(
                reference,
                $"'{reference.Name}' refers to itself, and it has no earlier value.",
                $"a value above this line, or ${{?{reference.Name}}} if it may be absent");
        }

        var shown = cycle.Take(8).Select(e => $"${{{e.Name}}} at {e.Origin}");
        return Report(
            reference,
            $"Circular substitution: {string.Join(", needs ", shown)}{(cycle.Count > 8 ? ", …" : string.Empty)}.",
            "a value that does not lead back to itself");
    }

    /// <summary>The nearest key below the part of the path that exists.</summary>
    private static string? Suggest(ReferenceNode reference)
    {
        var fields = reference.Scope.Anchor.Root as ObjectNode;
        for (var i = 0; fields is not null && i < reference.Path.Length; i++)
        {
            var element = reference.Path[i];
            if (fields.Fields.TryGetValue(element, out var slot))
            {
                fields = slot.Top as ObjectNode;
            }
            else if (DidYouMean.Nearest(element, fields.Fields.Keys) is { } nearest)
            {
                string[] meant = [.. reference.Path[..i], nearest, .. reference.Path[(i + 1)..]];
                return $"did you mean '${{{HoconPath.Join(meant)}}}'?";
            }
            else
            {
                return null;
            }
        }

        return null;
    }

    private Node? FindInEnvironment(ReferenceNode reference)
    {
        var name = string.Join('.', reference.Path);
        if (!reference.IsList)
        {
            return Read(name);
        }

        var list = new ArrayNode(reference.Source, reference.Offset);
        while (Read($"{name}_{list.Items.Count}") is { } item)
        {
            list.Items.Add(item);
            CountStep();
        }

        return list.Items.Count > 0 ? list : null;

        ScalarNode? Read(string variable) => session.Options.Environment(variable) is { } text
            ? new ScalarNode(SourceText.Without($"environment variable '{variable}'"), 0, text, HoconValueKind.String)
            : null;
    }
}
