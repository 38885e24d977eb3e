namespace Actors.Tests.Model;

/// <summary>Whom a failure concerns.</summary>
internal enum Scope
{
    One,
    All,
    Rest,
}

/// <summary>Delays that grow, without jitter.</summary>
internal sealed record DelaySpec(TimeSpan Min, TimeSpan Max, double Factor, TimeSpan? ResetAfter);

/// <summary>How a node supervises. Null is no limit, no window, no delays.</summary>
internal sealed record StrategySpec(
    Scope Scope,
    StopOrder Order,
    AutoShutdown AutoShutdown,
    int? MaxRestarts,
    TimeSpan? Window,
    DelaySpec? Delays,
    ExhaustedAction OnExhausted,
    TimeSpan SlowRetry,
    IReadOnlyDictionary<string, Directive> Directives);

/// <summary>A node of the tree as it is meant to be: its actor makes these children whenever it starts and they are not there.</summary>
/// <param name="Name">Unique among its siblings.</param>
/// <param name="Type">When it is started again.</param>
/// <param name="IsSignificant">Whether its end may end its parent.</param>
/// <param name="KeepsChildren">Whether its restart hook leaves the children alive.</param>
/// <param name="FailingRestarts">Which of its restarts, counted over all incarnations of its path, throw in their hook.</param>
/// <param name="Strategy">How it supervises.</param>
/// <param name="Children">In the order of their first start.</param>
internal sealed record NodeSpec(
    string Name,
    RestartType Type,
    bool IsSignificant,
    bool KeepsChildren,
    IReadOnlySet<int> FailingRestarts,
    StrategySpec Strategy,
    IReadOnlyList<NodeSpec> Children)
{
    /// <summary>The ways to fail that a test can ask for; the strategies also decide about "start", a restart that failed, and "limit", restarts used up below.</summary>
    public static readonly string[] Failures = ["a", "b", "c", "kill"];

    /// <summary>A guardian with a random forest under it.</summary>
    public static NodeSpec Random(Random random)
    {
        var left = random.Next(4, 26);
        var root = RandomStrategy(random, isRoot: true);
        return new NodeSpec(
            "user", RestartType.Transient, false, false, new HashSet<int>(), root, [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => Child(i, 1, root))]);

        NodeSpec Child(int index, int depth, StrategySpec parent)
        {
            left--;
            var type = (RestartType)random.Next(3);
            var isSignificant = parent.AutoShutdown != AutoShutdown.Never && type != RestartType.Permanent && random.Next(2) == 0;

            // What fails in its restart while others restart at the same time, or takes its supervisors along, has no predictable order.
            var isPredictable = parent.Order == StopOrder.Reverse && parent.OnExhausted != ExhaustedAction.Escalate && !isSignificant;
            var failing = Enumerable.Range(1, 8).Where(_ => isPredictable && random.Next(4) == 0).ToHashSet();
            var strategy = RandomStrategy(random, isRoot: false);
            var children = depth == 4 ? 0 : random.Next(0, 4);
            return new NodeSpec(
                $"n{index}", type, isSignificant, random.Next(3) == 0, failing, strategy,
                [.. Enumerable.Range(0, children).TakeWhile(_ => left > 0).Select(i => Child(i, depth + 1, strategy))]);
        }
    }

    private static StrategySpec RandomStrategy(Random random, bool isRoot)
    {
        var directives = Failures.Append("limit").ToDictionary(
            kind => kind,
            _ => random.Next(8) switch
            {
                0 => Directive.Resume,
                1 => Directive.Stop,
                2 or 3 when !isRoot => Directive.Escalate,
                _ => Directive.Restart,
            });
        directives["start"] = random.Next(4) == 0 ? Directive.Stop : Directive.Restart;
        var min = Seconds(random, 0.1, 4);
        return new StrategySpec(
            (Scope)random.Next(3),
            random.Next(4) == 0 ? StopOrder.Parallel : StopOrder.Reverse,
            isRoot ? AutoShutdown.Never : (AutoShutdown)random.Next(3),
            random.Next(4) == 0 ? null : random.Next(0, 5),
            random.Next(3) == 0 ? null : Seconds(random, 1, 60),
            random.Next(3) == 0 ? null : new DelaySpec(min, min + Seconds(random, 0, 20), 1 + (random.NextDouble() * 2), random.Next(3) == 0 ? null : Seconds(random, 1, 60)),
            isRoot ? (random.Next(2) == 0 ? ExhaustedAction.Fail : ExhaustedAction.SlowRetry) : (ExhaustedAction)random.Next(3),
            Seconds(random, 5, 60),
            directives);
    }

    /// <summary>A time with all its digits, so that two that have nothing to do with each other are never the same.</summary>
    private static TimeSpan Seconds(Random random, double from, double to) => TimeSpan.FromTicks((long)((from + (random.NextDouble() * (to - from))) * TimeSpan.TicksPerSecond));
}
