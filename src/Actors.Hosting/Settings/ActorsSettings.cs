using Actors.Hosting.Management;
using Actors.Hosting.Registering;
using Actors.Hosting.Systemd;
using Actors.Jobs;
using Actors.Persistence;
using Actors.Services;
using Actors.Sql;
using Microsoft.Extensions.Configuration;

namespace Actors.Hosting.Settings;

/// <summary>What the builder and the configuration together say; complete and checked.</summary>
internal sealed class ActorsSettings
{
    public const string Section = "actors";
    private const string Jobs = "jobs";
    private static readonly string[] Subsections = ["store", "services", "processes", "urls", "groups", "queues", "schedules", "persistence", "systemd", "management"];
    private static readonly string[] Stores = ["sqlite"];
    private static readonly string[] ReservedActors = [ServicesExtensions.GuardianName, "queues", "schedules", KeptServices.Name];

    private readonly ActorsBuilder _builder;
    private readonly SettingReader _reader;
    private readonly List<QueueDefinition> _queues = [];
    private readonly List<ServiceDefinition> _services = [];
    private readonly List<ServiceGroup> _groups = [];
    private readonly List<ScheduleDefinition> _schedules = [];
    private readonly Dictionary<string, ServiceOptions> _consumers = [];
    private readonly Dictionary<string, string> _sections = new(StringComparer.Ordinal);

    private ActorsSettings(ActorsBuilder builder, SettingReader reader)
    {
        _builder = builder;
        _reader = reader;
    }

    /// <summary>The store; null keeps everything in memory.</summary>
    public SqliteStoreOptions? Sqlite { get; private set; }

    /// <summary>Whether there is a store, in a file or in memory.</summary>
    public bool HasStore => Sqlite is not null || _builder.IsInMemory;

    /// <summary>What systemd is told.</summary>
    public SystemdOptions Systemd { get; } = new();

    /// <summary>The path of the socket for commands; null when there is none.</summary>
    public string? ManagementSocket { get; private set; }

    public IReadOnlyList<ServiceDefinition> Services => _services;

    public IReadOnlyList<ServiceGroup> Groups => _groups;

    /// <summary>All services, those that consume queues included. The bodies of these are not here.</summary>
    public IEnumerable<ServiceDefinition> All =>
        _consumers.Select(consumer => ServiceDefinition.Service(consumer.Key, static (_, _) => Task.CompletedTask, consumer.Value)).Concat(_services);

    /// <summary>The section of the configuration that a service has its settings from, by the name of the service.</summary>
    public IReadOnlyDictionary<string, string> Sections => _sections;

    public IReadOnlyList<QueueDefinition> Queues => _queues;

    public IReadOnlyList<ScheduleDefinition> Schedules => _schedules;

    /// <summary>The options of the services that consume the queues, by queue.</summary>
    public IReadOnlyDictionary<string, ServiceOptions> Consumers => _consumers;

    /// <param name="builder">What the code says.</param>
    /// <param name="configuration">What the configuration says, which wins.</param>
    /// <param name="system">Gets the settings of the system itself.</param>
    /// <param name="persistence">Gets the settings of persistent actors.</param>
    /// <param name="contentRoot">Where relative paths begin.</param>
    /// <exception cref="ActorsConfigurationException">With every fault.</exception>
    public static ActorsSettings Read(ActorsBuilder builder, IConfiguration configuration, ActorSystemOptions system, PersistenceOptions persistence, string contentRoot)
    {
        var reader = new SettingReader(configuration);
        var section = configuration.GetSection(Section);
        reader.Read(section, system, SettingTables.System, Subsections);
        reader.CheckRanges(section, system, SettingTables.System, system.Validate, new());
        var settings = new ActorsSettings(builder, reader);
        settings.ReadStore(section.GetSection("store"), contentRoot);
        settings.ReadPersistence(section.GetSection("persistence"), persistence);
        settings.ReadOperations(section, contentRoot);
        settings.ReadQueues(section.GetSection("queues"));
        settings.ReadSchedules(section.GetSection("schedules"));
        settings.ReadServices(section.GetSection("services"));
        settings.ReadProcesses(section.GetSection("processes"), contentRoot);
        settings.ReadUrls(section.GetSection("urls"));
        settings.CheckDependencies();
        settings.ReadGroups(section.GetSection("groups"));
        settings.CheckActors();
        return reader.Faults.Count > 0 ? throw new ActorsConfigurationException(reader.Faults) : settings;
    }

    private void ReadStore(IConfigurationSection section, string contentRoot)
    {
        _reader.Read<ActorsBuilder>(section, _builder, [], Stores);
        if ((section["sqlite"] is { Length: > 0 } configured ? configured : _builder.Sqlite) is { } connectionString)
        {
            _reader.Check(() => Sqlite = SqliteStoreOptions.Parse(connectionString).BeginningAt(contentRoot));
        }
        else if (_builder.QueueEntries.Count > 0 && !_builder.IsInMemory)
        {
            _reader.AddFault(
                $"Queue '{_builder.QueueEntries[0].Name}' needs a store for its jobs: call UseSqlite(\"Data Source={_builder.Name}.db\"), set " +
                "'actors.store.sqlite', or call UseInMemoryStore() if they may be lost.");
        }
    }

    private void ReadPersistence(IConfigurationSection section, PersistenceOptions options)
    {
        _reader.Read(section, options, SettingTables.Persistence);
        _reader.CheckRanges(section, options, SettingTables.Persistence, options.Validate, new());
        if (_builder.ActorEntries.FirstOrDefault(entry => entry.Type.IsAssignableTo(typeof(PersistentActor))) is not { } actor)
        {
            return;
        }

        if (!HasStore)
        {
            _reader.AddFault(
                $"Actor '{actor.Name}' is a persistent one and needs a store for its events: call UseSqlite(\"Data Source={_builder.Name}.db\"), set " +
                "'actors.store.sqlite', or call UseInMemoryStore() if they may be lost.");
        }
        else if (Sqlite?.IsShared == true)
        {
            _reader.AddFault(
                $"Actor '{actor.Name}' is a persistent one, and a store with Shared=true is for queues: its other files belong to one process at a time, which may be " +
                "another one. Leave Shared=true out.");
        }
    }

    private void ReadOperations(IConfigurationSection section, string contentRoot)
    {
        _reader.Read(section.GetSection("systemd"), Systemd, SettingTables.Systemd);
        _reader.CheckRanges(section.GetSection("systemd"), Systemd, SettingTables.Systemd, Systemd.Validate, new());
        var management = new ManagementOptions { Socket = _builder.ManagementSocket };
        _reader.Read(section.GetSection("management"), management, SettingTables.Management);
        ManagementSocket = SocketPath.Of(management.Socket, _builder.Name, contentRoot);
        if (ManagementSocket is not null && SocketPath.FindFault(ManagementSocket) is { } fault)
        {
            _reader.AddFault(fault);
        }
    }

    private void ReadQueues(IConfigurationSection section)
    {
        _reader.RefuseUnknown(section, "queue", [.. _builder.QueueEntries.Select(queue => queue.Name)]);
        foreach (var entry in _builder.QueueEntries)
        {
            if (_queues.Any(queue => queue.Name == entry.Name))
            {
                _reader.AddFault($"Queue '{entry.Name}' is added twice. Add it once, with all its handlers.");
                continue;
            }

            var options = entry.Options.Copy();
            _reader.Read(section.GetSection(entry.Name), options, SettingTables.Queue, Jobs);
            _reader.CheckRanges(section.GetSection(entry.Name), options, SettingTables.Queue, options.Validate, new());
            var handlers = ReadHandlers(section.GetSection(entry.Name).GetSection(Jobs), entry, options);
            _queues.Add(entry.Build() with { Options = options, HandlerOptions = handlers });
        }

        foreach (var fault in JobSystem.FindTypeFaults(_queues, _builder.JobJson))
        {
            _reader.AddFault(fault);
        }
    }

    private Dictionary<Type, HandlerOptions> ReadHandlers(IConfigurationSection section, QueueBuilder queue, QueueOptions queueOptions)
    {
        if (!queue.IsEnqueueOnly)
        {
            // Who only enqueues need not have the handlers, and may share the file of those that do.
            _reader.RefuseUnknown(section, $"handler in queue '{queue.Name}' for job", [.. queue.JobNames]);
        }

        var inCode = queue.JobNames.ToDictionary(name => name, queue.OptionsOf);
        var read = queue.Build().HandlerOptions.ToDictionary(handler => handler.Key, handler => handler.Value.Copy());
        foreach (var name in queue.JobNames.Where(name => section.GetSection(name).Exists()))
        {
            var options = read[queue.Build().HandlerOptions.First(handler => ReferenceEquals(handler.Value, inCode[name])).Key];
            if (section.GetSection(name).GetSection("retry").Exists())
            {
                // What is left out is as in the queue.
                options.Backoff ??= queueOptions.Retry.Backoff with { };
            }

            _reader.Read(section.GetSection(name), options, SettingTables.Handler);
            _reader.CheckRanges(section.GetSection(name), options, SettingTables.Handler, options.Validate, new());
        }

        return read;
    }

    private void ReadSchedules(IConfigurationSection section)
    {
        foreach (var entry in _builder.ScheduleEntries)
        {
            var settings = new ScheduleSettings(entry.Schedule, entry.Options with { });
            _reader.Read(section.GetSection(entry.Name), settings, SettingTables.Schedule);
            if (settings.Job is not null)
            {
                _reader.AddFault($"Schedule '{entry.Name}' has its job from the code; leave out 'actors.schedules.{entry.Name}.job'.");
            }

            _schedules.Add(entry.With(settings.Text ?? entry.Schedule, settings.Options));
        }

        foreach (var child in section.GetChildren().Where(child => _builder.ScheduleEntries.All(entry => !SettingName.IsSame(entry.Name, child.Key))))
        {
            var settings = new ScheduleSettings(null, new ScheduleOptions());
            _reader.Read(child, settings, SettingTables.Schedule);
            if (settings is { Text: { } text, Job: { } job })
            {
                _schedules.Add(ScheduleDefinition.Named(child.Key, text, job, settings.Args, settings.Options, isConfigured: true));
            }
            else
            {
                _reader.AddFault(
                    $"Schedule '{child.Key}' is not added in the code, so 'actors.schedules.{child.Key}' must say both: schedule = \"daily at 08:00\" and job = the name of a job.");
            }
        }

        foreach (var fault in JobSystem.FindScheduleFaults(_schedules, _queues, _builder.JobJson))
        {
            _reader.AddFault(fault);
        }
    }

    private void ReadServices(IConfigurationSection section)
    {
        _reader.RefuseUnknown(
            section, "service", [.. _queues.Select(queue => queue.Name), .. _builder.ServiceEntries.Select(service => service.Name)]);
        foreach (var queue in _queues)
        {
            ReadConsumer(section.GetSection(queue.Name), queue);
        }

        foreach (var entry in _builder.ServiceEntries)
        {
            if (_services.Any(service => service.Name == entry.Name))
            {
                _reader.AddFault($"Service '{entry.Name}' is added twice. Give one of the two another name.");
                continue;
            }

            if (_queues.Exists(queue => queue.Name == entry.Name))
            {
                _reader.AddFault($"'{entry.Name}' is the name of a service and of a queue, whose consumer is a service of that name. Rename one of them.");
                continue;
            }

            _sections[entry.Name] = section.GetSection(entry.Name).Path;
            var options = entry.Options.Copy();
            _reader.Read(section.GetSection(entry.Name), options, SettingTables.Service);
            if (_reader.CheckRanges(section.GetSection(entry.Name), options, SettingTables.Service, () => options.Restart?.Validate(), new()))
            {
                _reader.Check(() => _services.Add(entry.Define(options)), section.GetSection(entry.Name));
            }
        }
    }

    /// <summary>Those of the code, and those that the configuration alone declares.</summary>
    private void ReadProcesses(IConfigurationSection section, string contentRoot)
    {
        List<ActorsBuilder.ProcessEntry> entries = [.. _builder.ProcessEntries.Select(entry => entry.Copy())];
        foreach (var child in section.GetChildren().Where(child => !entries.Exists(entry => IsNamed(entry.Name, child))))
        {
            entries.Add(new ActorsBuilder.ProcessEntry(child.Key));
        }

        foreach (var entry in entries)
        {
            var child = section.GetSection(entry.Name);
            _reader.Read(child, entry, SettingTables.Process, ProcessSection.Keys);
            if (!_reader.Check(() => ProcessSection.Read(child, entry.Process, contentRoot), child)
                || !_reader.CheckRanges(child, entry, SettingTables.Process, entry.Service.Restart.Validate, new(entry.Name)))
            {
                continue;
            }

            _reader.Check(() =>
            {
                foreach (var definition in ServiceDefinition.Processes(entry.Name, entry.Process, entry.Service))
                {
                    if (_services.Exists(service => service.Name == definition.Name) || _consumers.ContainsKey(definition.Name))
                    {
                        _reader.AddFault($"Process '{definition.Name}' has the name of another service. Give one of the two another name.");
                        return;
                    }

                    _services.Add(definition);
                    _sections[definition.Name] = child.Path;
                }
            }, child);
        }
    }

    /// <summary>As sections are found: without regard to case.</summary>
    private static bool IsNamed(string name, IConfigurationSection section) => string.Equals(name, section.Key, StringComparison.OrdinalIgnoreCase);

    /// <summary>Those of the code, and those that the configuration alone declares.</summary>
    private void ReadUrls(IConfigurationSection section)
    {
        List<ActorsBuilder.UrlEntry> entries = [.. _builder.UrlEntries.Select(entry => entry.Copy())];
        entries.AddRange(section.GetChildren().Where(child => !entries.Exists(entry => IsNamed(entry.Name, child))).Select(child => new ActorsBuilder.UrlEntry(child.Key)).ToList());
        foreach (var entry in entries)
        {
            var child = section.GetSection(entry.Name);
            _reader.Read(child, entry, SettingTables.Url, UrlSection.Keys);
            if (!_reader.Check(() => UrlSection.Read(child, entry.Url), child) || !_reader.CheckRanges(child, entry, SettingTables.Url, entry.Service.Restart.Validate, new(entry.Name)))
            {
                continue;
            }

            if (_services.Exists(service => service.Name == entry.Name) || _consumers.ContainsKey(entry.Name))
            {
                _reader.AddFault($"URL '{entry.Name}' has the name of another service. Give one of the two another name.");
                continue;
            }

            _reader.Check(() => _services.Add(ServiceDefinition.Url(entry.Name, entry.Url, entry.Service)), child);
            _sections[entry.Name] = child.Path;
        }
    }

    private void CheckDependencies()
    {
        foreach (var fault in ServicesExtensions.FindDependencyFaults(
            [.. _consumers.Select(consumer => (consumer.Key, consumer.Value.DependsOn)), .. _services.Select(service => (service.Name, service.Options.DependsOn))]))
        {
            _reader.AddFault(fault);
        }
    }

    /// <summary>Those of the code, and those that the configuration alone declares.</summary>
    private void ReadGroups(IConfigurationSection section)
    {
        foreach (var entry in _builder.GroupEntries
            .Concat(section.GetChildren().Where(child => !_builder.GroupEntries.Any(known => IsNamed(known.Name, child))).Select(child => new ActorsBuilder.GroupEntry(child.Key))))
        {
            var child = section.GetSection(entry.Name);
            var read = entry with { };
            _reader.Read(child, read, SettingTables.Group);
            _reader.Check(() => _groups.Add(new ServiceGroup(read.Name, read.Strategy, read.Services)), child);
        }

        foreach (var fault in ServicesExtensions.FindGroupFaults(_groups, _consumers.Keys.Concat(_services.Select(service => service.Name))))
        {
            _reader.AddFault(fault);
        }
    }

    private void ReadConsumer(IConfigurationSection section, QueueDefinition queue)
    {
        var options = new ServiceOptions
        {
            AwaitsReady = true,

            // The queue itself gives its jobs their time; the service waits a little longer than that.
            StopTimeout = queue.Options.StopTimeout + TimeSpan.FromSeconds(5),
        };
        _reader.Read(section, options, SettingTables.Service);
        if (_reader.CheckRanges(section, options, SettingTables.Service, options.Restart.Validate, new()))
        {
            _reader.Check(() => ServiceDefinition.Service(queue.Name, (_, _) => Task.CompletedTask, options), section);
        }

        if (queue.IsEnqueueOnly)
        {
            return;
        }

        _consumers.Add(queue.Name, options);
        _sections[queue.Name] = section.Path;
    }

    private void CheckActors()
    {
        foreach (var name in _builder.ActorEntries.GroupBy(entry => entry.Name).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            _reader.AddFault($"Actor '{name}' is added twice. Give one of the two another name.");
        }

        foreach (var type in _builder.ActorEntries.GroupBy(entry => entry.Type).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            _reader.AddFault($"Two actors have the class '{type.Name}', so IRequiredActor<{type.Name}> could mean either. Derive a class for one of them.");
        }

        foreach (var entry in _builder.ActorEntries.Where(entry => ReservedActors.Contains(entry.Name)))
        {
            _reader.AddFault($"Actor '{entry.Name}' cannot have this name: /user/{entry.Name} belongs to the framework. Rename it.");
        }
    }
}
