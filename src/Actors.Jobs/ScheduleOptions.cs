namespace Actors.Jobs;

/// <summary>How a durable schedule treats slots that could not be run in their time, or meet a run that goes on.</summary>
public sealed record ScheduleOptions
{
    /// <summary>What becomes of slots that passed while nobody was there to run them. Key <c>actors.schedules.NAME.missed</c>.</summary>
    /// <value>Default <see cref="MissedSlots.One"/>. A slot that is at most one minute late is not missed.</value>
    public MissedSlots Missed { get; set; } = MissedSlots.One;

    /// <summary>How far back missed slots are made up for, with <see cref="MissedSlots.Window"/>. Key <c>window</c>.</summary>
    /// <value>Default 1 day. From 1 s to ten years.</value>
    public TimeSpan Window { get; set; } = TimeSpan.FromDays(1);

    /// <summary>What becomes of a slot when the job of an earlier one has not finished. Key <c>overlap</c>.</summary>
    /// <value>Default <see cref="SlotOverlap.Allow"/>.</value>
    public SlotOverlap Overlap { get; set; } = SlotOverlap.Allow;

    /// <summary>After this moment there are no slots. Key <c>until</c>.</summary>
    /// <value>Default null: without end.</value>
    public DateTimeOffset? Until { get; set; }

    /// <summary>After so many runs there are no more. Runs by hand and those that are filled in do not count. Key <c>max-runs</c>.</summary>
    /// <value>Default null: without limit. At least 1.</value>
    public long? MaxRuns { get; set; }

    /// <summary>Each job starts later than its slot by a share of this time, made from name and slot: always the same for the same slot. Key <c>jitter</c>.</summary>
    /// <value>Default zero: none. At most 1 day.</value>
    public TimeSpan Jitter { get; set; } = TimeSpan.Zero;

    /// <summary>The queue of its jobs. Key <c>queue</c>.</summary>
    /// <value>Default null: the one that the job's <see cref="JobAttribute"/> names.</value>
    public string? Queue { get; set; }

    /// <summary>The priority of its jobs.</summary>
    /// <value>Default null: as the job's <see cref="JobAttribute"/> says.</value>
    public JobPriority? Priority { get; set; }

    /// <summary>The time zone, when the text of the schedule names none. Key <c>time-zone</c>.</summary>
    /// <value>Default null: UTC. A name of the IANA database.</value>
    public string? TimeZone { get; set; }

    /// <summary>Everything that is wrong with the values.</summary>
    internal IEnumerable<string> Faults()
    {
        if (!Enum.IsDefined(Missed))
        {
            yield return $"missed = {(int)Missed} is none of one, skip, all, window.";
        }

        if (!Enum.IsDefined(Overlap))
        {
            yield return $"overlap = {(int)Overlap} is none of allow, skip, wait, cancel.";
        }

        if (Window < TimeSpan.FromSeconds(1) || Window > TimeSpan.FromDays(3660))
        {
            yield return "window must be from 1 s to ten years.";
        }

        if (Jitter < TimeSpan.Zero || Jitter > TimeSpan.FromDays(1))
        {
            yield return "jitter must be from 0 s to 1 day.";
        }

        if (MaxRuns < 1)
        {
            yield return "max-runs must be at least 1.";
        }

        if (Priority is { } priority && !Enum.IsDefined(priority))
        {
            yield return "priority must be lowest, low, normal, high or highest.";
        }
    }
}

/// <summary>What becomes of slots that passed while the process was down, the machine slept, or the clock was set forward.</summary>
public enum MissedSlots
{
    /// <summary>The newest of them is run, once for all.</summary>
    One,

    /// <summary>None is run.</summary>
    Skip,

    /// <summary>Each is run, oldest first; at most the newest 1,000.</summary>
    All,

    /// <summary>Each that is not older than <see cref="ScheduleOptions.Window"/> is run, oldest first; at most the newest 1,000.</summary>
    Window,
}

/// <summary>What becomes of a slot when the job of an earlier slot has not finished.</summary>
public enum SlotOverlap
{
    /// <summary>Its job is enqueued all the same.</summary>
    Allow,

    /// <summary>The slot gets no job.</summary>
    Skip,

    /// <summary>It waits until the job has finished, which is looked at each second.</summary>
    Wait,

    /// <summary>The job is cancelled, and the slot waits for its end.</summary>
    Cancel,
}
