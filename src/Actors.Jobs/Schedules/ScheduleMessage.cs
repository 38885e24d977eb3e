using Actors.Jobs.Protos;

namespace Actors.Jobs.Schedules;

/// <summary>What the owner of the schedules is told and asked.</summary>
internal abstract record ScheduleMessage
{
    private ScheduleMessage()
    {
    }

    public sealed record Set(ScheduleSpec Spec) : ScheduleMessage, IRequest<ScheduleStatus>;

    public sealed record Pause(string Name, string? Reason) : ScheduleMessage, IRequest<ScheduleStatus>;

    public sealed record Resume(string Name) : ScheduleMessage, IRequest<ScheduleStatus>;

    public sealed record RunNow(string Name) : ScheduleMessage, IRequest<Enqueued>;

    public sealed record Enqueued(JobId Job) : ScheduleMessage;

    public sealed record Backfill(string Name, long FromMs, long ThroughMs) : ScheduleMessage, IRequest<Filled>;

    public sealed record Filled(IReadOnlyList<DateTimeOffset> Moments) : ScheduleMessage;

    /// <summary>These, and no others, are declared from now on.</summary>
    public sealed record Declare(IReadOnlyList<(ScheduleSpec Spec, ScheduleOrigin Origin)> Declared) : ScheduleMessage;

    public sealed record Remove(string Name) : ScheduleMessage, IRequest<Removed>;

    public sealed record Removed : ScheduleMessage
    {
        public static Removed Instance { get; } = new();
    }

    public sealed record Get(string Name) : ScheduleMessage, IRequest<ScheduleStatus>;

    public sealed record List : ScheduleMessage, IRequest<Listed>;

    public sealed record Listed(IReadOnlyList<ScheduleStatus> Schedules) : ScheduleMessage;

    public sealed record GetOverdue : ScheduleMessage, IRequest<OverdueSchedules>;

    public sealed record OverdueSchedules(int Count, TimeSpan Longest) : ScheduleMessage;

    /// <summary>To itself: a slot has come, or it is time to look at the clock again.</summary>
    public sealed record DueReached : ScheduleMessage
    {
        public static DueReached Instance { get; } = new();
    }

    /// <summary>To itself: everything that was in the mailbox has been decided; store it.</summary>
    public sealed record Flush : ScheduleMessage
    {
        public static Flush Instance { get; } = new();
    }

    /// <summary>To itself: try again what has not reached its queue.</summary>
    public sealed record Redeliver : ScheduleMessage
    {
        public static Redeliver Instance { get; } = new();
    }

    /// <summary>To itself: jobs are durable in their queue, or not.</summary>
    public sealed record DeliveryEnded(SchedulesActor.Lane Lane, Exception? Cause) : ScheduleMessage;

    /// <summary>To itself: whether the last job of a schedule has finished.</summary>
    public sealed record LastJobKnown(ScheduleEntry Entry, JobId Job, bool IsFinished) : ScheduleMessage;
}
