namespace Actors.Jobs;

/// <summary>How long the history keeps the finished jobs of a queue. Applied by the owner of the queue, by itself.</summary>
/// <remarks>
/// What is over its time is deleted within the hour, or within a tenth of the shortest of these times where that is less, a few hundred jobs at a time. What is deleted is not known any more: its result, that its id
/// was used, and that others could wait for it.
/// </remarks>
public sealed record RetentionOptions
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <summary>How long jobs that have succeeded are kept, counted from their end. Key <c>actors.queues.NAME.retention.succeeded</c>.</summary>
    /// <value>Default 7 days. From 1 minute to 36,500 days, or <see cref="Timeout.InfiniteTimeSpan"/>: for ever. To keep none, see <see cref="QueueOptions.KeepSucceeded"/>.</value>
    public TimeSpan Succeeded { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long jobs that have failed for good are kept. Key <c>retention.failed</c>.</summary>
    /// <value>Default 7 days; as <see cref="Succeeded"/>.</value>
    public TimeSpan Failed { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long jobs that were cancelled are kept. Key <c>retention.cancelled</c>.</summary>
    /// <value>Default 7 days; as <see cref="Succeeded"/>.</value>
    public TimeSpan Cancelled { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The states with a limit.</summary>
    internal IEnumerable<(JobState State, TimeSpan Time)> Limited =>
        new (JobState State, TimeSpan Time)[] { (JobState.Succeeded, Succeeded), (JobState.Failed, Failed), (JobState.Cancelled, Cancelled) }
            .Where(limit => limit.Time != Timeout.InfiniteTimeSpan);

    /// <summary>Throws when a value makes no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The message names the property and its value.</exception>
    public void Validate()
    {
        Check(Succeeded, nameof(Succeeded));
        Check(Failed, nameof(Failed));
        Check(Cancelled, nameof(Cancelled));
    }

    private static void Check(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan && (time < Shortest || time > Longest))
        {
            throw new ArgumentOutOfRangeException(name, time, "Finished jobs are kept for 1 minute to 36,500 days, or for ever (infinite): who waits for a job must have the time to see its end.");
        }
    }
}
