namespace Actors.Jobs;

/// <summary>A job that has just become durable, for whoever looks on (<see cref="JobSystemOptions.OnEnqueued"/>).</summary>
/// <param name="Id">Its id.</param>
/// <param name="Queue">The queue that took it.</param>
/// <param name="Job">The job itself.</param>
/// <param name="Delay">How long it is to wait; zero when a moment was named.</param>
/// <param name="DueAt">The moment that was named; else null.</param>
/// <param name="Priority">Its priority.</param>
public sealed record EnqueuedJob(JobId Id, string Queue, object Job, TimeSpan Delay, DateTimeOffset? DueAt, JobPriority Priority);
