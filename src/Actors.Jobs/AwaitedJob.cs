namespace Actors.Jobs;

/// <summary>Another job, or a batch of jobs, that a job waits for.</summary>
/// <param name="Id">The job or batch.</param>
/// <param name="Queue">Its queue.</param>
/// <param name="Condition">What is waited for.</param>
/// <param name="Part">The part that is waited for; null for the whole.</param>
public sealed record AwaitedJob(JobId Id, string Queue, AfterCondition Condition, string? Part = null);
