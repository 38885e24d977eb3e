namespace Actors.Tests.Model;

/// <summary>How often, and after which delays: the second telling of <see cref="RestartBudget"/>, which remembers every failure instead of counting.</summary>
internal static class RestartLimit
{
    /// <returns>The delay before the restart, or null when there is none any more.</returns>
    public static TimeSpan? Decide(StrategySpec strategy, History history, TimeSpan now, TimeSpan ranFor)
    {
        if (strategy.Delays?.ResetAfter is { } healthy && ranFor >= healthy)
        {
            history.Failures.Clear();
            history.Restarts = 0;
        }

        history.Failures.Add(now);
        var counted = history.Failures.Count(at => strategy.Window is not { } window || now - at <= window);
        if (counted > strategy.MaxRestarts)
        {
            if (strategy.OnExhausted != ExhaustedAction.SlowRetry)
            {
                return null;
            }

            history.Restarts++;
            return strategy.SlowRetry;
        }

        var step = history.Restarts++;
        return strategy.Delays is not { } delays
            ? TimeSpan.Zero
            : TimeSpan.FromTicks((long)Math.Min(delays.Max.Ticks, delays.Min.Ticks * Math.Pow(delays.Factor, step)));
    }

    internal sealed class History
    {
        public List<TimeSpan> Failures { get; } = [];

        public int Restarts { get; set; }
    }
}
