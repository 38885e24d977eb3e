namespace Actors.Sql.Sqlite;

/// <summary>Times in the history are whole unix milliseconds.</summary>
internal static class HistoryTime
{
    /// <summary>The first stored time that is not before a bound.</summary>
    public static long RoundUp(DateTimeOffset bound)
    {
        var milliseconds = bound.ToUnixTimeMilliseconds();
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) < bound ? milliseconds + 1 : milliseconds;
    }
}
