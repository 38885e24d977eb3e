using System.Globalization;

namespace Actors.Services.Running;

/// <summary>Times as people read them.</summary>
internal static class TimeText
{
    /// <summary>Such as <c>250 ms</c>, <c>1.9 s</c>, <c>2 min 5 s</c>, <c>3 h 20 min</c>, <c>4 d 2 h</c>.</summary>
    public static string Of(TimeSpan time)
    {
        if (time == Timeout.InfiniteTimeSpan)
        {
            return "infinite";
        }

        if (time < TimeSpan.Zero)
        {
            return "-" + Of(time.Negate());
        }

        return time switch
        {
            { Ticks: 0 } => "0 s",
            { TotalSeconds: < 0.9995 } => Number(time.TotalMilliseconds, "0.#") + " ms",
            { TotalSeconds: < 60 } => Number(time.TotalSeconds, "0.#") + " s",
            { TotalHours: < 1 } => Pair(time.Minutes, "min", time.Seconds, "s"),
            { TotalDays: < 1 } => Pair(time.Hours, "h", time.Minutes, "min"),
            _ => Pair((int)time.TotalDays, "d", time.Hours, "h"),
        };
    }

    /// <summary>UTC to the second.</summary>
    public static string Of(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Times(int count) => count == 1 ? "once" : Number(count, "0") + " times";

    private static string Pair(int large, string largeUnit, int small, string smallUnit) =>
        small == 0 ? $"{large} {largeUnit}" : $"{large} {largeUnit} {small} {smallUnit}";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
