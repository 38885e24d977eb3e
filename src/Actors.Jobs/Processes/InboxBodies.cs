using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Google.Protobuf;
using JobTraits = Actors.Jobs.Queues.JobTraits;

namespace Actors.Jobs.Processes;

/// <summary>What processes say to each other, as the messages of a queue and as bytes.</summary>
internal static partial class InboxBodies
{
    public const uint CancelChange = 1;
    public const uint RetryChange = 2;
    public const uint PauseChange = 3;
    public const uint ResumeChange = 4;

    private static readonly long MaxMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private enum Outcome : uint
    {
        Succeeded = 1,
        Failed = 2,
        Cancelled = 3,
        Snoozed = 4,
        Interrupted = 5,
        Undecodable = 6,
    }

    public static ByteString Bytes(JobId id)
    {
        var bytes = new byte[16];
        id.WriteTo(bytes);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    public static JobId Id(ByteString bytes) => JobId.Read(bytes.Span);

    public static InboxJob ToProto(JobDraft draft, long nowMs) => new()
    {
        Id = Bytes(draft.Id),
        Type = draft.Type,
        TypeVersion = (uint)draft.TypeVersion,
        Args = UnsafeByteOperations.UnsafeWrap(draft.Payload),
        DelayMs = (long)Math.Ceiling(draft.Delay.TotalMilliseconds),
        DueAtMs = draft.DueAt?.ToUnixTimeMilliseconds() ?? 0,
        SentAtMs = nowMs,
        Priority = (uint)StoredPriority.Of(draft.Priority),
        Key = draft.Key ?? "",
        Traits = draft.Traits?.ToProto(),
    };

    /// <summary>The end of the calendar, as the owner has it: no delay goes beyond it.</summary>
    private static DateTimeOffset Moment(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(ms, MaxMs));

    private static TimeSpan Span(long ms) => TimeSpan.FromMilliseconds(Math.Min(ms, MaxMs));

    /// <summary>A delay counts from when the job was accepted, however late the owner hears of it.</summary>
    public static JobDraft FromProto(InboxJob job) => new(
        Id(job.Id),
        job.Type,
        (int)job.TypeVersion,
        job.Args.ToByteArray(),
        TimeSpan.Zero,
        job.DueAtMs != 0 ? Moment(job.DueAtMs)
            : job.DelayMs > 0 ? Moment(job.SentAtMs + Math.Min(job.DelayMs, MaxMs))
            : null,
        StoredPriority.Read((int)job.Priority))
    {
        Key = Text(job.Key),
        Traits = Traits(job.Traits),
    };

    public static string? Text(string text) => text.Length == 0 ? null : text;

    public static JobTraits? Traits(Protos.JobTraits? traits) => traits is null ? null : JobTraits.FromProto(traits);

    /// <summary>What is known of a job before the owner of its queue has seen it.</summary>
    public static JobStatus Accepted(InboxJob job, string queue)
    {
        var due = FromProto(job).DueAt;
        var sent = DateTimeOffset.FromUnixTimeMilliseconds(job.SentAtMs);
        var isLater = due > sent;
        return new JobStatus(Id(job.Id), queue, job.Type, job.Traits is { Waits.Count: > 0 } ? JobState.Awaiting : isLater ? JobState.Scheduled : JobState.Waiting, 0, sent, isLater ? due : null, null, null)
        {
            Priority = StoredPriority.Read((int)job.Priority),
            IsInInbox = true,
            Key = Text(job.Key),
            Awaits = ValueList<AwaitedJob>.Of((job.Traits?.Waits ?? []).Select(FromProto)),
            Tags = Traits(job.Traits)?.Tags ?? TagList.Empty,
        };
    }

    public static InboxEnd ToProto(QueueMessage.AttemptEnded ended)
    {
        var end = new InboxEnd { Number = ended.Number, Grant = (uint)ended.Grant, DelayMs = -1 };
        switch (ended.Outcome)
        {
            case AttemptOutcome.Succeeded succeeded:
                end.Outcome = (uint)Outcome.Succeeded;
                if (succeeded.Result is { } result)
                {
                    end.Result = UnsafeByteOperations.UnsafeWrap(result);
                }

                break;
            case AttemptOutcome.Failed failed:
                (end.Outcome, end.Error) = ((uint)Outcome.Failed, failed.Error);
                end.DelayMs = failed.RetryAfter is { } after ? (long)Math.Ceiling(after.TotalMilliseconds) : -1;
                break;
            case AttemptOutcome.Cancelled:
                end.Outcome = (uint)Outcome.Cancelled;
                break;
            case AttemptOutcome.Snoozed snoozed:
                (end.Outcome, end.DelayMs) = ((uint)Outcome.Snoozed, (long)Math.Ceiling(snoozed.Duration.TotalMilliseconds));
                break;
            case AttemptOutcome.Undecodable undecodable:
                (end.Outcome, end.Error) = ((uint)Outcome.Undecodable, undecodable.Error);
                break;
            default:
                end.Outcome = (uint)Outcome.Interrupted;
                end.Interruption = (uint)((ended.Outcome as AttemptOutcome.Interrupted)?.Cause ?? 0);
                break;
        }

        return end;
    }

    public static QueueMessage.AttemptEnded FromProto(InboxEnd end) => new(end.Number, (int)end.Grant, (Outcome)end.Outcome switch
    {
        Outcome.Succeeded => end.HasResult ? new AttemptOutcome.Succeeded(end.Result.ToByteArray()) : AttemptOutcome.Succeeded.Instance,
        Outcome.Failed => new AttemptOutcome.Failed(end.Error, end.DelayMs < 0 ? null : Span(end.DelayMs)),
        Outcome.Cancelled => new AttemptOutcome.Cancelled(),
        Outcome.Snoozed => new AttemptOutcome.Snoozed(Span(end.DelayMs)),
        Outcome.Undecodable => new AttemptOutcome.Undecodable(end.Error),
        _ => new AttemptOutcome.Interrupted(end.Interruption == 0 ? null : (JobInterruptionCause)end.Interruption), // Also what a newer version means: the job runs again.
    });

    public static InboxJobStatus ToProto(JobStatus status)
    {
        var proto = WithoutResult(status);
        if (status.Result is { } result)
        {
            proto.Result = result;
        }

        return proto;
    }

    private static InboxJobStatus WithoutResult(JobStatus status) => new()
    {
        Id = Bytes(status.Id),
        Type = status.Type,
        State = (uint)status.State,
        Attempts = (uint)status.Attempts,
        EnqueuedAtMs = status.EnqueuedAt.ToUnixTimeMilliseconds(),
        DueAtMs = status.DueAt?.ToUnixTimeMilliseconds() ?? 0,
        FinishedAtMs = status.FinishedAt?.ToUnixTimeMilliseconds() ?? 0,
        Error = status.Error ?? "",
        HasError = status.Error is not null,
        Priority = (uint)StoredPriority.Of(status.Priority),
        IsCancelling = status.IsCancelling,
        Interruption = status.LastInterruption is { } interruption ? JobTraits.ToProto(interruption) : null,
        Key = status.Key ?? "",
        Tags = { status.Tags },
        CopyOf = status.CopyOf is { } copyOf ? Bytes(copyOf) : ByteString.Empty,
        Awaits = { status.Awaits.Select(ToProto) },
        Parts = { status.Parts },
        Batch = status.Batch is { } batch ? Bytes(batch) : ByteString.Empty,
    };

    public static JobStatus FromProto(InboxJobStatus status, string queue) => new(
        Id(status.Id),
        queue,
        status.Type,
        (JobState)status.State,
        (int)status.Attempts,
        DateTimeOffset.FromUnixTimeMilliseconds(status.EnqueuedAtMs),
        status.DueAtMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(status.DueAtMs),
        status.FinishedAtMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(status.FinishedAtMs),
        status.HasError ? status.Error : null)
    {
        Priority = StoredPriority.Read((int)status.Priority),
        IsCancelling = status.IsCancelling,
        LastInterruption = status.Interruption is { } interruption ? JobTraits.FromProto(interruption) : null,
        Key = Text(status.Key),
        Tags = TagList.Of(status.Tags),
        CopyOf = status.CopyOf.IsEmpty ? null : Id(status.CopyOf),
        Awaits = ValueList<AwaitedJob>.Of(status.Awaits.Select(FromProto)),
        Parts = ValueList<string>.Of(status.Parts),
        Batch = status.Batch.IsEmpty ? null : Id(status.Batch),
        Result = status.HasResult ? status.Result : null,
    };

    public static InboxQueueStatus ToProto(QueueStatus status) => new()
    {
        Workers = (uint)status.Workers,
        Scheduled = status.Scheduled,
        Waiting = status.Waiting,
        Running = status.Running,
        Retrying = status.Retrying,
        Parked = status.Parked,
        Quarantined = status.Quarantined,
        Awaiting = status.Awaiting,
        IsOnTrial = status.IsOnTrial,
        HeldRetries = status.HeldRetries,
        Succeeded = status.Succeeded,
        Failed = status.Failed,
        Cancelled = status.Cancelled,
        Unavailable = status.Unavailable ?? "",
        Overdue = (uint)status.Overdue,
        Suspects = (uint)status.Suspects,
        Drain = ToProto(status.Drain),
        Override = OverrideBodies.ToProto(status.Override),
        Configured = status.Override is { } changed ? OverrideBodies.ToProto(changed with { Change = changed.Configured }) : null,
        Pause = status.Pause is { } pause ? new InboxPause
        {
            Reason = pause.Reason ?? "", SinceMs = pause.Since.ToUnixTimeMilliseconds(), UntilMs = pause.Until?.ToUnixTimeMilliseconds() ?? 0, IsAutomatic = pause.IsAutomatic,
        } : null,
    };

    public static QueueStatus FromProto(InboxQueueStatus status, string queue, bool isConsumed) => new(
        queue,
        isConsumed,
        (int)status.Workers,
        status.Scheduled,
        status.Waiting,
        status.Running,
        status.Retrying,
        status.Parked,
        status.Quarantined,
        status.Succeeded,
        status.Failed,
        status.Cancelled,
        status.Unavailable.Length == 0 ? null : status.Unavailable)
    {
        Overdue = (int)status.Overdue,
        Suspects = (int)status.Suspects,
        Awaiting = status.Awaiting,
        IsOnTrial = status.IsOnTrial,
        HeldRetries = status.HeldRetries,
        Drain = FromProto(status.Drain),
        Override = OverrideBodies.FromProto(status.Override) is { } changed
            ? changed with { Configured = OverrideBodies.FromProto(status.Configured)?.Change ?? new QueueChange() }
            : null,
        Pause = status.Pause is { } pause
            ? new QueuePause(pause.Reason.Length == 0 ? null : pause.Reason, DateTimeOffset.FromUnixTimeMilliseconds(pause.SinceMs))
            {
                Until = pause.UntilMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(pause.UntilMs),
                IsAutomatic = pause.IsAutomatic,
            }
            : null,
    };
}
