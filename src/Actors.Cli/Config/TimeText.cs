using System.Globalization;

namespace Actors.Cli.Config;

/// <summary>Times as people read them, exact to the millisecond.</summary>
internal static class TimeText
{
    public static string Of(TimeSpan time)
    {
        if (time == Timeout.InfiniteTimeSpan)
        {
            return "infinite";
        }

        var parts = new List<string>(3);
        if (time.TotalHours >= 1)
        {
            parts.Add($"{Number(Math.Floor(time.TotalHours))} h");
        }

        if (time.Minutes > 0)
        {
            parts.Add($"{time.Minutes} min");
        }

        var rest = TimeSpan.FromTicks(time.Ticks % TimeSpan.TicksPerMinute);
        if (rest > TimeSpan.Zero || parts.Count == 0)
        {
            parts.Add(rest > TimeSpan.Zero && time < TimeSpan.FromSeconds(1) ? $"{Number(rest.TotalMilliseconds)} ms" : $"{Number(rest.TotalSeconds)} s");
        }

        return string.Join(' ', parts);
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
