using Actors.Jobs;

namespace Actors.Hosting.Management;

/// <summary>A durable schedule as it is sent.</summary>
internal sealed record ScheduleView
{
    public required string Name { get; init; }

    public required string Schedule { get; init; }

    public required string Description { get; init; }

    public required ScheduleState State { get; init; }

    public required ScheduleOrigin Origin { get; init; }

    public required string Job { get; init; }

    public required string Queue { get; init; }

    public required MissedSlots MissedPolicy { get; init; }

    public required SlotOverlap OverlapPolicy { get; init; }

    public string? PauseReason { get; init; }

    public required IReadOnlyList<DateTimeOffset> Next { get; init; }

    public DateTimeOffset? LastSlot { get; init; }

    public string? LastJob { get; init; }

    public LastRunView? LastRun { get; init; }

    public long Runs { get; init; }

    public long CaughtUp { get; init; }

    public long Missed { get; init; }

    public required IReadOnlyList<SkippedSlots> Skipped { get; init; }

    public int Undelivered { get; init; }

    public string? Fault { get; init; }

    public double DriftMs { get; init; }

    public double MaxDriftMs { get; init; }

    public double OverdueSeconds { get; init; }

    /// <summary>Null when nothing needs attention.</summary>
    public string? Trouble { get; init; }

    public static ScheduleView Of(ScheduleStatus status) => new()
    {
        Name = status.Name,
        Schedule = status.Schedule,
        Description = status.Description,
        State = status.State,
        Origin = status.Origin,
        Job = status.Job,
        Queue = status.Queue,
        MissedPolicy = status.Options.Missed,
        OverlapPolicy = status.Options.Overlap,
        PauseReason = status.PauseReason,
        Next = status.Next,
        LastSlot = status.LastSlot,
        LastJob = status.LastJob?.ToString(),
        LastRun = status.LastRun is { } run ? new LastRunView(run.State, run.Attempts, run.EnqueuedAt, run.FinishedAt, run.Error) : null,
        Runs = status.Runs,
        CaughtUp = status.CaughtUp,
        Missed = status.Missed,
        Skipped = status.Skipped,
        Undelivered = status.Undelivered,
        Fault = status.Fault,
        DriftMs = status.Drift.TotalMilliseconds,
        MaxDriftMs = status.MaxDrift.TotalMilliseconds,
        OverdueSeconds = status.Overdue.TotalSeconds,
        Trouble = ScheduleText.TroubleOf(status),
    };
}

/// <summary>The newest job of a schedule as it is sent.</summary>
internal sealed record LastRunView(JobState State, int Attempts, DateTimeOffset EnqueuedAt, DateTimeOffset? FinishedAt, string? Error);

/// <summary>A job that was enqueued on request as it is sent.</summary>
internal sealed record RunView(string Schedule, string Job);
