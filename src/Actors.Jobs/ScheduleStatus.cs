namespace Actors.Jobs;

/// <summary>What is known of a durable schedule at one moment.</summary>
public sealed record ScheduleStatus
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>When it runs, as it was written.</summary>
    public required string Schedule { get; init; }

    /// <summary>The same in English; why it cannot be read when <see cref="State"/> is Faulted.</summary>
    public required string Description { get; init; }

    /// <summary>Where it stands.</summary>
    public required ScheduleState State { get; init; }

    /// <summary>Where it comes from.</summary>
    public required ScheduleOrigin Origin { get; init; }

    /// <summary>The stable name of its job.</summary>
    public required string Job { get; init; }

    /// <summary>The queue of its jobs.</summary>
    public required string Queue { get; init; }

    /// <summary>How slots are treated.</summary>
    public required ScheduleOptions Options { get; init; }

    /// <summary>Why it is paused; null when nobody said.</summary>
    public string? PauseReason { get; init; }

    /// <summary>The next slots, at most ten, in UTC.</summary>
    public IReadOnlyList<DateTimeOffset> Next { get; init; } = [];

    /// <summary>The newest slot that got a job.</summary>
    public DateTimeOffset? LastSlot { get; init; }

    /// <summary>The newest job, with its result when it has finished; null when there is none, or the history has forgotten it.</summary>
    public JobStatus? LastRun { get; init; }

    /// <summary>The id of the newest job.</summary>
    public JobId? LastJob { get; init; }

    /// <summary>How many slots got a job.</summary>
    public long Runs { get; init; }

    /// <summary>How many of them more than a minute late.</summary>
    public long CaughtUp { get; init; }

    /// <summary>How many slots got none: missed, overlapping or paused. See <see cref="Skipped"/>.</summary>
    public long Missed { get; init; }

    /// <summary>The newest slots that got no job, newest last; at most twenty entries.</summary>
    public IReadOnlyList<SkippedSlots> Skipped { get; init; } = [];

    /// <summary>Slots that were decided and have not reached their queue, which is unavailable or does not exist here.</summary>
    public int Undelivered { get; init; }

    /// <summary>Why slots do not reach their queue; null when they do.</summary>
    public string? Fault { get; init; }

    /// <summary>How late the last slot was decided on.</summary>
    public TimeSpan Drift { get; init; }

    /// <summary>The latest since the process began.</summary>
    public TimeSpan MaxDrift { get; init; }

    /// <summary>By how much the oldest slot that has no job yet is late; zero when there is none. More than a minute is a sign of trouble.</summary>
    public TimeSpan Overdue { get; init; }
}

/// <summary>Slots one after the other that got no job.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them.</param>
/// <param name="Count">How many; beyond 100,000 they are not counted further.</param>
/// <param name="Reason">Why.</param>
public sealed record SkippedSlots(DateTimeOffset First, DateTimeOffset Last, long Count, SkipReason Reason);

/// <summary>Why a slot got no job.</summary>
public enum SkipReason
{
    /// <summary>It passed while nobody was there, and <see cref="ScheduleOptions.Missed"/> says that it is not made up for.</summary>
    Missed,

    /// <summary>An earlier job had not finished, and <see cref="ScheduleOptions.Overlap"/> says so.</summary>
    Overlap,

    /// <summary>The schedule was paused.</summary>
    Paused,
}

/// <summary>Where a durable schedule stands.</summary>
public enum ScheduleState
{
    /// <summary>Its slots get jobs.</summary>
    Active,

    /// <summary>Somebody has paused it.</summary>
    Paused,

    /// <summary>Neither code nor configuration declares it any more. It is kept, and goes on when it is declared again.</summary>
    Retired,

    /// <summary>Its end has come, or all its runs were made.</summary>
    Completed,

    /// <summary>It cannot be read here: a time zone that this machine does not know, a text of a newer version.</summary>
    Faulted,
}

/// <summary>Where a durable schedule comes from.</summary>
public enum ScheduleOrigin
{
    /// <summary>Declared in code.</summary>
    Code,

    /// <summary>Declared in the configuration.</summary>
    Configuration,

    /// <summary>Added while the program ran.</summary>
    RunTime,
}
