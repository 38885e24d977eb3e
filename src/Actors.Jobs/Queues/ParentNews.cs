using System.Globalization;

namespace Actors.Jobs.Queues;

/// <summary>What is known of a job, or a batch, that others wait for.</summary>
/// <param name="Id">The job or batch.</param>
/// <param name="State">Where it stands; 0 when nobody knows it any more.</param>
internal sealed record ParentNews(JobId Id, JobState State)
{
    /// <summary>Its parts that are done; null when that is not known.</summary>
    public IReadOnlyList<string>? Parts { get; init; }

    /// <summary>What has come of a batch, in words; null for a job.</summary>
    public string? BatchEnd { get; init; }

    /// <summary>Whether somebody has deleted it.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>The queue that it has been moved to; null when it is not known to have been.</summary>
    public string? MovedTo { get; init; }

    public bool IsOver => State is 0 or JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    /// <summary>Whether what is waited for has come. Nothing is known when that can still be.</summary>
    public bool? Verdict(JobWait wait)
    {
        if (wait.Part is not null && Parts?.Contains(wait.Part, StringComparer.Ordinal) == true)
        {
            return true;
        }

        // A job that has succeeded has done all its parts.
        return !IsOver ? null : wait.Condition == AfterCondition.Finished || State == JobState.Succeeded;
    }

    /// <summary>Why a job that waits for it is cancelled.</summary>
    public string Reason(JobWait wait) => this switch
    {
        { State: 0 } when wait.PromisedUntilMs != 0 => string.Create(CultureInfo.InvariantCulture, $"Job {Id}, which it waits for, was never enqueued: the call that enqueued this one was cut short."),
        { State: 0 } => $"Job {Id}, which it waits for, is not known any more: it was deleted, or is older than the history keeps.",
        { BatchEnd: { } end } => $"Batch {Id}, which it waits for, has not succeeded as a whole: {end}.",
        { IsDeleted: true } => $"Job {Id}, which it waits for, was deleted.",
        { State: JobState.Failed } => $"Job {Id}, which it waits for, has failed{WithoutPart(wait)}.",
        _ => $"Job {Id}, which it waits for, was cancelled{WithoutPart(wait)}.",
    };

    private string WithoutPart(JobWait wait) => wait.Part is null || Parts is null ? "" : $" without completing its part '{wait.Part}'";
}
