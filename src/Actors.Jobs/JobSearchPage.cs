namespace Actors.Jobs;

/// <summary>A part of the jobs that a search finds.</summary>
/// <param name="Jobs">The jobs, newest first: in the order of the time at which they were enqueued, then of their ids.</param>
/// <param name="Next">Where the next part begins; null at the end. A part may have fewer jobs than were asked for, even none, and still have a next one.</param>
public sealed record JobSearchPage(IReadOnlyList<JobStatus> Jobs, string? Next);

/// <summary>A place in the order in which jobs are found, newest first.</summary>
/// <param name="EnqueuedAt">When the job was enqueued, in whole milliseconds.</param>
/// <param name="Id">Its id.</param>
public readonly record struct JobPosition(DateTimeOffset EnqueuedAt, JobId Id) : IComparable<JobPosition>
{
    /// <summary>Older jobs are less.</summary>
    public int CompareTo(JobPosition other) => EnqueuedAt != other.EnqueuedAt ? EnqueuedAt.CompareTo(other.EnqueuedAt) : Id.CompareTo(other.Id);
}
