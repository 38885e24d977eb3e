using Actors.Jobs;

namespace Actors.Hosting.Management;

/// <summary>A queue as it is sent.</summary>
internal sealed record QueueView
{
    public required string Queue { get; init; }

    public required bool IsConsumed { get; init; }

    public required int Workers { get; init; }

    public long Waiting { get; init; }

    public long Running { get; init; }

    public long Scheduled { get; init; }

    public long Retrying { get; init; }

    public long Awaiting { get; init; }

    public long Parked { get; init; }

    public long Quarantined { get; init; }

    public long Succeeded { get; init; }

    public long Failed { get; init; }

    public long Cancelled { get; init; }

    public int Overdue { get; init; }

    public int Suspects { get; init; }

    public string? Unavailable { get; init; }

    public QueuePause? Pause { get; init; }

    public QueueDrain? Drain { get; init; }

    public QueueOverride? Override { get; init; }

    public bool IsOnTrial { get; init; }

    public long HeldRetries { get; init; }

    public IReadOnlyList<string>? Trouble { get; init; }

    public static QueueView Of(QueueStatus status, IReadOnlyCollection<string> stopped) => new()
    {
        Queue = status.Queue,
        IsConsumed = status.IsConsumed,
        Workers = status.Workers,
        Waiting = status.Waiting,
        Running = status.Running,
        Scheduled = status.Scheduled,
        Retrying = status.Retrying,
        Awaiting = status.Awaiting,
        Parked = status.Parked,
        Quarantined = status.Quarantined,
        Succeeded = status.Succeeded,
        Failed = status.Failed,
        Cancelled = status.Cancelled,
        Overdue = status.Overdue,
        Suspects = status.Suspects,
        Unavailable = status.Unavailable,
        Pause = status.Pause,
        Drain = status.Drain,
        Override = status.Override,
        IsOnTrial = status.IsOnTrial,
        HeldRetries = status.HeldRetries,
        Trouble = QueueText.TroubleOf(status, stopped) is { Count: > 0 } trouble ? trouble : null,
    };
}

/// <summary>Why a job is where it is, as it is sent.</summary>
internal sealed record ReasonView(string Id, string Queue, JobReasonKind Kind, string Text, DateTimeOffset? Until, DateTimeOffset? Since, string? Because, int Attempt, int? MaxAttempts, long? Before)
{
    public static ReasonView Of(JobReason reason) => new(
        reason.Id.ToString(), reason.Queue, reason.Kind, reason.Text, reason.Until, reason.Since, reason.Because, reason.Attempt, reason.MaxAttempts, reason.Before);
}

/// <summary>What a job has said of its work, as it is sent.</summary>
internal sealed record ProgressView(int Attempt, double? Fraction, string? Text, DateTimeOffset UpdatedAt, IReadOnlyList<JobLogLine> Lines)
{
    public static ProgressView? Of(JobProgress? progress) =>
        progress is null ? null : new(progress.Attempt, progress.Fraction, progress.Text, progress.UpdatedAt, progress.Lines);
}
