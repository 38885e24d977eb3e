using Actors.Jobs;

namespace Actors.Hosting.Starting;

/// <summary>The durable schedules as injected: usable once the host has started.</summary>
internal sealed class StartedSchedules(ActorsRuntime runtime) : ISchedules
{
    private ISchedules Schedules => (runtime.Jobs ?? throw (runtime.Settings.Queues.Count == 0
        ? new InvalidOperationException($"'{runtime.Name}' has no queues, so nothing can be scheduled. Add one with actors.AddQueue(\"default\", …).")
        : NotStarted.Exception(runtime.Name, "schedules"))).Schedules;

    public Task<IReadOnlyList<ScheduleStatus>> ListAsync(CancellationToken cancellationToken = default) => Schedules.ListAsync(cancellationToken);

    public Task<ScheduleStatus> GetAsync(string name, CancellationToken cancellationToken = default) => Schedules.GetAsync(name, cancellationToken);

    public Task<ScheduleStatus> SetAsync(ScheduleDefinition definition, CancellationToken cancellationToken = default) =>
        Schedules.SetAsync(definition, cancellationToken);

    public Task<ScheduleStatus> PauseAsync(string name, string? reason = null, CancellationToken cancellationToken = default) =>
        Schedules.PauseAsync(name, reason, cancellationToken);

    public Task<ScheduleStatus> ResumeAsync(string name, CancellationToken cancellationToken = default) => Schedules.ResumeAsync(name, cancellationToken);

    public Task<JobId> RunNowAsync(string name, CancellationToken cancellationToken = default) => Schedules.RunNowAsync(name, cancellationToken);

    public Task<IReadOnlyList<DateTimeOffset>> BackfillAsync(
        string name, DateTimeOffset from, DateTimeOffset through, CancellationToken cancellationToken = default) =>
        Schedules.BackfillAsync(name, from, through, cancellationToken);

    public Task RemoveAsync(string name, CancellationToken cancellationToken = default) => Schedules.RemoveAsync(name, cancellationToken);
}
