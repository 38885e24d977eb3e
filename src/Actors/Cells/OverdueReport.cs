namespace Actors.Cells;

/// <summary>One warning about a handler that takes too long.</summary>
internal sealed class OverdueReport(ActorCell cell, string activity, Type messageType, TimeSpan age, TimeSpan limit)
{
    private static readonly long LongestPauseTicks = TimeSpan.FromHours(1).Ticks;

    /// <summary>The age of the next report: whenever it has doubled, so that one actor does not fill the log, but at least each hour.</summary>
    public static long Next(long reportedTicks, long ageTicks)
    {
        while (reportedTicks <= ageTicks)
        {
            reportedTicks += Math.Min(reportedTicks, LongestPauseTicks);
        }

        return reportedTicks;
    }

    /// <summary>Writes it from where code may block: neither the timer thread nor the monitor of the workers may wait for a log.</summary>
    public void Post() => cell.System.Dispatcher.Post(static state => ((OverdueReport)state!).Write(), this);

    private void Write() =>
        Log.HandlerOverdue(cell.Logger, cell.Path, activity, messageType.Name, age.TotalMilliseconds, limit.TotalMilliseconds);
}
