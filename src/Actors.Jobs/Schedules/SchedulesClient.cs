using Actors.Jobs.Queues;

namespace Actors.Jobs.Schedules;

/// <summary>The way to the owner of the schedules, and from there to the queues.</summary>
internal sealed class SchedulesClient(JobSystem jobs) : ISchedules, ISlotQueues
{
    /// <summary>How many jobs are looked for together: one after the other, a hundred thousand take a minute.</summary>
    private const int FindsAtOnce = 512;

    /// <summary>The owner; null while another process owns the schedules.</summary>
    public IActorRef? Owner { get; set; }

    public async Task<IReadOnlyList<ScheduleStatus>> ListAsync(CancellationToken cancellationToken = default)
    {
        var listed = await AskAsync(new ScheduleMessage.List(), cancellationToken);
        var statuses = new List<ScheduleStatus>(listed.Schedules.Count);
        foreach (var some in listed.Schedules.Chunk(FindsAtOnce))
        {
            statuses.AddRange(await Task.WhenAll(some.Select(status => WithLastRunAsync(status, cancellationToken))));
        }

        return statuses;
    }

    public async Task<ScheduleStatus> GetAsync(string name, CancellationToken cancellationToken = default) =>
        await WithLastRunAsync(await AskAsync(new ScheduleMessage.Get(name), cancellationToken), cancellationToken);

    public async Task<ScheduleStatus> SetAsync(ScheduleDefinition definition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var (spec, faults) = jobs.Resolve(definition);
        return faults.Count > 0
            ? throw new ScheduleException(definition.Name, faults)
            : await AskAsync(new ScheduleMessage.Set(spec!), cancellationToken); // Without a fault there is one.
    }

    public Task<ScheduleStatus> PauseAsync(string name, string? reason = null, CancellationToken cancellationToken = default) =>
        AskAsync(new ScheduleMessage.Pause(name, reason is { Length: > 1000 } ? reason[..1000] : reason), cancellationToken);

    public Task<ScheduleStatus> ResumeAsync(string name, CancellationToken cancellationToken = default) =>
        AskAsync(new ScheduleMessage.Resume(name), cancellationToken);

    public async Task<JobId> RunNowAsync(string name, CancellationToken cancellationToken = default) =>
        (await AskAsync(new ScheduleMessage.RunNow(name), cancellationToken)).Job;

    public async Task<IReadOnlyList<DateTimeOffset>> BackfillAsync(
        string name, DateTimeOffset from, DateTimeOffset through, CancellationToken cancellationToken = default) =>
        (await AskAsync(
            new ScheduleMessage.Backfill(name, from.ToUnixTimeMilliseconds(), through.ToUnixTimeMilliseconds()), cancellationToken)).Moments;

    public Task RemoveAsync(string name, CancellationToken cancellationToken = default) =>
        AskAsync(new ScheduleMessage.Remove(name), cancellationToken);

    public async Task<(int Count, TimeSpan Longest)> GetOverdueAsync(CancellationToken cancellationToken = default)
    {
        var overdue = await AskAsync(new ScheduleMessage.GetOverdue(), cancellationToken);
        return (overdue.Count, overdue.Longest);
    }

    public Task EnqueueAsync(string queue, IReadOnlyList<SlotJob> slots, CancellationToken cancellationToken) =>
        jobs.EnqueueSlotsAsync(queue, slots, cancellationToken);

    public async Task<bool> IsFinishedAsync(JobId id, CancellationToken cancellationToken) =>
        await jobs.FindAsync(id, cancellationToken) is not { State: not (JobState.Succeeded or JobState.Failed or JobState.Cancelled) };

    public Task CancelAsync(JobId id, string reason, CancellationToken cancellationToken) => jobs.CancelAsync(id, reason, cancellationToken);

    private async Task<TReply> AskAsync<TReply>(IRequest<TReply> request, CancellationToken cancellationToken)
    {
        try
        {
            return await (Owner ?? throw new SchedulesUnavailableException("another process of this store owns them. Ask there."))
                .AskAsync(request, null, cancellationToken);
        }
        catch (ActorException cause)
        {
            throw new SchedulesUnavailableException(cause.Message, cause);
        }
    }

    private async Task<ScheduleStatus> WithLastRunAsync(ScheduleStatus status, CancellationToken cancellationToken)
    {
        try
        {
            return status.LastJob is { } job ? status with { LastRun = await jobs.FindAsync(job, cancellationToken) } : status;
        }
        catch (JobException)
        {
            return status; // What the schedule itself says is worth telling, though a queue does not answer.
        }
    }
}
