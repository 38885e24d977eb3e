using System.Text.Json;
using Actors.Jobs.Processes;
using Actors.Jobs.Queues;
using Actors.Jobs.Schedules;
using Actors.Jobs.Telemetry;
using Actors.Jobs.Types;
using Actors.Jobs.Workers;
using Actors.Persistence;
using Microsoft.Extensions.Logging;

namespace Actors.Jobs;

/// <summary>The queues of one actor system, under <c>/user/queues</c>, and the way to them. Thread-safe.</summary>
public sealed partial class JobSystem : IJobs
{
    private const int MaxListed = 10;
    private static readonly EnqueueOptions NoOptions = new();

    private readonly ActorSystem _system;
    private readonly JobTypes _types;
    private readonly JobSystemOptions _options;
    private readonly SortedDictionary<string, QueueHandle> _queues = new(StringComparer.Ordinal);

    private readonly SortedDictionary<string, IReadOnlyDictionary<string, JobHandler>> _handlers = new(StringComparer.Ordinal);

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
        JobMetrics.Observe(jobs);
        return jobs;
    }

    /// <summary>What is wrong with the job types of these queues: types that share a name, classes that cannot be handlers, gaps between upcasters, jobs without a
    /// handler. Empty when they can be started.</summary>
    /// <param name="queues">The queues of one process.</param>
    /// <param name="json">As in <see cref="JobSystemOptions.Json"/>.</param>
    public static IReadOnlyList<string> FindTypeFaults(IEnumerable<QueueDefinition> queues, JsonSerializerOptions? json = null)
    {
        ArgumentNullException.ThrowIfNull(queues);
        var check = new TypeCheck(new JobTypes(json ?? JobTypes.DefaultJson));
        foreach (var queue in queues)
        {
            check.Check(queue);
        }

        return check.Faults;
    }

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
    /// <exception cref="InvalidOperationException">The queue is <see cref="QueueBuilder.EnqueueOnly"/> in this process.</exception>
    public async Task ConsumeAsync(string queue, Action ready, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ready);
        var handle = Queue(queue);
        if (_options.Queues.Any(definition => definition.Name == queue && definition.IsEnqueueOnly))
        {
            throw new InvalidOperationException($"Queue '{queue}' is enqueue-only in this process: its jobs run elsewhere. Leave out EnqueueOnly() to run them here.");
        }

        var execution = _executions[queue];
        execution.BeginHandling();
        try
        {
            await ConsumeAsync(handle, ready, cancellationToken);
        }
        finally
        {
            execution.EndHandling();
        }
    }

    /// <summary>In a shared store, by whichever process owns the queue.</summary>
    private async Task ConsumeAsync(QueueHandle handle, Action ready, CancellationToken cancellationToken)
    {
        var actor = handle.Actor;
        if (!handle.Owned.IsCompleted && _options.Shared is not null)
        {
            using var owned = new CancellationTokenSource();
            var consuming = ConsumeAsync(actor, ready, owned.Token, cancellationToken);
            await Task.WhenAny(handle.Owned, consuming);
            if (cancellationToken.IsCancellationRequested || !handle.Owned.IsCompleted)
            {
                await consuming;
                return;
            }

            await owned.CancelAsync();

            // What runs goes on to its end while this process, the owner now, begins to take jobs for itself.
            actor = handle.Actor;
            await Task.WhenAll(consuming, ConsumeAsync(actor, ready, CancellationToken.None, cancellationToken));
            return;
        }

        await ConsumeAsync(actor, ready, CancellationToken.None, cancellationToken);
    }

    /// <summary>The owner of a queue, for tests that speak to it.</summary>
    internal IActorRef OwnerOf(string queue) => Queue(queue).Actor;

    /// <param name="actor">The owner of the queue, or who speaks for it.</param>
    /// <param name="ready">Called when it has begun.</param>
    /// <param name="owned">This process is the owner now: what runs goes on to its end without a limit, but takes nothing more.</param>
    /// <param name="cancellationToken">Ends it, within the stop timeout of the queue.</param>
    private async Task ConsumeAsync(IActorRef actor, Action ready, CancellationToken owned, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(owned, cancellationToken);
        var isStarted = false;
        try
        {
            await actor.AskAsync(new QueueMessage.StartConsuming(), Timeout.InfiniteTimeSpan, ended.Token);
            isStarted = true;
            ready();
            await Task.Delay(Timeout.InfiniteTimeSpan, _system.TimeProvider, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Told to stop: what follows is how.
        }
        finally
        {
            if (isStarted)
            {
                var goesOn = !cancellationToken.IsCancellationRequested;
                var stopped = actor.AskAsync(new QueueMessage.StopConsuming(goesOn), Timeout.InfiniteTimeSpan, CancellationToken.None);
                await using var limit = goesOn ? cancellationToken.Register(() => actor.Tell(new QueueMessage.StopConsuming())) : default;
                await stopped;
            }
            else
            {
                // The request to start may be in its mailbox yet; what it answers is of no interest.
                actor.Tell(new QueueMessage.StopConsuming());
            }
        }
    }

    /// <summary>Runs a job here and now with its handler, without a queue: nothing is stored, retried or limited. For tests.</summary>
    /// <param name="job">The job. Its arguments are written and read as if they had been stored.</param>
    /// <param name="cancellationToken">What the handler gets.</param>
    /// <returns>What the handler has answered; <see cref="JobResult.Success"/> when it just returned. What it throws is thrown.</returns>
    /// <exception cref="JobTypeException">No queue has a handler for it.</exception>
    public Task<JobResult> RunInlineAsync<TJob>(TJob job, CancellationToken cancellationToken = default)
        where TJob : notnull
    {
        ArgumentNullException.ThrowIfNull(job);
        var type = _types.Get(job.GetType());
        var queue = _handlers.Keys.FirstOrDefault(name => _handlers[name].ContainsKey(type.Name))
            ?? throw new JobTypeException($"No queue has a handler for '{type.Name}' ({type.ClrType}). Add one with AddHandler.");
        var granted = new GrantedJob(
            0,
            0,
            JobId.Create(_system.TimeProvider, _system.Random),
            _handlers[queue][type.Name],
            1,
            _system.TimeProvider.GetUtcNow(),
            type.Version,
            type.Serialize(job));
        return new JobExecutor(_executions[queue], _system, _system.LoggerFactory.CreateLogger($"Actors.{_system.Name}.user.queues.{queue}"))
            .RunInlineAsync(granted, cancellationToken);
    }

    private async Task StartQueuesAsync(CancellationToken cancellationToken)
    {
        var check = new TypeCheck(_types);
        var faults = new List<string>();
        foreach (var definition in _options.Queues)
        {
            faults.AddRange(FindFaults(definition));
            faults.AddRange(FindMiddlewareFaults(definition));
            check.Check(definition);
        }

        faults.AddRange(check.Faults);
        if (faults.Count > 0)
        {
            throw new JobTypeException(string.Join(Environment.NewLine, faults));
        }

        foreach (var (definition, handlers) in check.Handlers)
        {
            _handlers.Add(definition.Name, handlers);
            AddExecution(definition);
        }

        WarnOfUnhandled();
        _declaredSchedules = ResolveSchedules(_options.Schedules ?? []);
        _schedules = _options.Schedules is null ? null : new SchedulesClient(this);
        if (_options.Shared is { } shared)
        {
            await StartSharedAsync(shared, check.Handlers, cancellationToken);
            return;
        }

        var journal = _options.Journal ?? throw new ArgumentException("Give the queues a Journal and a History, or a Shared store.");
        foreach (var (name, actor) in await StartOwnersAsync(journal, null, check.Handlers, cancellationToken))
        {
            _queues.Add(name, new QueueHandle(actor, check.Handlers.Keys.First(definition => definition.Name == name).Options));
        }

        await StartSchedulesAsync(journal);
    }

    private async Task<List<(string Queue, IActorRef Actor)>> StartOwnersAsync(
        IJournal journal,
        Neighbours? neighbours,
        IReadOnlyDictionary<QueueDefinition, IReadOnlyDictionary<string, JobHandler>> handlers,
        CancellationToken cancellationToken)
    {
        var journalActor = JournalActor.Of(_system, journal);
        var begun = _options.Shared?.BegunAttemptsOf(InboxMessage.Owner) ?? _options.BegunAttempts;
        var names = handlers.Keys.Select(definition => definition.Name).ToHashSet(StringComparer.Ordinal);
        var setups = handlers.Select(pair => new QueueSetup(
            pair.Key.Name,
            _queues.TryGetValue(pair.Key.Name, out var known) ? known.Options : pair.Key.Options,
            pair.Value,
            History,
            _options.Services,
            begun?.Open(pair.Key.Name, QueueOptions.MostWorkers) ?? new UnknownBegun(),
            _options.EnqueueTimeout,
            neighbours)
        {
            Execution = _executions[pair.Key.Name],
            Queues = names,
        }).ToList();
        _ownedSetups = setups;

        // After a crash nothing runs before it is known what must run alone.
        string[] awaited = setups.Exists(setup => setup.Begun.Left is not { Count: 0 }) ? [.. setups.Select(setup => setup.Name)] : [];
        var parent = _system.ActorOf(Props.Create(() => new QueuesActor(awaited)), "queues");
        var owners = new List<(string, IActorRef)>();
        try
        {
            await StartAllAsync();
            return owners;
        }
        catch
        {
            await parent.GracefulStopAsync(Timeout.InfiniteTimeSpan, cancellationToken: CancellationToken.None);
            throw;
        }

        async Task StartAllAsync()
        {
            foreach (var setup in setups)
            {
                var props = Props.Create(() => new QueueActor(setup, journal, journalActor)) with
                {
                    QuarantineAfter = 0, // What a queue tells itself must go on coming, whatever the store does.
                };
                var started = await parent.AskAsync(new QueuesActor.Start(setup.Name, props), Timeout.InfiniteTimeSpan, cancellationToken);
                owners.Add((setup.Name, started.Actor));
            }
        }
    }

    private IEnumerable<string> FindFaults(QueueDefinition definition)
    {
        string? fault = null;
        try
        {
            definition.Options.Validate();
            foreach (var options in definition.HandlerOptions.Values)
            {
                options.Validate();
            }
        }
        catch (ArgumentException cause)
        {
            fault = cause.Message;
        }

        if (fault is not null)
        {
            yield return $"Queue '{definition.Name}': {fault}";
        }

        if (_options.Queues.First(other => other.Name == definition.Name) != definition)
        {
            yield return $"Queue '{definition.Name}': there is a queue of this name already. Add each queue once.";
        }

        if (definition.Name.Length is 0 or > 100 || !definition.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            yield return $"Queue '{definition.Name}': the name of a queue has 1 to 100 letters, digits, '-', '_' and '.'.";
        }
    }

    private void WarnOfUnhandled()
    {
        var logger = _system.LoggerFactory.CreateLogger($"Actors.{_system.Name}.user.queues");
        foreach (var definition in _options.Queues.Where(definition => !definition.IsEnqueueOnly))
        {
            if (TypeCheck.Unhandled(definition) is { Count: > 0 } unhandled)
            {
                Log.NoHandlers(
                    logger,
                    definition.Name,
                    string.Join(", ", unhandled.Take(MaxListed)) + (unhandled.Count > MaxListed ? $" and {unhandled.Count - MaxListed} more" : ""));
            }
        }
    }

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

    /// <summary>Classes that implement <see cref="IJobMiddleware"/>, around the handlers of all queues and outside the middleware of each, outermost first.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<Type> Middleware { get; init; } = [];

    /// <summary>The durable schedules that code and configuration declare. One that was declared before and is not any more is retired.</summary>
    /// <value>Default null: there are no schedules at all. Empty: there may be some that were added at run time.</value>
    public IReadOnlyList<ScheduleDefinition>? Schedules { get; init; }

    /// <summary>How much the schedules write before they are written anew and what is older is deleted, in bytes. Small in tests only.</summary>
    internal long SchedulesSweepBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Where begun attempts are noted, so that a job which brings the process down is found.</summary>
    /// <value>Default null: after a crash every job that was granted counts as begun, and runs alone before all others.</value>
    public IBegunAttempts? BegunAttempts { get; init; }

    /// <summary>Called with each job that has become durable by a call of this process, for tests and tracing. Must not throw.</summary>
    public Action<EnqueuedJob>? OnEnqueued { get; init; }

    /// <summary>How arguments are written and read. Null takes the web defaults: camelCase, case-insensitive.</summary>
    public JsonSerializerOptions? Json { get; init; }

    /// <summary>How long an enqueue waits to be durable before its outcome is called unknown.</summary>
    /// <value>Default 30 s.</value>
    public TimeSpan EnqueueTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
