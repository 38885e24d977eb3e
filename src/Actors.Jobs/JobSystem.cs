using System.Text.Json;
using Actors.Jobs.Processes;
using Actors.Jobs.Queues;
using Actors.Jobs.Types;
using Actors.Persistence;

namespace Actors.Jobs;

/// <summary>The queues of one actor system, under <c>/user/queues</c>, and the way to them. Thread-safe.</summary>
public sealed partial class JobSystem : IJobs
{
    private static readonly EnqueueOptions NoOptions = new();

    private readonly ActorSystem _system;
    private readonly JobTypes _types;
    private readonly JobSystemOptions _options;
    private readonly SortedDictionary<string, QueueHandle> _queues = new(StringComparer.Ordinal);

    private JobSystem(ActorSystem system, JobSystemOptions options)
    {
        _system = system;
        _options = options;
        _types = new JobTypes(options.Json ?? JobTypes.DefaultJson);
        History = options.Shared?.History ?? options.History ?? throw new ArgumentException("Give the queues a Journal and a History, or a Shared store.", nameof(options));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Queues => [.. _queues.Keys];

    /// <inheritdoc/>
    public IHistory History { get; }

    /// <summary>Starts the queues; each recovers by itself, and takes jobs as soon as it has.</summary>
    /// <exception cref="JobTypeException">A handler or a job type cannot be used; the message lists every fault.</exception>
    public static async Task<JobSystem> StartAsync(ActorSystem system, JobSystemOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(options);
        var jobs = new JobSystem(system, options);
        await jobs.StartQueuesAsync(cancellationToken);
        return jobs;
    }

    /// <inheritdoc/>
    public async Task<JobId> EnqueueAsync<TJob>(
        TJob job, Action<EnqueueOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull
    {
        ArgumentNullException.ThrowIfNull(job);
        var (draft, queue, isChosenId) = Draft(job, configure);
        await EnqueueAsync(queue, [draft], isChosenId, cancellationToken);
        return draft.Id;
    }

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

        await EnqueueAsync(queue, drafts, isChosenId, cancellationToken);
        return ids;
    }

    /// <inheritdoc/>
    public async Task<JobStatus?> FindAsync(JobId id, CancellationToken cancellationToken = default)
    {
        // A job stays with its owner until its history is durable, so looking there second misses nothing.
        QueueUnavailableException? unknown = null;
        foreach (var (queue, handle) in _queues)
        {
            var found = await handle.Actor.AskAsync(new QueueMessage.GetJob(id), null, cancellationToken);
            if (found.Status is { } status)
            {
                return status;
            }

            unknown ??= found.Unknown is null ? null : new QueueUnavailableException(queue, found.Unknown);
        }

        return await FindFinishedAsync(id, cancellationToken) ?? (unknown is null ? null : throw unknown);
    }

    /// <inheritdoc/>
    public async Task<JobStatus> GetAsync(JobId id, CancellationToken cancellationToken = default) =>
        await FindAsync(id, cancellationToken) ?? throw new UnknownJobException(id);

    /// <inheritdoc/>
    public Task<JobStatus> CancelAsync(JobId id, string? reason = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(id, new QueueMessage.CancelJob(id, reason), cancellationToken);

    /// <inheritdoc/>
    public Task<JobStatus> RetryAsync(JobId id, CancellationToken cancellationToken = default) =>
        ChangeAsync(id, new QueueMessage.RetryJob(id), cancellationToken);

    /// <inheritdoc/>
    public Task<QueueStatus> GetQueueAsync(string queue, CancellationToken cancellationToken = default) =>
        Queue(queue).Actor.AskAsync(new QueueMessage.GetQueue(), null, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<QueueStatus>> GetQueuesAsync(CancellationToken cancellationToken = default) =>
        await Task.WhenAll(_queues.Keys.Select(queue => GetQueueAsync(queue, cancellationToken)));

    /// <summary>Runs jobs of a queue in this process until the token is cancelled, and then until those that run have ended.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="ready">Called when it takes jobs.</param>
    /// <param name="cancellationToken">Starts no more jobs; running ones may finish within the queue's stop-timeout, then they are cancelled.</param>
    /// <exception cref="QueueUnavailableException">The queue's journal cannot be used at present.</exception>
    public async Task ConsumeAsync(string queue, Action ready, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ready);
        var handle = Queue(queue);
        var actor = handle.Actor;
        if (!handle.Owned.IsCompleted && _options.Shared is not null)
        {
            using var owned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var consuming = ConsumeAsync(actor, ready, owned.Token);
            await Task.WhenAny(handle.Owned, consuming);
            await owned.CancelAsync();
            if (cancellationToken.IsCancellationRequested || !handle.Owned.IsCompleted)
            {
                await consuming;
                return;
            }

            // What runs goes on to its end while this process, the owner now, begins to take jobs for itself.
            actor = handle.Actor;
            await Task.WhenAll(consuming, ConsumeAsync(actor, ready, cancellationToken));
            return;
        }

        await ConsumeAsync(actor, ready, cancellationToken);
    }

    /// <summary>The owner of a queue, for tests that speak to it.</summary>
    internal IActorRef OwnerOf(string queue) => Queue(queue).Actor;

    private async Task ConsumeAsync(IActorRef actor, Action ready, CancellationToken cancellationToken)
    {
        var isStarted = false;
        try
        {
            await actor.AskAsync(new QueueMessage.StartConsuming(), Timeout.InfiniteTimeSpan, cancellationToken);
            isStarted = true;
            ready();
            await Task.Delay(Timeout.InfiniteTimeSpan, _system.TimeProvider, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop: what follows is how.
        }
        finally
        {
            if (isStarted)
            {
                await actor.AskAsync(new QueueMessage.StopConsuming(), Timeout.InfiniteTimeSpan, CancellationToken.None);
            }
            else
            {
                // The request to start may be in its mailbox yet; what it answers is of no interest.
                actor.Tell(new QueueMessage.StopConsuming());
            }
        }
    }

    private async Task StartQueuesAsync(CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        var handlers = new Dictionary<QueueDefinition, IReadOnlyDictionary<string, JobHandler>>();
        foreach (var definition in _options.Queues)
        {
            try
            {
                handlers.Add(definition, Check(definition, handlers.Keys));
            }
            catch (Exception fault) when (fault is JobTypeException or ArgumentException)
            {
                faults.Add($"Queue '{definition.Name}': {fault.Message}");
            }
        }

        if (faults.Count > 0)
        {
            throw new JobTypeException(string.Join(Environment.NewLine, faults));
        }

        if (_options.Shared is { } shared)
        {
            await StartSharedAsync(shared, handlers, cancellationToken);
            return;
        }

        var journal = _options.Journal ?? throw new ArgumentException("Give the queues a Journal and a History, or a Shared store.");
        foreach (var (name, actor) in await StartOwnersAsync(journal, null, handlers, cancellationToken))
        {
            _queues.Add(name, new QueueHandle(actor, handlers.Keys.First(definition => definition.Name == name).Options));
        }
    }

    private async Task<List<(string Queue, IActorRef Actor)>> StartOwnersAsync(
        IJournal journal,
        Neighbours? neighbours,
        Dictionary<QueueDefinition, IReadOnlyDictionary<string, JobHandler>> handlers,
        CancellationToken cancellationToken)
    {
        var journalActor = JournalActor.Of(_system, journal);
        var parent = _system.ActorOf(Props.Create<QueuesActor>(), "queues");
        var owners = new List<(string, IActorRef)>();
        foreach (var (definition, handlersByName) in handlers)
        {
            var consuming = new ConsumingSwitch();
            var props = Props.Create(() => new QueueActor(
                definition.Name, definition.Options, handlersByName, journal, journalActor, History, _options.Services, consuming,
                _options.EnqueueTimeout, neighbours)) with
            {
                QuarantineAfter = 0, // What a queue tells itself must go on coming, whatever the store does.
            };
            var started = await parent.AskAsync(new QueuesActor.Start(definition.Name, props), Timeout.InfiniteTimeSpan, cancellationToken);
            owners.Add((definition.Name, started.Actor));
        }

        return owners;
    }

    private Dictionary<string, JobHandler> Check(QueueDefinition definition, IEnumerable<QueueDefinition> before)
    {
        definition.Options.Validate();
        if (before.Any(other => other.Name == definition.Name))
        {
            throw new ArgumentException("there is a queue of this name already. Add each queue once.");
        }

        if (definition.Name.Length is 0 or > 100 || !definition.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw new ArgumentException("the name of a queue has 1 to 100 letters, digits, '-', '_' and '.'.");
        }

        var handlers = new Dictionary<string, JobHandler>(StringComparer.Ordinal);
        foreach (var type in definition.Handlers)
        {
            var handler = JobHandler.Create(type, _types, definition.Options, definition.HandlerOptions.GetValueOrDefault(type));
            if (!handlers.TryAdd(handler.Type.Name, handler))
            {
                throw new JobTypeException($"{type} handles '{handler.Type.Name}', which has a handler already. A queue has one handler for each job type.");
            }
        }

        return handlers;
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
        return (new JobDraft(id, type.Name, type.Version, payload, delay, options.DueTime), queue, options.ChosenId is not null);
    }

    private async Task EnqueueAsync(string queue, JobDraft[] drafts, bool isChosenId, CancellationToken cancellationToken)
    {
        var actor = Queue(queue).Actor;
        try
        {
            var added = isChosenId ? await NotTakenAsync(queue, drafts, cancellationToken) : drafts;
            if (added is not null)
            {
                // No timeout here: the queue answers every caller, whatever its journal does, and knows better when to give up.
                await actor.AskAsync(
                    new QueueMessage.Enqueue(added, drafts[0].Id), Timeout.InfiniteTimeSpan, cancellationToken);
            }
        }
        catch (ActorException cause) when (cause is ActorNotFoundException or AskFailedException)
        {
            throw new JobOutcomeUnknownException(drafts[0].Id, queue, cause);
        }
    }

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
            var found = await Queue(queue).Actor.AskAsync(
                new QueueMessage.GetJob(draft.Id), Timeout.InfiniteTimeSpan, cancellationToken);
            if (found.Unknown is not null)
            {
                throw new QueueUnavailableException(queue, found.Unknown);
            }

            if (found.Status is not null)
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

    /// <summary>Asks one queue after the other: the one that has the job changes it.</summary>
    private async Task<JobStatus> ChangeAsync(JobId id, IRequest<QueueMessage.JobFound> change, CancellationToken cancellationToken)
    {
        QueueUnavailableException? unknown = null;
        foreach (var (queue, handle) in _queues)
        {
            try
            {
                var found = await handle.Actor.AskAsync(change, Timeout.InfiniteTimeSpan, cancellationToken);
                if (found.Status is { } status)
                {
                    return status;
                }

                unknown ??= found.Unknown is null ? null : new QueueUnavailableException(queue, found.Unknown);
            }
            catch (ActorException cause) when (cause is ActorNotFoundException or AskFailedException)
            {
                throw JobOutcomeUnknownException.OfChange(id, queue, cause);
            }
        }

        return await FindFinishedAsync(id, cancellationToken) ?? throw (unknown is null ? new UnknownJobException(id) : unknown);
    }

    private async Task<JobStatus?> FindFinishedAsync(JobId id, CancellationToken cancellationToken) =>
        await History.FindAsync(id, cancellationToken) is { } finished
            ? new JobStatus(
                finished.Id,
                finished.Queue,
                finished.Type,
                finished.State,
                finished.Attempts,
                finished.EnqueuedAt,
                null,
                finished.FinishedAt,
                finished.Error)
            : null;

    private QueueHandle Queue(string queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return _queues.TryGetValue(queue, out var found) ? found : throw new UnknownQueueException(queue, _queues.Keys);
    }
}

/// <summary>What the queues of a system need.</summary>
public sealed record JobSystemOptions
{
    /// <summary>Where the queues keep their jobs; not when <see cref="Shared"/> is set.</summary>
    public IJournal? Journal { get; init; }

    /// <summary>Where finished jobs go; not when <see cref="Shared"/> is set.</summary>
    public IHistory? History { get; init; }

    /// <summary>The store of the queues, when other processes use it too.</summary>
    public ISharedStore? Shared { get; init; }

    /// <summary>Makes the handlers; when it can make scopes, each attempt has one of its own.</summary>
    public required IServiceProvider Services { get; init; }

    /// <summary>The queues.</summary>
    public required IReadOnlyList<QueueDefinition> Queues { get; init; }

    /// <summary>How arguments are written and read. Null takes the web defaults: camelCase, case-insensitive.</summary>
    public JsonSerializerOptions? Json { get; init; }

    /// <summary>How long an enqueue waits to be durable before its outcome is called unknown.</summary>
    /// <value>Default 30 s.</value>
    public TimeSpan EnqueueTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>One queue.</summary>
/// <param name="Name">Its name, which is also the name of its journal: it must not change while it holds jobs.</param>
/// <param name="Options">Its settings.</param>
/// <param name="Handlers">Classes that implement <see cref="IJobHandler{TJob}"/>, one for each job type that runs here.</param>
public sealed record QueueDefinition(string Name, QueueOptions Options, IReadOnlyList<Type> Handlers)
{
    /// <summary>What is different for some of the handlers.</summary>
    public IReadOnlyDictionary<Type, HandlerOptions> HandlerOptions { get; init; } = new Dictionary<Type, HandlerOptions>();
}
