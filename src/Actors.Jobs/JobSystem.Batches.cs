using Actors.Jobs.Queues;

namespace Actors.Jobs;

/// <summary>Batches: first what follows them, then their jobs, part by part.</summary>
public sealed partial class JobSystem
{
    /// <summary>So little that other jobs of the queue start in between.</summary>
    private const int JobsOfABatchAtOnce = 500;
    private const int BytesOfABatchAtOnce = 256 * 1024;

    /// <inheritdoc/>
    public async Task<JobBatch> EnqueueBatchAsync<TJob>(IReadOnlyCollection<TJob> jobs, Action<BatchOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var options = new BatchOptions();
        configure?.Invoke(options);
        var id = options.ChosenId ?? JobId.Create(_system.TimeProvider, _system.Random);
        var links = Members(id, jobs, options);
        var queue = links.Length > 0 ? links[0].Queue : QueueOfNothing(options, typeof(TJob));
        if (options.ChosenId is not null && await FindForgottenAsync(id, queue, links, cancellationToken) is { } forgotten)
        {
            return forgotten;
        }

        var callbacks = Callbacks(id, queue, options);
        callbacks = await ResolveParentsAsync(callbacks, cancellationToken, id);

        var batch = await TellBatchAsync(queue, new QueueMessage.EnqueueBatch(id, links.Length, 0, []), 0, cancellationToken);
        if (batch.Enqueued == 0)
        {
            // Before the first of the jobs: when there is one, these are there.
            foreach (var callback in callbacks)
            {
                await EnqueueAsync(callback.Queue, [callback.Draft], isChosenId: true, cancellationToken);
                OnEnqueued(callback.Draft, callback.Queue, callback.Job);
            }
        }

        for (var first = (int)batch.Enqueued; first < links.Length;)
        {
            var (end, bytes) = (first, 0);
            while (end < links.Length && end - first < JobsOfABatchAtOnce && bytes < BytesOfABatchAtOnce)
            {
                bytes += links[end++].Draft.Payload.Length;
            }

            var part = links[first..end];
            if (Array.Exists(part, static link => link.Draft.Traits is { Waits.Count: > 0 }))
            {
                part = await ResolveParentsAsync(part, cancellationToken);
            }

            batch = await TellBatchAsync(queue, new QueueMessage.EnqueueBatch(id, links.Length, first, [.. part.Select(link => link.Draft)]), first, cancellationToken);
            foreach (var link in part)
            {
                OnEnqueued(link.Draft, queue, link.Job);
            }

            first = end;
        }

        return batch;
    }

    /// <inheritdoc/>
    public async Task<JobBatch?> GetBatchAsync(JobId id, CancellationToken cancellationToken = default)
    {
        QueueUnavailableException? unknown = null;
        foreach (var queue in _queues.Keys)
        {
            var found = await ChangeQueueAsync(queue, new QueueMessage.GetBatch(id), cancellationToken);
            if (found.Counts is { } counts)
            {
                return JobBatch.Of(queue, counts);
            }

            unknown ??= found.Unknown is null ? null : new QueueUnavailableException(queue, found.Unknown);
        }

        return unknown is null ? null : throw unknown;
    }

    /// <summary>A batch that was over long ago, and that its queue remembers no more: its jobs are in the history, and must not be enqueued again.</summary>
    private async Task<JobBatch?> FindForgottenAsync(JobId id, string queue, Link[] links, CancellationToken cancellationToken)
    {
        if (links.Length == 0 || await IsRememberedAsync(id, queue, cancellationToken) || await History.FindAsync(links[0].Draft.Id, cancellationToken) is not { } first)
        {
            return null;
        }

        // One of which nothing is known any more is older than the history keeps, and has ended: as most do.
        var (failed, cancelled, completedAt) = (0L, 0L, first.FinishedAt);
        foreach (var link in links)
        {
            if (await History.FindAsync(link.Draft.Id, cancellationToken) is { } finished)
            {
                failed += finished.State == JobState.Failed ? 1 : 0;
                cancelled += finished.State == JobState.Cancelled ? 1 : 0;
                completedAt = finished.FinishedAt > completedAt ? finished.FinishedAt : completedAt;
            }
        }

        return new JobBatch(id, queue, links.Length, links.Length, links.Length - failed - cancelled, failed, cancelled, completedAt);
    }

    /// <summary>Whether the queue knows the batch, or cannot say: then it says so when it is told of the batch.</summary>
    private async Task<bool> IsRememberedAsync(JobId id, string queue, CancellationToken cancellationToken)
    {
        try
        {
            return await ChangeQueueAsync(queue, new QueueMessage.GetBatch(id), cancellationToken) is not { Counts: null, Unknown: null };
        }
        catch (Exception cause) when (cause is JobException or ActorException)
        {
            return true;
        }
    }

    private Link[] Members<TJob>(JobId batch, IReadOnlyCollection<TJob> jobs, BatchOptions options)
        where TJob : notnull
    {
        var links = new Link[jobs.Count];
        var i = 0;
        foreach (var job in jobs)
        {
            var index = i;
            var (draft, queue, isChosen) = Draft(job, options.EachJob is null ? null : each => options.EachJob(each, index));
            if (isChosen)
            {
                throw new ArgumentException("The jobs of a batch have ids that are made from that of the batch. Leave out Id, or give the batch one. Nothing was enqueued.", nameof(options));
            }

            if (i > 0 && queue != links[0].Queue)
            {
                throw new ArgumentException(
                    $"The jobs of a batch are in one queue, but these are for '{links[0].Queue}' and '{queue}'. Say Each((o, _) => o.Queue(…)), or enqueue two batches. Nothing was enqueued.", nameof(jobs));
            }

            links[i++] = new Link(job, draft with { Id = JobBatch.Derive(batch, 'm', index) }, queue);
        }

        return links;
    }

    private Link[] Callbacks(JobId batch, string queue, BatchOptions options) => [.. options.Callbacks.Select((callback, i) =>
    {
        var (draft, queueOfCallback, isChosen) = Draft(callback.Job, callback.Configure);
        var waits = new List<JobWait>(draft.Traits?.Waits ?? []) { new(batch, queue, callback.Condition, null) };
        return new Link(callback.Job, WithWaits(isChosen ? draft : draft with { Id = JobBatch.Derive(batch, 'c', i) }, waits), queueOfCallback);
    })];

    /// <summary>The batch of nothing is in the queue in which its jobs would have been, as far as that is known.</summary>
    private string QueueOfNothing(BatchOptions options, Type type)
    {
        return type.IsDefined(typeof(JobAttribute), inherit: false) ? _types.Get(type).Queue
            : options.Callbacks.Count > 0 ? Draft(options.Callbacks[0].Job, options.Callbacks[0].Configure).Queue
            : throw new ArgumentException("A batch of no jobs, of no type and with nothing that follows is in no queue. Give it jobs, or OnFinished or OnSucceeded. Nothing was enqueued.", "jobs");
    }

    private async Task<JobBatch> TellBatchAsync(string queue, QueueMessage.EnqueueBatch enqueue, int enqueued, CancellationToken cancellationToken)
    {
        QueueMessage.BatchFound found;
        try
        {
            found = await ChangeQueueAsync(queue, enqueue, cancellationToken);
        }
        catch (Exception cause) when (cause is JobException or ActorException)
        {
            throw new BatchIncompleteException(enqueue.Batch, queue, enqueued, enqueue.Expected, cause);
        }

        return found.Refusal is { } refusal
            ? throw new ArgumentException(refusal, "jobs")
            : JobBatch.Of(queue, found.Counts!); // What was not refused is there.
    }
}
