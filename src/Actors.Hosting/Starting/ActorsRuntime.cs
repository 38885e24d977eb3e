using Actors.Hosting.Adopting;
using Actors.Hosting.Ending;
using Actors.Hosting.Management;
using Actors.Hosting.Registering;
using Actors.Hosting.Settings;
using Actors.Jobs;
using Actors.Persistence;
using Actors.Services;
using Actors.Sql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Actors.Hosting.Starting;

/// <summary>The actor system of a host while it lives: made from builder and configuration, started in order, stopped in reverse.</summary>
internal sealed class ActorsRuntime : IAsyncDisposable
{
    private readonly ActorsBuilder _builder;
    private readonly IServiceProvider _provider;
    private readonly Dictionary<Type, IActorRef> _actors = [];
    private readonly Lazy<Task> _stopping;
    private readonly Dictionary<string, string?> _configured;
    private readonly string _contentRoot;
    private IAsyncDisposable? _store;
    private ConfigurationWatch? _watch;
    private bool _isAbandoned;

    public ActorsRuntime(ActorsBuilder builder, IServiceProvider provider)
    {
        _builder = builder;
        _provider = provider;
        _stopping = new Lazy<Task>(StopOnceAsync);
        var options = new ActorSystemOptions
        {
            LoggerFactory = provider.GetRequiredService<ILoggerFactory>(),
            TimeProvider = provider.GetRequiredService<TimeProvider>(),
            UserStrategy = new OneForOneStrategy(decider: Decide),
        };
        builder.SystemSetup?.Invoke(options);
        Configuration = provider.GetRequiredService<IConfiguration>();
        _contentRoot = provider.GetService<IHostEnvironment>()?.ContentRootPath ?? Environment.CurrentDirectory;
        _configured = ConfigurationWatch.Flatten(Configuration);
        Snapshot = SettingsSnapshot.Of(ActorsSettings.Read(builder, Configuration, options, builder.Persistence, _contentRoot), Configuration);
        System = ActorSystem.Create(builder.Name, options);
    }

    public IConfiguration Configuration { get; }

    /// <summary>The settings in use.</summary>
    public ActorsSettings Settings => Snapshot.Settings;

    public SettingsSnapshot Snapshot { get; private set; }

    public Adoption Adoption => new(_builder.Adopted, _builder.AdoptsHostedServices);

    public ActorSystem System { get; }

    public JobSystem? Jobs { get; private set; }

    public IServices? Services { get; private set; }

    /// <summary>Remembers services that were registered and are to be kept; null when there is no store of this process's own, or nothing that could be kept.</summary>
    public IActorRef? Kept { get; private set; }

    public string Name => _builder.Name;

    public ActorsBuilder Builder => _builder;

    /// <summary>Whether it was told to stop, so that its end is no surprise.</summary>
    public bool IsStopping => _stopping.IsValueCreated;

    /// <summary>Services whose code did not end when they were told to, and still ran when everything else had stopped.</summary>
    public IReadOnlyList<string> Abandoned { get; private set; } = [];

    /// <summary>Store, queues, actors, services: each needs those before it.</summary>
    public async Task StartAsync(ILogger logger, CancellationToken cancellationToken)
    {
        if (Settings.HasStore)
        {
            var queues = await OpenStoreAsync(logger, cancellationToken);
            if (Settings.Queues.Count > 0)
            {
                Jobs = await JobSystem.StartAsync(System, queues, cancellationToken);
            }
        }

        if (_builder.ServiceTypeEntries.Count > 0 && Settings is { HasStore: true, Sqlite: null or { IsShared: false } })
        {
            Kept = System.ActorOf(Props.Create<KeptServices>(), KeptServices.Name);
        }

        foreach (var entry in _builder.ActorEntries)
        {
            _actors[entry.Type] = System.ActorOf(entry.Props(_provider), entry.Name);
        }

        Services = System.StartServices(
            [.. Settings.Queues.Where(queue => !queue.IsEnqueueOnly).Select(Consumer), .. Settings.Services], _provider, Settings.Groups);
        await new ServiceTypes(this).RestoreAsync(Services, logger, cancellationToken);
        _watch = new ConfigurationWatch(this, Configuration, _configured, _contentRoot, logger);
    }

    /// <summary>Other settings have been applied to what runs. Which services there are stays as it is until an update.</summary>
    public void OnReconfigured(ActorsSettings settings)
    {
        if (_provider.GetService<IOptions<HostOptions>>() is { } host)
        {
            ShutdownTimeoutSetup.Extend(host.Value, settings); // A stop may take longer than at the start.
        }
    }

    /// <summary>Once, however often it is called: the host stops what it started, and the container disposes of it.</summary>
    public Task StopAsync() => _stopping.Value;

    public IActorRef Actor(Type type) => _actors.TryGetValue(type, out var actor)
        ? actor
        : throw new InvalidOperationException(
            _builder.ActorEntries.Any(entry => entry.Type == type)
                ? $"Actor '{type.Name}' is not started yet: actors start with the host. Use it in a request, a service or a job, or after app.StartAsync()."
                : $"There is no actor '{type.Name}'. Add it with actors.AddActor<{type.Name}>(\"…\").");

    /// <summary>Reads settings of the same program, as they are now. Those of the system itself are checked, and have no effect.</summary>
    /// <exception cref="ActorsConfigurationException">With every fault.</exception>
    public ActorsSettings ReadAgain(IConfiguration configuration) =>
        ActorsSettings.Read(_builder, configuration, new ActorSystemOptions(), new PersistenceOptions(), _contentRoot);

    /// <summary>From now on these are in use: their services are the ones that run.</summary>
    public void TakeUp(SettingsSnapshot settings)
    {
        Snapshot = settings;

        // The host looks at its limit when it stops; what was added may need longer.
        new ShutdownTimeoutSetup(this).PostConfigure(null, _provider.GetRequiredService<IOptions<HostOptions>>().Value);
    }

    /// <summary>These keys, as paths with dots, have been taken up while everything went on; an update need not do it again.</summary>
    public void NoteTakenUp(IEnumerable<string> paths, IReadOnlyDictionary<string, string?> values)
    {
        var keys = new Dictionary<string, string?>(Snapshot.Keys, StringComparer.OrdinalIgnoreCase);
        foreach (var path in paths)
        {
            var key = path.Replace('.', ':');
            if (values.TryGetValue(path, out var value))
            {
                keys[key] = value;
            }
            else
            {
                keys.Remove(key);
            }
        }

        Snapshot = Snapshot with { Keys = keys };
    }

    /// <summary>Nobody waits any longer for the end of the stop that was begun.</summary>
    public void Abandon() => _isAbandoned = true;

    public async ValueTask DisposeAsync()
    {
        if (!_isAbandoned)
        {
            await StopAsync();
        }
    }

    /// <summary>Who escalates at the end of its restarts has nobody above but the host: the process ends, for its own supervisor to start it afresh.</summary>
    private static Directive Decide(Exception cause) =>
        cause is RestartLimitException ? Directive.Escalate : SupervisorStrategy.DefaultDecider(cause);

    private async Task<JobSystemOptions> OpenStoreAsync(ILogger logger, CancellationToken cancellationToken)
    {
        var queues = new JobSystemOptions { Services = _provider, Queues = Settings.Queues, Schedules = Settings.Schedules, Json = _builder.JobJson, Middleware = _builder.JobMiddleware };
        switch (Settings.Sqlite)
        {
            case null:
                var journal = new InMemoryJournal();
                System.StartPersistence(journal, new InMemorySnapshotStore(), _builder.Persistence);
                return queues with { Journal = journal, History = new InMemoryHistory(), BegunAttempts = new InMemoryBegunAttempts() };
            case { IsShared: true } options:
                var shared = await SqliteSharedStore.JoinAsync(options, logger, System.TimeProvider, cancellationToken);
                _store = shared;
                return queues with { Shared = shared };
            case var options:
                var store = await SqliteStore.OpenAsync(options, logger, System.TimeProvider, cancellationToken);
                _store = store;
                System.StartPersistence(store.Journal, store.Snapshots, _builder.Persistence);
                return queues with { Journal = store.Journal, History = store.History, BegunAttempts = store.BegunAttempts };
        }
    }

    /// <summary>A queue is consumed by a service, so that it can be stopped, started and looked at like any other.</summary>
    private ServiceDefinition Consumer(QueueDefinition queue) => ServiceDefinition.Service(
        queue.Name,
        (context, cancellationToken) => Jobs!.ConsumeAsync(queue.Name, context.Ready, cancellationToken), // Started before the services.
        Settings.Consumers[queue.Name]);

    private async Task StopOnceAsync()
    {
        _watch?.Dispose();
        Jobs?.NoteStopping();
        try
        {
            if (Services is not null && !System.WhenTerminated.IsCompleted)
            {
                Abandoned = [.. (await Services.StopAsync()).Where(service => service.Abandoned > 0).Select(service => service.Name)];
            }
        }
        catch (ActorException)
        {
            // The system has ended by itself, and the services with it.
        }

        await System.TerminateAsync();
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }
}
