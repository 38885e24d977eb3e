namespace Actors.Jobs;

public partial interface IJobs
{
    /// <summary>Lets a queue finish what it has and take nothing new, until it is resumed, also after a restart; and waits until nothing waits or runs.</summary>
    /// <remarks>
    /// Jobs that wait for a time (Scheduled, Retrying) or a person are left where they are; one whose time comes meanwhile runs. What another process has
    /// enqueued in a shared store was accepted by the inbox and is taken. The slots of durable schedules wait. To let no job start, pause the queue instead.
    /// </remarks>
    /// <param name="queue">The queue. It must be consumed somewhere, and not be paused, or the wait does not end. May be called again, to wait again.</param>
    /// <param name="reason">Why, for people: it is shown with the queue. At most 1,000 characters are kept.</param>
    /// <param name="cancellationToken">Ends the wait; the queue goes on refusing new jobs.</param>
    /// <returns>The queue, when nothing waits or runs and that is durable. It goes on refusing new jobs: <see cref="ResumeAsync"/> ends that.</returns>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    /// <exception cref="QueueUnavailableException">The queue's journal cannot be used at present, or somebody has resumed the queue before it was empty.</exception>
    Task<QueueStatus> DrainAsync(string queue, string? reason = null, CancellationToken cancellationToken = default);
}
