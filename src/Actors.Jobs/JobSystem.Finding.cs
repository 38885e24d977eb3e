using Actors.Jobs.Processes;
using Actors.Jobs.Protos;
using Actors.Jobs.Queues;

namespace Actors.Jobs;

/// <summary>Where a job is: with its queue, in the history, or in the inbox of a shared store.</summary>
public sealed partial class JobSystem
{
    /// <summary>An owner that has not answered by now may be gone, and what it has not taken in is looked for without it.</summary>
    private static readonly TimeSpan OwnerPatience = TimeSpan.FromSeconds(1);

    /// <summary>The messages to the owner, when that is this process.</summary>
    private IActorRef? _ownerInbox;

    /// <inheritdoc/>
    public async Task<JobStatus?> FindAsync(JobId id, CancellationToken cancellationToken = default)
    {
        if (_options.Shared is not { } shared)
        {
            return await FindTakenInAsync(id, cancellationToken);
        }

        using var asking = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var takenIn = FindTakenInAsync(id, asking.Token);
        if (await AnsweredSoonAsync(takenIn, cancellationToken) is { } status)
        {
            return status;
        }

        // Another process may have accepted it a moment ago.
        if (await FindAcceptedAsync(shared.Inbox, id, cancellationToken) is { } accepted)
        {
            await asking.CancelAsync();
            await takenIn.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return accepted;
        }

        // It was in neither place: there is none, or it has gone from one to the other meanwhile.
        return takenIn.IsCompleted ? await FindTakenInAsync(id, cancellationToken) : await takenIn;
    }

    /// <inheritdoc/>
    public async Task<JobStatus> GetAsync(JobId id, CancellationToken cancellationToken = default) =>
        await FindAsync(id, cancellationToken) ?? throw new UnknownJobException(id);

    private async Task<JobStatus?> AnsweredSoonAsync(Task<JobStatus?> asked, CancellationToken cancellationToken)
    {
        try
        {
            return await asked.WaitAsync(OwnerPatience, _system.TimeProvider, cancellationToken);
        }
        catch (Exception cause) when (cause is TimeoutException or AskTimeoutException or QueueUnavailableException)
        {
            return null;
        }
    }

    private async Task<JobStatus?> FindTakenInAsync(JobId id, CancellationToken cancellationToken)
    {
        // A job stays with its owner until its history is durable, so looking there second misses nothing.
        QueueUnavailableException? unknown = null;
        foreach (var (queue, handle) in _queues)
        {
            var found = await FollowAsync(await handle.Actor.AskAsync(new QueueMessage.GetJob(id), null, cancellationToken), new QueueMessage.GetJob(id), null, cancellationToken);
            if (found.Status is { } status)
            {
                return found.IsDeleted ? null : status;
            }

            unknown ??= found.Unknown is null ? null : new QueueUnavailableException(queue, found.Unknown);
        }

        return await FindFinishedAsync(id, cancellationToken) ?? (unknown is null ? null : throw unknown);
    }

    private async Task<JobStatus?> FindFinishedAsync(JobId id, CancellationToken cancellationToken) =>
        await History.FindAsync(id, cancellationToken) is { } finished ? Status(finished) : null;

    private static async Task<JobStatus?> FindAcceptedAsync(IInbox inbox, JobId id, CancellationToken cancellationToken)
    {
        var bytes = InboxBodies.Bytes(id);
        foreach (var row in await inbox.SearchAsync(InboxMessage.Owner, bytes.Memory, cancellationToken))
        {
            var body = InboxBody.Parser.ParseFrom(row.Body.Span);
            if (body.Enqueue?.Jobs.FirstOrDefault(job => job.Id.Equals(bytes)) is { } job)
            {
                return InboxBodies.Accepted(job, body.Queue);
            }
        }

        return null;
    }

    /// <summary>Asks one queue after the other: the one that has the job changes it.</summary>
    private async Task<JobStatus> ChangeAsync(JobId id, IRequest<QueueMessage.JobFound> change, CancellationToken cancellationToken) =>
        (await ChangeFoundAsync(id, change, cancellationToken)).Status;

    /// <summary>As <see cref="ChangeAsync"/>, and why it was not done.</summary>
    private async Task<(JobStatus Status, string? Refusal)> ChangeFoundAsync(JobId id, IRequest<QueueMessage.JobFound> change, CancellationToken cancellationToken)
    {
        var (found, unknown) = await ChangeKnownAsync(id, change, cancellationToken);
        return found?.Status is { } status
            ? (status, found.Refusal)
            : (await FindFinishedAsync(id, cancellationToken) ?? throw (unknown is null ? new UnknownJobException(id) : unknown), null);
    }

    /// <summary>Changes a job that a queue has, or will have when it has read what was accepted for it.</summary>
    private async Task<(QueueMessage.JobFound? Found, QueueUnavailableException? Unknown)> ChangeKnownAsync(
        JobId id, IRequest<QueueMessage.JobFound> change, CancellationToken cancellationToken)
    {
        var (found, unknown) = await ChangeTakenInAsync(id, change, cancellationToken);
        if (found is null && _ownerInbox is { } inbox && await FindAcceptedAsync(_options.Shared!.Inbox, id, cancellationToken) is not null) // Only a shared store has an inbox.
        {
            // What another process says to the owner is in order; what this one says comes after all that was accepted before.
            await inbox.AskAsync(InboxActor.ReadToEnd.Instance, Timeout.InfiniteTimeSpan, cancellationToken);
            (found, unknown) = await ChangeTakenInAsync(id, change, cancellationToken);
        }

        return (found, unknown);
    }

    private async Task<(QueueMessage.JobFound? Found, QueueUnavailableException? Unknown)> ChangeTakenInAsync(
        JobId id, IRequest<QueueMessage.JobFound> change, CancellationToken cancellationToken)
    {
        QueueUnavailableException? unknown = null;
        foreach (var (queue, handle) in _queues)
        {
            try
            {
                var found = await FollowAsync(await handle.Actor.AskAsync(change, Timeout.InfiniteTimeSpan, cancellationToken), change, Timeout.InfiniteTimeSpan, cancellationToken);
                if (found.Status is not null)
                {
                    return (found, null);
                }

                unknown ??= found.Unknown is null ? null : new QueueUnavailableException(queue, found.Unknown);
            }
            catch (ActorException cause) when (cause is ActorNotFoundException or AskFailedException)
            {
                throw JobOutcomeUnknownException.OfChange(id, queue, cause);
            }
        }

        return (null, unknown);
    }
}
