using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Actors.Hosting.Adopting;
using Actors.Hosting.Management;
using Actors.Hosting.Settings;
using Actors.Jobs;
using Actors.Persistence;
using Actors.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting;

/// <summary>Says what an actor system consists of. Settings made here are overridden by the section <c>actors</c> of the configuration.</summary>
public sealed partial class ActorsBuilder
{
    private readonly List<ServiceEntry> _services = [];
    private readonly List<ProcessEntry> _processes = [];
    private readonly List<UrlEntry> _urls = [];
    private readonly List<GroupEntry> _groups = [];
    private readonly List<QueueBuilder> _queues = [];
    private readonly List<ScheduleDefinition> _schedules = [];
    private readonly List<ActorEntry> _actors = [];
    private readonly List<(string Name, Type Type)> _adopted = [];

    internal ActorsBuilder(string name, IServiceCollection services)
    {
        Name = name;
        Services = services;
    }

    /// <summary>The name of the system.</summary>
    public string Name { get; }

    /// <summary>The container that the system is added to, for extensions.</summary>
    public IServiceCollection Services { get; }

    internal IReadOnlyList<ServiceEntry> ServiceEntries => _services;

    internal IReadOnlyList<ProcessEntry> ProcessEntries => _processes;

    internal IReadOnlyList<UrlEntry> UrlEntries => _urls;

    internal IReadOnlyList<GroupEntry> GroupEntries => _groups;

    internal IReadOnlyList<QueueBuilder> QueueEntries => _queues;

    internal IReadOnlyList<ScheduleDefinition> ScheduleEntries => _schedules;

    internal IReadOnlyList<ActorEntry> ActorEntries => _actors;

    /// <summary>Hosted services that are supervised here, and so must not be started by the host as well.</summary>
    internal IReadOnlyList<(string Name, Type Type)> Adopted => _adopted;

    internal bool AdoptsHostedServices { get; private set; }

    internal string? Sqlite { get; private set; }

    internal bool IsInMemory { get; private set; }

    internal Action<ActorSystemOptions>? SystemSetup { get; private set; }

    internal PersistenceOptions Persistence { get; } = new();

    /// <summary>As <see cref="JobSystemOptions.Json"/>.</summary>
    internal JsonSerializerOptions? JobJson { get; private set; }

    /// <summary>As <see cref="ManagementOptions.Socket"/>.</summary>
    internal string ManagementSocket { get; private set; } = SocketPath.Off;

    /// <summary>Keeps queues, history and the events of persistent actors in a SQLite file. Key <c>actors.store.sqlite</c> overrides it.</summary>
    /// <param name="connectionString">Such as <c>Data Source=shop.db</c>, or the path of the file; a relative one begins at the content root of the host.</param>
    public ActorsBuilder UseSqlite(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        Sqlite = connectionString;
        IsInMemory = false;
        return this;
    }

    /// <summary>Keeps queues, history and the events of persistent actors in memory: they are lost when the process ends. For tests and trials; takes back <see cref="UseSqlite"/>.</summary>
    public ActorsBuilder UseInMemoryStore()
    {
        IsInMemory = true;
        Sqlite = null;
        return this;
    }

    /// <summary>Changes the seams and settings of the actor system.</summary>
    /// <remarks>
    /// Unless <see cref="ActorSystemOptions.UserStrategy"/> is set here, a service or actor that escalates at the end of its restarts ends the system,
    /// and the host with it, with exit code <see cref="ActorsExitCode.GaveUp"/>.
    /// </remarks>
    public ActorsBuilder ConfigureSystem(Action<ActorSystemOptions> configure)
    {
        SystemSetup += configure;
        return this;
    }

    /// <summary>
    /// Changes what the persistent actors have in common: the events that can be read, what became of old names and versions, and how long the store may take.
    /// Keys <c>actors.persistence.*</c> override the settings.
    /// </summary>
    public ActorsBuilder ConfigurePersistence(Action<PersistenceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(Persistence);
        return this;
    }

    /// <summary>Sets how the arguments of jobs are written and read, for example by a source-generated context: <c>UseJobJson(ShopJson.Default.Options)</c>.</summary>
    /// <remarks>Without it they are read by reflection, with the web defaults (camelCase, case-insensitive). A handled job that the options do not know is a fault of the start.</remarks>
    public ActorsBuilder UseJobJson(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        JobJson = options;
        return this;
    }

    /// <summary>Takes commands over a local socket, from the user of the process and root alone. Key <c>actors.management.socket</c> overrides it.</summary>
    /// <param name="path">
    /// The path of the socket; a relative one begins at the content root. Null makes it <c>NAME.sock</c> in the first of these that can be written:
    /// <c>$XDG_RUNTIME_DIR/actors</c>, <c>/run/actors</c>, the content root.
    /// </param>
    public ActorsBuilder UseManagementSocket(string? path = null)
    {
        ManagementSocket = path ?? SocketPath.On;
        return this;
    }

    /// <summary>Adds a service whose class the container makes, in a scope of its own for each restart.</summary>
    public ActorsBuilder AddService<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        string name, Action<ServiceOptions>? configure = null)
        where T : class, IService => Add(name, null, configure, options => ServiceDefinition.Service<T>(name, options));

    /// <summary>Adds a service from a lambda.</summary>
    public ActorsBuilder AddService(
        string name, Func<ServiceContext, CancellationToken, Task> run, Action<ServiceOptions>? configure = null) =>
        Add(name, null, configure, options => ServiceDefinition.Service(name, run, options));

    /// <summary>Adds work that is done on an interval, by a class that the container makes.</summary>
    /// <param name="name">The name of the service.</param>
    /// <param name="every">The interval. Key <c>actors.services.NAME.interval</c> overrides it.</param>
    /// <param name="configure">Further settings.</param>
    public ActorsBuilder AddTick<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        string name, TimeSpan every, Action<ServiceOptions>? configure = null)
        where T : class, ITick =>
        Add(name, every, configure, options => ServiceDefinition.Tick<T>(name, options.Interval ?? every, options));

    /// <summary>Adds work that is done on an interval, from a lambda.</summary>
    public ActorsBuilder AddTick(
        string name, TimeSpan every, Func<ServiceContext, CancellationToken, Task> tick, Action<ServiceOptions>? configure = null) =>
        Add(name, every, configure, options => ServiceDefinition.Tick(name, options.Interval ?? every, tick, options));

    /// <summary>Adds work that is done at the moments of a schedule, by a class that the container makes. Nothing of it is stored; see <c>AddSchedule</c> for what must not be missed.</summary>
    /// <param name="name">The name of the service.</param>
    /// <param name="schedule">As for <see cref="Schedule.Parse"/>: <c>daily at 08:00 Europe/London</c>. <c>H</c> is made from the name. Key <c>actors.services.NAME.schedule</c> overrides it.</param>
    /// <param name="configure">Further settings.</param>
    /// <exception cref="ScheduleFormatException">It is no schedule.</exception>
    public ActorsBuilder AddTick<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        string name, string schedule, Action<ServiceOptions>? configure = null)
        where T : class, ITick
    {
        var moments = Schedule.Parse(schedule, key: name);
        return Add(name, null, configure, options => ServiceDefinition.Tick<T>(name, options.Schedule ?? moments, options));
    }

    /// <summary>Adds work that is done at the moments of a schedule, from a lambda.</summary>
    /// <param name="name">The name of the service.</param>
    /// <param name="schedule">As for <see cref="Schedule.Parse"/>.</param>
    /// <param name="tick">The code, as <see cref="ITick.TickAsync"/>.</param>
    /// <param name="configure">Further settings.</param>
    /// <exception cref="ScheduleFormatException">It is no schedule.</exception>
    public ActorsBuilder AddTick(
        string name, string schedule, Func<ServiceContext, CancellationToken, Task> tick, Action<ServiceOptions>? configure = null)
    {
        var moments = Schedule.Parse(schedule, key: name);
        return Add(name, null, configure, options => ServiceDefinition.Tick(name, options.Schedule ?? moments, tick, options));
    }

    /// <summary>Adds work that is done on an interval when there is some: <c>CanRunAsync</c>, then <c>RunAsync</c>.</summary>
    public ActorsBuilder AddPolled<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        string name, Action<ServiceOptions>? configure = null)
        where T : class, IPolledService => Add(name, null, configure, options => ServiceDefinition.Polled<T>(name, options));

    /// <summary>Adds a program of the operating system, or several instances of it.</summary>
    /// <param name="name">The name of the service; of several instances, NAME-1, NAME-2 …</param>
    /// <param name="process">The program. Keys <c>actors.processes.NAME.*</c> override it; a program may also be declared there alone.</param>
    /// <param name="configure">How it is started, restarted and stopped; the same keys.</param>
    public ActorsBuilder AddProcess(string name, Action<ProcessOptions> process, Action<ServiceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(process);
        var entry = new ProcessEntry(name);
        process(entry.Process);
        configure?.Invoke(entry.Service);
        _processes.Add(entry);
        return this;
    }

    /// <summary>Adds a URL that is checked again and again; see <see cref="ServiceDefinition.Url"/>.</summary>
    /// <param name="name">The name of the service.</param>
    /// <param name="url">What is checked: http or https. Keys <c>actors.urls.NAME.*</c> override it; a URL may also be declared there alone.</param>
    /// <param name="check">What counts as healthy.</param>
    /// <param name="configure">How often it is checked, and what follows a failure; the same keys.</param>
    public ActorsBuilder AddUrl(string name, string url, Action<UrlOptions>? check = null, Action<ServiceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(url);
        var entry = new UrlEntry(name);
        entry.Url.Url = url;
        check?.Invoke(entry.Url);
        configure?.Invoke(entry.Service);
        _urls.Add(entry);
        return this;
    }

    /// <summary>Adds an actor as a service: restarted, stopped and looked at like any other. <see cref="IServices.GetActorAsync"/> tells its address.</summary>
    /// <typeparam name="TActor">The class, which the container makes, in a scope of its own for each restart.</typeparam>
    /// <param name="name">The name of the service.</param>
    /// <param name="props">Changes its recipe; null leaves it as it is.</param>
    /// <param name="configure">How it is started, restarted and stopped. Keys <c>actors.services.NAME.*</c> override it.</param>
    public ActorsBuilder AddActorService<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TActor>(
        string name, Func<Props, Props>? props = null, Action<ServiceOptions>? configure = null)
        where TActor : ActorBase => Add(
            name,
            null,
            configure,
            options => ServiceDefinition.Actor(
                name,
                context =>
                {
                    var services = context.Services;
                    var recipe = Props.Create(() => ActivatorUtilities.CreateInstance<TActor>(services));
                    return props is null ? recipe : props(recipe);
                },
                options));

    /// <summary>Has services started again together when one of them fails; see <see cref="ServiceGroup"/>.</summary>
    /// <param name="name">The name of the group.</param>
    /// <param name="strategy">Which of them. Key <c>actors.groups.NAME.strategy</c> overrides it.</param>
    /// <param name="services">Names or patterns, in the order of their start. Key <c>actors.groups.NAME.services</c> overrides it; a group may also be declared there alone.</param>
    public ActorsBuilder AddGroup(string name, GroupStrategy strategy, params IEnumerable<string> services)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(services);
        _groups.Add(new GroupEntry(name) { Strategy = strategy, Services = [.. services] });
        return this;
    }

    /// <summary>Adds a <see cref="BackgroundService"/> or other <see cref="IHostedService"/>, unchanged. The host does not start it any more.</summary>
    /// <remarks>
    /// Each start and restart makes a new instance, unless the container has one of its own (a singleton). A registration of the class with
    /// <c>AddHostedService</c> is taken back if it was made before; one that follows is a fault at start.
    /// </remarks>
    public ActorsBuilder AddSupervised<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        string name, Action<ServiceOptions>? configure = null)
        where T : class, IHostedService
    {
        var registered = Services.Where(descriptor => descriptor.ServiceType == typeof(IHostedService) && HostedRegistration.TypeOf(descriptor) == typeof(T)).ToList();
        var registration = registered.Select(HostedRegistration.Of).FirstOrDefault(known => known is not null) ?? HostedRegistration.Of(typeof(T));
        return Adopt(name, registration, registered, configure);
    }

    /// <summary>
    /// Supervises every hosted service that has been registered so far, unchanged, each under the name of its class: <c>OrderSyncWorker</c> becomes
    /// <c>order-sync-worker</c>.
    /// </summary>
    /// <remarks>
    /// Left out are those of the framework (classes in assemblies named <c>Microsoft.*</c> and <c>System.*</c>, such as the web server's own) and those whose
    /// registration does not tell their class; they go on as before. One that is registered later, and so goes on unsupervised, is named in the log at start.
    /// </remarks>
    /// <param name="configure">Settings for each; null takes the defaults. Keys <c>actors.services.NAME.*</c> override them.</param>
    public ActorsBuilder AdoptHostedServices(Action<ServiceOptions>? configure = null)
    {
        AdoptsHostedServices = true;
        foreach (var descriptor in Services.ToList())
        {
            if (HostedRegistration.Of(descriptor) is { } registration)
            {
                var name = HostedRegistration.NameOf(registration.Type);
                var number = 1;
                while (_services.Any(service => service.Name == (number == 1 ? name : $"{name}-{number}")))
                {
                    number++;
                }

                Adopt(number == 1 ? name : $"{name}-{number}", registration, [descriptor], configure);
            }
        }

        return this;
    }

    /// <summary>Adds a durable queue and, as a service of the same name, its consumer in this process.</summary>
    /// <remarks>
    /// Keys <c>actors.queues.NAME.*</c> set the queue, <c>actors.services.NAME.*</c> its consumer. With <see cref="QueueBuilder.EnqueueOnly"/> there is no consumer.
    /// </remarks>
    public ActorsBuilder AddQueue(string name, Action<QueueBuilder>? configure = null)
    {
        var queue = new QueueBuilder(name);
        configure?.Invoke(queue);
        _queues.Add(queue);
        return this;
    }

    /// <summary>Adds a durable schedule: each of its moments enqueues the job once, whatever crashes. Inject <see cref="ISchedules"/> to look at it and to change it.</summary>
    /// <param name="name">Its name, which is part of the identity of every slot.</param>
    /// <param name="schedule">As for <see cref="Schedule.Parse"/>: <c>daily at 08:00 Europe/London</c>.</param>
    /// <param name="job">The job.</param>
    /// <param name="configure">What becomes of missed and overlapping slots, and the like.</param>
    /// <remarks>Keys <c>actors.schedules.NAME.*</c> override it, and can add further ones.</remarks>
    public ActorsBuilder AddSchedule<TJob>(string name, string schedule, TJob job, Action<ScheduleOptions>? configure = null)
        where TJob : notnull
    {
        var options = new ScheduleOptions();
        configure?.Invoke(options);
        _schedules.Add(ScheduleDefinition.Of(name, schedule, job, options));
        return this;
    }

    /// <summary>
    /// Adds an actor under <c>/user</c>, made by the container; inject it as <see cref="IRequiredActor{TActor}"/>. A
    /// <see cref="PersistentActor"/> keeps its events in the store of <see cref="UseSqlite"/> or <see cref="UseInMemoryStore"/>.
    /// </summary>
    /// <param name="name">Its name under <c>/user</c>.</param>
    /// <param name="configure">Changes its recipe; null leaves it as it is.</param>
    public ActorsBuilder AddActor<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TActor>(
        string name, Func<Props, Props>? configure = null)
        where TActor : ActorBase
    {
        ActorPath.Validate(name);
        _actors.Add(new ActorEntry(
            typeof(TActor),
            name,
            services =>
            {
                var props = Props.Create(() => ActivatorUtilities.CreateInstance<TActor>(services));
                return configure is null ? props : configure(props);
            }));
        return this;
    }

    private ActorsBuilder Adopt(
        string name, HostedRegistration registration, IEnumerable<ServiceDescriptor> registered, Action<ServiceOptions>? configure)
    {
        foreach (var descriptor in registered)
        {
            Services.Remove(descriptor);
        }

        _adopted.Add((name, registration.Type));
        return Add(name, null, configure, options => ServiceDefinition.Service(name, _ => new HostedService(registration.Create), options));
    }

    private ActorsBuilder Add(
        string name, TimeSpan? interval, Action<ServiceOptions>? configure, Func<ServiceOptions, ServiceDefinition> define)
    {
        var options = new ServiceOptions { Interval = interval };
        configure?.Invoke(options);
        _services.Add(new ServiceEntry(name, options, define));
        return this;
    }

    /// <summary>A program, declared in code, in the configuration, or in both.</summary>
    internal sealed record ProcessEntry(string Name)
    {
        public ProcessOptions Process { get; private init; } = new();

        public ServiceOptions Service { get; private init; } = new();

        public ProcessEntry Copy() => this with { Process = Process.Copy(), Service = Service.Copy() };
    }

    /// <summary>A URL, declared in code, in the configuration, or in both.</summary>
    internal sealed record UrlEntry(string Name)
    {
        public UrlOptions Url { get; private init; } = new();

        public ServiceOptions Service { get; private init; } = new() { AwaitsReady = true, Interval = TimeSpan.FromSeconds(60) };

        public UrlEntry Copy() => this with { Url = Url.Copy(), Service = Service.Copy() };
    }

    /// <summary>A group, declared in code, in the configuration, or in both.</summary>
    internal sealed record GroupEntry(string Name)
    {
        public GroupStrategy Strategy { get; set; } = GroupStrategy.AllForOne;

        public IReadOnlyList<string> Services { get; set; } = [];
    }

    internal sealed record ServiceEntry(string Name, ServiceOptions Options, Func<ServiceOptions, ServiceDefinition> Define);

    internal sealed record ActorEntry(Type Type, string Name, Func<IServiceProvider, Props> Props);
}
