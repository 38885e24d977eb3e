using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Actors.Jobs.Processes;
using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Actors.Jobs.Types;

namespace Actors.Jobs;

/// <summary>How jobs have ended, and what they have returned.</summary>
public sealed partial class JobSystem
{
    /// <summary>The end of a job is asked for again after this time: its owner may be another by then.</summary>
    private static readonly TimeSpan WaitPatience = TimeSpan.FromSeconds(5);

    /// <summary>Before an owner that could not answer, or does not know how to wait, is asked again.</summary>
    private static readonly TimeSpan WaitPause = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public async Task<JobStatus> WaitAsync(JobId id, CancellationToken cancellationToken = default)
    {
        var status = await GetAsync(id, cancellationToken);
        while (status.FinishedAt is null)
        {
            try
            {
                var found = status.IsInInbox
                    ? null
                    : await Queue(status.Queue).Actor.AskAsync(new QueueMessage.AwaitEnd(id, WaitPatience), Timeout.InfiniteTimeSpan, cancellationToken);
                if (found is { IsDeleted: true })
                {
                    throw new UnknownJobException(id);
                }

                if (found?.Status is { FinishedAt: not null } finished)
                {
                    return finished;
                }

                if (status.IsInInbox || found?.Status is not null)
                {
                    await Task.Delay(WaitPause, _system.TimeProvider, cancellationToken);
                }

                // With its queue no more: it has gone to the history, or was moved.
                status = await FindAsync(id, cancellationToken) ?? EndOf(status);
            }
            catch (Exception cause) when (cause is QueueUnavailableException or JobOutcomeUnknownException or ActorException)
            {
                await Task.Delay(WaitPause, _system.TimeProvider, cancellationToken);
            }
        }

        return status;
    }

    /// <inheritdoc/>
    public async Task<T> GetResultAsync<T>(JobId id, CancellationToken cancellationToken = default)
    {
        var job = await GetAsync(id, cancellationToken);
        var reason = job switch
        {
            { FinishedAt: null } => "It has not finished: await WaitAsync before.",
            { State: JobState.Succeeded, Result: null } => "Its handler has returned none: let it answer JobResult.Succeed(value).",
            { Result: null } => $"Only jobs that have succeeded have one.{(job.Error is null ? "" : $" {job.Error.Split('\n')[0].TrimEnd()}")}",
            _ => null,
        };
        if (reason is not null)
        {
            throw new JobResultException(id, job.State, reason);
        }

        try
        {
            var json = (JsonTypeInfo<T>)(_options.Json ?? JobTypes.DefaultJson).GetTypeInfo(typeof(T));
            return JsonSerializer.Deserialize(job.Result!, json)!; // It has one. Null when null was returned.
        }
        catch (Exception cause) when (cause is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new JobResultException(id, job.State, $"What it has returned cannot be read as {typeof(T)}: {cause.Message}", cause);
        }
    }

    /// <inheritdoc/>
    public Task<LatestJob?> FindLatestAsync<TJob>(string? key = null, CancellationToken cancellationToken = default)
        where TJob : notnull => FindLatestAsync(_types.Get(typeof(TJob)).Name, key, cancellationToken);

    /// <inheritdoc/>
    public async Task<LatestJob?> FindLatestAsync(string type, string? key = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        var accepted = _options.Shared is { } shared ? await FindLatestAcceptedAsync(shared.Inbox, type, key, cancellationToken) : null;
        var found = (await SearchAsync(new JobFilter { Type = type, Key = key }, 1, cancellationToken: cancellationToken)).Jobs.FirstOrDefault();
        var latest = accepted is not null && (found is null || PositionOf(accepted).CompareTo(PositionOf(found)) > 0) ? accepted : found;
        if (latest is null)
        {
            return null;
        }

        // As it is by now, with its result; as it was found when it is gone by now.
        return new LatestJob(await FindAsync(latest.Id, cancellationToken) ?? latest, await GetProgressAsync(latest.Id, cancellationToken));
    }

    /// <summary>Of those that the owner of their queue has not taken in yet.</summary>
    private static async Task<JobStatus?> FindLatestAcceptedAsync(IInbox inbox, string type, string? key, CancellationToken cancellationToken)
    {
        JobStatus? latest = null;
        foreach (var row in await inbox.SearchAsync(InboxMessage.Owner, System.Text.Encoding.UTF8.GetBytes(type), cancellationToken))
        {
            var body = InboxBody.Parser.ParseFrom(row.Body.Span);
            foreach (var job in body.Enqueue?.Jobs.Where(job => job.Type == type && (key is null || job.Key == key)) ?? [])
            {
                var accepted = InboxBodies.Accepted(job, body.Queue);
                latest = latest is null || PositionOf(accepted).CompareTo(PositionOf(latest)) > 0 ? accepted : latest;
            }
        }

        return latest;
    }

    /// <summary>A job that was live a moment ago, and is nowhere now: it has succeeded where that is not kept, or was deleted.</summary>
    private JobStatus EndOf(JobStatus last) => Queue(last.Queue).Options.KeepSucceeded
        ? throw new UnknownJobException(last.Id)
        : last with { State = JobState.Succeeded, FinishedAt = _system.TimeProvider.GetUtcNow(), DueAt = null };
}
