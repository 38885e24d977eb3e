using Actors.Jobs.Queues;
using Actors.Jobs.Telemetry;
using Actors.Jobs.Types;

namespace Actors.Jobs;

/// <summary>The way of a job into its queue.</summary>
public sealed partial class JobSystem
{
    /// <inheritdoc/>
    public Task<JobId> EnqueueAsync<TJob>(
        TJob job, Action<EnqueueOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull => EnqueueOneAsync(job, configure, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<JobId>> EnqueueManyAsync<TJob>(
        IReadOnlyCollection<TJob> jobs, Action<EnqueueOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull
    {
        ArgumentNullException.ThrowIfNull(jobs);
        if (jobs.Count == 0)
        {
            return [];
        }

        var drafts = new JobDraft[jobs.Count];
        var ids = new JobId[jobs.Count];
        var queue = "";
        var isChosenId = false;
        var i = 0;
        foreach (var job in jobs)
        {
            var (draft, queueOfJob, isChosen) = Draft(job, configure);
            if (i > 0 && queueOfJob != queue)
            {
                throw new ArgumentException(
                    $"The jobs are for two queues, '{queue}' and '{queueOfJob}'. Enqueue those of each queue by themselves.", nameof(jobs));
            }

            (drafts[i], ids[i], queue) = (draft, draft.Id, queueOfJob);
            isChosenId |= isChosen;
            i++;
        }

        if (isChosenId && ids.Distinct().Count() < ids.Length)
        {
            throw new ArgumentException("Many jobs cannot have one id. Leave the id out, or choose one for each.", nameof(configure));
        }

        if (Array.Exists(drafts, static draft => draft.Traits is { Waits.Count: > 0 }))
        {
            drafts = [.. (await ResolveParentsAsync([.. drafts.Select(draft => new Link(draft, draft, queue))], cancellationToken)).Select(link => link.Draft)];
        }

        var existing = (await (JobTelemetry.IsTracing
            ? EnqueueTracedAsync(queue, drafts, isChosenId, cancellationToken)
            : EnqueueAsync(queue, drafts, isChosenId, cancellationToken))).Existing;
        JobMetrics.OnEnqueued(queue, drafts[0].Type, drafts.Length - (existing?.Count ?? 0));
        if (_options.OnEnqueued is { } onEnqueued)
        {
            foreach (var (draft, job) in drafts.Zip(jobs).Where(pair => existing?.ContainsKey(pair.First.Id) != true))
            {
                onEnqueued(Enqueued(draft, queue, job));
            }
        }

        return existing is null ? ids : [.. ids.Select(id => existing.TryGetValue(id, out var other) ? other : id)];
    }

    private (JobDraft Draft, string Queue, bool IsChosenId) Draft<TJob>(TJob job, Action<EnqueueOptions>? configure)
        where TJob : notnull
    {
        var type = _types.Get(job.GetType());
        var options = NoOptions;
        if (configure is not null)
        {
            configure(options = new EnqueueOptions());
        }

        var queue = options.QueueName ?? type.Queue;
        var payload = type.Serialize(job);
        var limit = Queue(queue).Options.MaxArgsBytes;
        if (payload.Length > limit)
        {
            throw new JobTooLargeException(type.Name, payload.Length, limit);
        }

        var id = options.ChosenId ?? JobId.Create(_system.TimeProvider, _system.Random);
        var delay = options.DelayTime ?? (options.DueTime is null ? type.Delay : TimeSpan.Zero);
        var draft = new JobDraft(id, type.Name, type.Version, payload, delay, options.DueTime, options.ChosenPriority ?? type.Priority)
        {
            Key = options.ChosenKey ?? type.KeyOf(payload),
            Traits = Indexed(type, payload, Traits(type, options, payload)),
        };
        return (options.Parents is null ? draft : WithWaits(draft, options.Parents), queue, options.ChosenId is not null);
    }

    private static JobTraits? Traits(JobType type, EnqueueOptions options, ReadOnlySpan<byte> args)
    {
        var rule = options.UniqueRule ?? type.Unique;
        if (type.Tags.Count == 0 && options.Tags is null && rule is null)
        {
            return null;
        }

        string[] tags = [.. type.Tags.Concat(options.Tags ?? []).Distinct(StringComparer.Ordinal)];
        return tags.Length <= EnqueueOptions.MaxTags
            ? new JobTraits { Tags = TagList.Of(tags), Unique = rule is null ? null : UniqueClaim.Of(rule, type.Name, args) }
            : throw new ArgumentException($"A job has at most {EnqueueOptions.MaxTags} tags, but this '{type.Name}' has {tags.Length}.");
    }

    private static EnqueuedJob Enqueued(JobDraft draft, string queue, object job) =>
        new(draft.Id, queue, job, draft.Traits is { Waits.Count: > 0 } waiting ? TimeSpan.FromMilliseconds(waiting.AfterDelayMs) : draft.Delay, draft.DueAt, draft.Priority);

    /// <summary>One asynchronous method and no generic one: this is the path of whoever enqueues a hundred thousand a second.</summary>
    private async Task<JobId> EnqueueOneAsync(object job, Action<EnqueueOptions>? configure, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        var (draft, queue, isChosenId) = Draft(job, configure);
        if (draft.Traits is { Waits.Count: > 0 })
        {
            draft = await ResolveParentsAsync(draft, queue, cancellationToken);
        }

        if (JobTelemetry.IsTracing)
        {
            return Enqueued(await EnqueueTracedAsync(queue, [draft], isChosenId, cancellationToken));
        }

        if (isChosenId)
        {
            return Enqueued(await EnqueueAsync(queue, [draft], isChosenId, cancellationToken));
        }

        try
        {
            return Enqueued(await TellAsync(queue, Enqueue([draft]), cancellationToken));
        }
        catch (ActorException cause) when (cause is ActorNotFoundException or AskFailedException)
        {
            throw new JobOutcomeUnknownException(draft.Id, queue, cause);
        }

        JobId Enqueued(QueueMessage.Enqueued reply) => reply.Existing is null ? OnEnqueued(draft, queue, job) : reply.Existing[draft.Id];
    }

    private JobId OnEnqueued(JobDraft draft, string queue, object job)
    {
        JobMetrics.OnEnqueued(queue, draft.Type, 1);
        _options.OnEnqueued?.Invoke(Enqueued(draft, queue, job));
        return draft.Id;
    }

    /// <param name="drafts">The jobs.</param>
    /// <param name="isAccepted">Each is enqueued in any case, and ends as cancelled when it is not the only one of its kind.</param>
    private static QueueMessage.Enqueue Enqueue(IReadOnlyList<JobDraft> drafts, bool isAccepted = false)
    {
        var hasUnique = false;
        foreach (var draft in drafts)
        {
            hasUnique |= draft.Traits?.Unique is not null && !isAccepted;
        }

        return new QueueMessage.Enqueue(drafts, drafts[0].Id) { HasUnique = hasUnique };
    }

    private async Task<QueueMessage.Enqueued> EnqueueAsync(string queue, JobDraft[] drafts, bool isChosenId, CancellationToken cancellationToken, bool isAccepted = false)
    {
        try
        {
            var added = isChosenId ? await NotTakenAsync(queue, drafts, cancellationToken) : drafts;
            return added is { Count: > 0 } ? await TellAsync(queue, Enqueue(added, isAccepted), cancellationToken)
                : added is null ? QueueMessage.Enqueued.Instance
                : await TellAsync(queue, new QueueMessage.Enqueue(added, drafts[0].Id), cancellationToken);
        }
        catch (ActorException cause) when (cause is ActorNotFoundException or AskFailedException)
        {
            throw new JobOutcomeUnknownException(drafts[0].Id, queue, cause);
        }
    }

    /// <summary>No timeout here: the queue answers every caller, whatever its journal does, and knows better when to give up.</summary>
    private Task<QueueMessage.Enqueued> TellAsync(string queue, QueueMessage.Enqueue enqueue, CancellationToken cancellationToken) =>
        Queue(queue).Actor.AskAsync(enqueue, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>
    /// The jobs whose ids are free; null when all have finished. The queue knows the ids of live jobs only, and one that was live when
    /// it was asked for may have finished before the enqueue arrives: such a job is left out, and the enqueue awaits its durability.
    /// </summary>
    private async Task<IReadOnlyList<JobDraft>?> NotTakenAsync(string queue, JobDraft[] drafts, CancellationToken cancellationToken)
    {
        var notTaken = new List<JobDraft>(drafts.Length);
        var finished = 0;
        foreach (var draft in drafts)
        {
            var get = new QueueMessage.GetJob(draft.Id);
            var found = await FollowAsync(await Queue(queue).Actor.AskAsync(get, Timeout.InfiniteTimeSpan, cancellationToken), get, Timeout.InfiniteTimeSpan, cancellationToken);
            if (found.Unknown is not null)
            {
                throw new QueueUnavailableException(queue, found.Unknown);
            }

            if (found.IsDeleted)
            {
                // Its id is free as soon as it has left.
                await AwaitHistoryAsync(queue, draft.Id, cancellationToken);
            }
            else if (found.Status is not null)
            {
                continue;
            }

            if (await History.FindAsync(draft.Id, cancellationToken) is null)
            {
                notTaken.Add(draft);
            }
            else
            {
                finished++;
            }
        }

        return finished == drafts.Length ? null : notTaken;
    }
}
