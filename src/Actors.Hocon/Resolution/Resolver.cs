using Actors.Hocon.Syntax;

namespace Actors.Hocon.Resolution;

/// <summary>Works out substitutions, each occurrence once.</summary>
/// <remarks>
/// An expression that needs another is set aside until that one is done, on a list and not on the call stack, so a chain
/// of substitutions may be as long as it likes. While a field is being resolved, lookups see only what is below it
/// (<see cref="Slot.LookBelow"/>): that is the look-back of the specification, and a cycle ends as an undefined value.
/// Objects stay unresolved inside until somebody asks for a member, so objects may refer to their own members.
/// </remarks>
internal sealed partial class Resolver(ParseSession session)
{
    /// <summary>How often a cycle without any earlier value is begun elsewhere, in the whole document: a hope, so it may
    /// not cost much.</summary>
    private const int MaxBlindRestarts = 64;

    private readonly List<Expression> _work = [];
    private readonly Dictionary<(Node Lower, Node Upper), MergedNode> _merged = [];

    private Expression? _pending;
    private long _characters;
    private int _blindRestarts;

    /// <summary>How many definitions were looked at and expressions tried.</summary>
    public long Steps { get; private set; }

    /// <summary>The strongest value of a key; null when it is undefined.</summary>
    public Node? Resolve(SlotStack slots, out Node? winner, out Node? weakest)
    {
        while (true)
        {
            var search = new Search([], []);
            if (VisitStack(slots, ref search, 0) != Walk.Pending)
            {
                winner = search.Winner;
                weakest = search.Weakest;
                return search.Found;
            }

            ResolvePending();
        }
    }

    /// <summary>The value of an element of a list; null when it is undefined.</summary>
    public Node? Resolve(Node node)
    {
        if (node is not Expression expression)
        {
            return node;
        }

        _pending = expression;
        ResolvePending();
        return expression.Result;
    }

    private void ResolvePending()
    {
        Push();
        while (_work.Count > 0)
        {
            var expression = _work[^1];
            if (expression.State == ExpressionState.Resolved)
            {
                _work.RemoveAt(_work.Count - 1);
                continue;
            }

            Begin(expression);
            CountStep();
            if (TryResolve(expression, out var result))
            {
                expression.Result = result;
                End(expression, ExpressionState.Resolved);
                _work.RemoveAt(_work.Count - 1);
            }
            else
            {
                Push();
            }
        }
    }

    private void Push()
    {
        if (_pending is { } pending)
        {
            _work.Add(pending);
            _pending = null;
        }
    }

    private static void Begin(Expression expression)
    {
        if (expression.State == ExpressionState.Unresolved)
        {
            expression.State = ExpressionState.InProgress;
            expression.SavedFirst = expression.Slot?.LookBelow(expression);
        }
    }

    private static void End(Expression expression, ExpressionState state)
    {
        expression.State = state;
        expression.Slot?.Restore(expression.SavedFirst);
        expression.SavedFirst = null;
    }

    /// <summary>False when another expression has to be resolved first, or when a cycle starts again elsewhere.</summary>
    private bool TryResolve(Expression expression, out Node? result)
    {
        switch (expression)
        {
            case ReferenceNode reference:
                return TryResolve(reference, out result);
            case ConcatNode concat:
                return TryResolve(concat, out result);
            case MemberNode member:
                var search = new Search([], []);
                var walk = VisitStack(Find(member.Fields, member.Key), ref search, 0);
                result = search.Found;
                return walk != Walk.Pending;
            default:
                throw new InvalidOperationException($"'{expression.GetType().Name}' cannot be resolved.");
        }
    }

    private void CountStep(int steps = 1)
    {
        Steps += steps;
        if (Steps > session.Limits.MaxResolutionSteps)
        {
            throw Stop(
                "Resolving the substitutions takes too many steps.",
                $"at most {session.Limits.MaxResolutionSteps} ({nameof(HoconLimits.MaxResolutionSteps)})");
        }
    }

    /// <summary>A limit on the whole document is reached: nothing that follows would help the user.</summary>
    private HoconException Stop(string message, string expected)
    {
        var origin = _work.Count > 0 ? _work[^1].Origin : session.RootScope.Anchor.Root?.Origin ?? default;
        session.Errors.Add(origin, message, expected);
        return session.Errors.ToException();
    }

    private PoisonNode Report(Node at, string message, string? expected = null)
    {
        session.Errors.Add(at.Origin, message, expected);
        return session.Errors.IsFull ? throw session.Errors.ToException() : new PoisonNode(at.Source, at.Offset);
    }
}
