using System.Diagnostics.CodeAnalysis;
using Actors.Services.Guarding;
using Actors.Services.Processes;
using Actors.Services.Running;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Services;

/// <summary>What a service is: its name, its form, how an instance is made, and its options. Immutable; made by its static methods.</summary>
/// <remarks>
/// A factory is called once for each incarnation, in the task that will run it, never on the actor's turn. When it throws, the service has failed like
/// one whose code throws. It may use <see cref="ServiceContext.Services"/>, a scope that lives as long as the incarnation. What it makes by
/// itself it must dispose of by itself.
/// </remarks>
public sealed class ServiceDefinition
{
    /// <summary>A factory; or a recipe of actors; or the service itself, when it is a lambda, to save a factory for each of a hundred thousand.</summary>
    private readonly object _body;

    private ServiceDefinition(string name, ServiceKind kind, object? body, ServiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(name);
        List<string> faults = [.. ServiceName.Faults(name)];
        if (body is null)
        {
            faults.Add("it has no body. Give it a class that implements IService, ITick or IPolledService, a factory of one, or a lambda.");
        }

        faults.AddRange(options.Faults(kind));
        if (faults.Count > 0)
        {
            throw new ServiceDefinitionException(name, faults);
        }

        Name = name;
        Kind = kind;
        _body = body!; // A missing one is a fault.
        Settings = options;
    }

    /// <summary>The name, unique among the services: letters, digits, '-', '_' and '.', at most 100, the first a letter or digit. Case matters.</summary>
    public string Name { get; }

    /// <summary>The form.</summary>
    public ServiceKind Kind { get; }

    /// <summary>A copy of the options.</summary>
    public ServiceOptions Options => Settings.Copy();

    internal ServiceOptions Settings { get; }

    /// <summary>Whether a running tick is let finish when the service is told to stop.</summary>
    internal bool StopsGently => Kind is ServiceKind.Tick or ServiceKind.Polled;

    /// <summary>How many lines of output are remembered.</summary>
    internal int OutputLines { get; private init; }

    /// <summary>A service from a factory.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="create">Makes an instance.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">The name is illegal, there is no body, or an option makes no sense; all faults together.</exception>
    public static ServiceDefinition Service(string name, Func<ServiceContext, IService> create, ServiceOptions? options = null) =>
        New(name, ServiceKind.Service, create is null ? null : context => Made(create(context), context), Shared(options));

    /// <summary>A service from a lambda.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="run">The code, as <see cref="IService.RunAsync"/>.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">As for the factory.</exception>
    public static ServiceDefinition Service(string name, Func<ServiceContext, CancellationToken, Task> run, ServiceOptions? options = null) =>
        new(name, ServiceKind.Service, run is null ? null : new DelegateService(run), Shared(options));

    /// <summary>A service whose class the container makes, once for each incarnation, in a scope of its own; if it is not registered there, from its constructor.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">As for the factory.</exception>
    public static ServiceDefinition Service<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        string name, ServiceOptions? options = null)
        where T : class, IService => New(name, ServiceKind.Service, Resolve<T>, Shared(options));

    /// <summary>A tick from a factory.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="every">The interval; takes the place of <see cref="ServiceOptions.Interval"/>.</param>
    /// <param name="create">Makes an instance, which serves all ticks of an incarnation.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">As for a service.</exception>
    public static ServiceDefinition Tick(string name, TimeSpan every, Func<ServiceContext, ITick> create, ServiceOptions? options = null) =>
        NewTick(name, create, Copy(options, every));

    /// <summary>A tick from a lambda.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="every">The interval; takes the place of <see cref="ServiceOptions.Interval"/>.</param>
    /// <param name="tick">The code, as <see cref="ITick.TickAsync"/>.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">As for a service.</exception>
    public static ServiceDefinition Tick(
        string name, TimeSpan every, Func<ServiceContext, CancellationToken, Task> tick, ServiceOptions? options = null) =>
        NewTick(name, tick is null ? null : _ => new DelegateTick(tick), Copy(options, every));

    /// <summary>A tick whose class the container makes, as for a service.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="every">The interval; takes the place of <see cref="ServiceOptions.Interval"/>.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">As for a service.</exception>
    public static ServiceDefinition Tick<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        string name, TimeSpan every, ServiceOptions? options = null)
        where T : class, ITick => NewTick(name, Resolve<T>, Copy(options, every));

    /// <summary>A tick on a schedule, from a factory.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="schedule">The moments; takes the place of <see cref="ServiceOptions.Schedule"/>.</param>
    /// <param name="create">Makes an instance, which serves all ticks of an incarnation.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">As for a service.</exception>
    public static ServiceDefinition Tick(string name, Schedule schedule, Func<ServiceContext, ITick> create, ServiceOptions? options = null) =>
        NewTick(name, create, Copy(options, null, schedule));

    /// <summary>A tick on a schedule, from a lambda.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="schedule">The moments; takes the place of <see cref="ServiceOptions.Schedule"/>.</param>
    /// <param name="tick">The code, as <see cref="ITick.TickAsync"/>.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">As for a service.</exception>
    public static ServiceDefinition Tick(
        string name, Schedule schedule, Func<ServiceContext, CancellationToken, Task> tick, ServiceOptions? options = null) =>
        NewTick(name, tick is null ? null : _ => new DelegateTick(tick), Copy(options, null, schedule));

    /// <summary>A tick on a schedule, whose class the container makes, as for a service.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="schedule">The moments; takes the place of <see cref="ServiceOptions.Schedule"/>.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">As for a service.</exception>
    public static ServiceDefinition Tick<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        string name, Schedule schedule, ServiceOptions? options = null)
        where T : class, ITick => NewTick(name, Resolve<T>, Copy(options, null, schedule));

    /// <summary>A polled service from a factory. Its interval is <see cref="ServiceOptions.Interval"/>, by default 5 s.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="create">Makes an instance, which serves all polls of an incarnation.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">As for a service.</exception>
    public static ServiceDefinition Polled(string name, Func<ServiceContext, IPolledService> create, ServiceOptions? options = null) =>
        NewPolled(name, create, Copy(options));

    /// <summary>A polled service whose class the container makes, as for a service.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">As for a service.</exception>
    public static ServiceDefinition Polled<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        string name, ServiceOptions? options = null)
        where T : class, IPolledService => NewPolled(name, Resolve<T>, Copy(options));

    /// <summary>A program of the operating system. <see cref="ProcessOptions.InstanceCount"/> is for those who make several definitions; here it must be 1.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="process">The program. The options are copied.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">As for a service.</exception>
    public static ServiceDefinition Process(string name, ProcessOptions process, ServiceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(process);
        return process.InstanceCount <= 1
            ? Processes(name, process, options)[0]
            : throw new ServiceDefinitionException(
                name, [$"instances = {process.InstanceCount}, but one definition is one service. Use Processes(…) for several."]);
    }

    /// <summary>Definitions of <see cref="ProcessOptions.InstanceCount"/> programs: NAME for one, NAME-1, NAME-2 … for several.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="process">The program. The options are copied.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">As for a service.</exception>
    public static IReadOnlyList<ServiceDefinition> Processes(string name, ProcessOptions process, ServiceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(process);
        List<string> faults = [.. process.Faults()];
        if (faults.Count > 0)
        {
            throw new ServiceDefinitionException(name, faults);
        }

        return process.InstanceCount == 1
            ? [NewProcess(name, process, options, 0)]
            : [.. Enumerable.Range(1, process.InstanceCount).Select(number => NewProcess($"{name}-{number}", process, options, number))];
    }

    /// <summary>A URL that is checked again and again: Running while it is healthy, and failing, with Backoff and incidents, while it is not.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="url">What is checked. The options are copied.</param>
    /// <param name="options">
    /// Null takes the defaults, with <see cref="ServiceOptions.AwaitsReady"/>. They are copied. <see cref="ServiceOptions.Interval"/> is by default 60 s; after a failure the next
    /// check comes by the restart options instead.
    /// </param>
    /// <exception cref="ServiceDefinitionException">As for a service.</exception>
    public static ServiceDefinition Url(string name, UrlOptions url, ServiceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(url);
        List<string> faults = [.. url.Faults()];
        if (faults.Count > 0)
        {
            throw new ServiceDefinitionException(name, faults);
        }

        var copy = Copy(options ?? new ServiceOptions { AwaitsReady = true });
        copy.Interval ??= ServiceOptions.DefaultCheckInterval;
        var checkedUrl = url.Copy();
        return New(name, ServiceKind.Url, _ => new TickService(new UrlCheck(checkedUrl)), copy);
    }

    /// <summary>An actor: a child of the service's own actor, made anew for each incarnation.</summary>
    /// <remarks>
    /// What it throws is a failure of the service, whose restart options apply; when it stops itself, the service has completed. What is sent to the address that <see cref="GetActor"/>
    /// tells is passed on to it; while it is down, that is unhandled. What waits in its mailbox when it fails or is stopped is a dead letter.
    /// </remarks>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="props">How it is made.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">As for a service.</exception>
    public static ServiceDefinition Actor(string name, Props props, ServiceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(props);
        return Actor(name, _ => props, options);
    }

    /// <summary>The same, with a recipe for each incarnation, which may use the scope of its own that <see cref="ServiceContext.Services"/> is.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="props">Says how it is made. Called on the turn of the service's actor: it must not block.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <exception cref="ServiceDefinitionException">As for a service.</exception>
    public static ServiceDefinition Actor(string name, Func<ServiceContext, Props> props, ServiceOptions? options = null) =>
        new(name, ServiceKind.Actor, props, Shared(options));

    /// <summary>The recipe of a service that is an actor; null for any other.</summary>
    internal Func<ServiceContext, Props>? ActorRecipe => _body as Func<ServiceContext, Props>;

    /// <summary>Makes the instance of one incarnation.</summary>
    internal IService Create(ServiceContext context) => _body as IService ?? ((Func<ServiceContext, IService>)_body)(context);

    private static ServiceDefinition New(string name, ServiceKind kind, Func<ServiceContext, IService>? create, ServiceOptions options) =>
        new(name, kind, create, options);

    private static ServiceDefinition NewTick(string name, Func<ServiceContext, ITick>? create, ServiceOptions options) =>
        New(name, ServiceKind.Tick, create is null ? null : context => new TickService(Made(create(context), context)), options);

    private static ServiceDefinition NewPolled(string name, Func<ServiceContext, IPolledService>? create, ServiceOptions options)
    {
        options.Interval ??= ServiceOptions.DefaultPollInterval;
        return New(
            name,
            ServiceKind.Polled,
            create is null ? null : context => new TickService(new PollTick(Made(create(context), context))),
            options);
    }

    private static ServiceDefinition NewProcess(string name, ProcessOptions process, ServiceOptions? options, int instance)
    {
        var copy = process.Of(instance);
        return new ServiceDefinition(name, ServiceKind.Process, new ProgramService(copy), Shared(options)) { OutputLines = copy.OutputLines };
    }

    private static T Made<T>(T? instance, ServiceContext context)
        where T : class =>
        instance ?? throw new InvalidOperationException($"The factory of service '{context.Name}' returned null. It must return an instance.");

    /// <summary>Services that state nothing share one set of options, which nobody can change.</summary>
    private static ServiceOptions Shared(ServiceOptions? options) => options?.Copy() ?? ServiceOptions.Default;

    private static ServiceOptions Copy(ServiceOptions? options, TimeSpan? every = null, Schedule? schedule = null)
    {
        var copy = (options ?? ServiceOptions.Default).Copy();
        copy.Interval = every ?? copy.Interval;
        copy.Schedule = schedule ?? copy.Schedule;
        return copy;
    }

    private static T Resolve<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(ServiceContext context)
        where T : class
    {
        if (context.Services.GetService(typeof(T)) is T registered)
        {
            return registered;
        }

        var made = ActivatorUtilities.CreateInstance<T>(context.Services);
        context.Own(made);
        return made;
    }
}
