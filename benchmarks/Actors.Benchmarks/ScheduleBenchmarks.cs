using System.Diagnostics;

namespace Actors.Benchmarks;

/// <summary>Schedules: how long it takes to find a moment.</summary>
internal static partial class ScheduleBenchmarks
{
    private static readonly (string Name, string Text)[] Expressions =
    [
        ("minutes-utc", "*/15 * * * *"),
        ("weekdays-utc", "*/15 8-17 * * MON-FRI"),
        ("weekdays-london", "*/15 8-17 * * MON-FRI Europe/London"),
        ("daily-london", "0 8 * * * Europe/London"),
        ("last-day-london", "0 8 L * * Europe/London"),
        ("second-tuesday-london", "0 8 * * TUE#2 Europe/London"),
        ("leap-day-london", "0 8 29 2 * Europe/London"),
        ("interval", "every 30 s"),
    ];

    public static async Task RunAsync(Options options)
    {
        MeasureNext();
        await MeasureIdleAsync(options.Int("idle", 100_000));
        await MeasureLatenessAsync(options.Int("each-second", 10_000), options.Int("seconds", 10), options.Int("busy", 2000), isSpread: true);
        await MeasureLatenessAsync(options.Int("at-once", 10_000), options.Int("seconds", 10), options.Int("busy", 2000), isSpread: false);
    }

    private static void MeasureNext()
    {
        var from = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        foreach (var (name, text) in Expressions)
        {
            var schedule = Schedule.Parse(text);
            Report.Line($"next-{name}-ns", Best(schedule.Next, from, at => at.Year < 2100), "ns");
            Report.Line($"previous-{name}-ns", Best(schedule.Previous, from.AddYears(70), at => at.Year > 2026), "ns");
        }
    }

    /// <summary>The best of some runs over all its moments, one after the other.</summary>
    private static double Best(Func<DateTimeOffset, DateTimeOffset?> next, DateTimeOffset from, Func<DateTimeOffset, bool> isIn)
    {
        var best = double.MaxValue;
        for (var run = 0; run < 7; run++)
        {
            var (count, at) = (0, from);
            var watch = Stopwatch.StartNew();
            while (count < 200_000)
            {
                at = next(at) is { } found && isIn(found) ? found : from;
                count++;
            }

            best = Math.Min(best, watch.Elapsed.TotalNanoseconds / count);
        }

        return best;
    }
}
