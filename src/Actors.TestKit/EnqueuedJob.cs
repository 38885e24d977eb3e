using Actors.Jobs;

namespace Actors.TestKit;

/// <summary>A job that was enqueued in a test.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Queue">The queue that took it.</param>
/// <param name="Job">The job itself, as it was enqueued.</param>
/// <param name="Delay">How long it was to wait; zero when a moment was named.</param>
/// <param name="DueAt">The moment that was named; else null.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="EnqueuedAt">When it was durable.</param>
/// <typeparam name="TJob">The class of the job.</typeparam>
public sealed record EnqueuedJob<TJob>(
    JobId Id, string Queue, TJob Job, TimeSpan Delay, DateTimeOffset? DueAt, JobPriority Priority, DateTimeOffset EnqueuedAt);
