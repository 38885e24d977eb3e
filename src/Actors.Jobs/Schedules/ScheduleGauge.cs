namespace Actors.Jobs.Schedules;

/// <summary>How many schedules are overdue, for whoever cannot wait for an answer of their owner, which may be dead. Thread-safe.</summary>
internal sealed class ScheduleGauge(TimeProvider time)
{
    /// <summary>The owner looks each minute when it has something to wait for.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(3);

    private volatile Reading _reading = new(time.GetTimestamp(), 0, 0);

    public int Overdue => _reading is var reading && time.GetElapsedTime(reading.At) > LongestSilence ? Math.Max(reading.Active, reading.Overdue) : _reading.Overdue;

    /// <summary>Whether the last look is so long ago that another is worth its while.</summary>
    public bool IsOld => time.GetElapsedTime(_reading.At) >= TimeSpan.FromSeconds(10);

    /// <param name="active">Schedules with a slot to come.</param>
    /// <param name="overdue">Those of them with one that is late.</param>
    public void Look(int active, int overdue) => _reading = new Reading(time.GetTimestamp(), active, overdue);

    private sealed record Reading(long At, int Active, int Overdue);
}
