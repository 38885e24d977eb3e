namespace Actors.Jobs;

/// <summary>The durable schedules of an application. When a task of a change completes, the change is durable. Thread-safe.</summary>
/// <remarks>
/// Each change throws <see cref="SchedulesUnavailableException"/> when the store, or the process that owns the schedules, cannot be reached: nothing is known of the
/// change then, and it can be made again.
/// </remarks>
public interface ISchedules
{
    /// <summary>All schedules by name, with the results of their newest jobs.</summary>
    Task<IReadOnlyList<ScheduleStatus>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>One schedule.</summary>
    /// <exception cref="UnknownScheduleException">There is none of this name.</exception>
    Task<ScheduleStatus> GetAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Adds a schedule, or changes the one of this name. Slots are counted from now on when the moments have changed.</summary>
    /// <remarks>A schedule that code or configuration declares keeps such a change until its declaration changes.</remarks>
    /// <exception cref="ScheduleException">It cannot be used; the message lists every fault.</exception>
    Task<ScheduleStatus> SetAsync(ScheduleDefinition definition, CancellationToken cancellationToken = default);

    /// <summary>Gives its slots no jobs until it is resumed. Jobs that are enqueued already run.</summary>
    /// <param name="name">The schedule.</param>
    /// <param name="reason">Why, for whoever reads the status: up to 1,000 characters.</param>
    /// <param name="cancellationToken">Ends the wait; it may be paused nevertheless.</param>
    /// <exception cref="UnknownScheduleException">There is none of this name.</exception>
    Task<ScheduleStatus> PauseAsync(string name, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Goes on after a pause, with the slots that are still to come.</summary>
    /// <exception cref="UnknownScheduleException">There is none of this name.</exception>
    Task<ScheduleStatus> ResumeAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Enqueues a job of the schedule now, whatever its state is.</summary>
    /// <returns>The id of the job.</returns>
    /// <exception cref="UnknownScheduleException">There is none of this name.</exception>
    Task<JobId> RunNowAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Gives jobs to the slots of a time in the past that have none. One that has, or had, a job gets no second.</summary>
    /// <param name="name">The schedule.</param>
    /// <param name="from">The first moment, itself included.</param>
    /// <param name="through">The last moment, itself included; not after now.</param>
    /// <param name="cancellationToken">Ends the wait; the jobs may be enqueued nevertheless.</param>
    /// <returns>The slots of that time.</returns>
    /// <exception cref="UnknownScheduleException">There is none of this name.</exception>
    /// <exception cref="ScheduleException">There are more than 1,000 slots, or some are in the future.</exception>
    Task<IReadOnlyList<DateTimeOffset>> BackfillAsync(
        string name, DateTimeOffset from, DateTimeOffset through, CancellationToken cancellationToken = default);

    /// <summary>Forgets a schedule that was added at run time, or is retired. Its jobs stay.</summary>
    /// <exception cref="UnknownScheduleException">There is none of this name.</exception>
    /// <exception cref="ScheduleException">Code or configuration declares it: it would come back.</exception>
    Task RemoveAsync(string name, CancellationToken cancellationToken = default);
}
