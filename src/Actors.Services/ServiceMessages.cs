namespace Actors.Services;

/// <summary>What the guardian of the services answers. A closed family: no other messages can exist.</summary>
/// <remarks>
/// <c>Service</c> is a name or a pattern with <c>*</c> (any characters) and <c>?</c> (one), such as <c>worker-*</c>; left out, it means all. A name that
/// no service has, or a pattern that fits none, is answered with <see cref="UnknownServiceException"/>; a bare <c>*</c> always fits. All commands
/// may be repeated: what is done already is not done again.
/// </remarks>
public abstract record ServiceMessage
{
    private protected ServiceMessage()
    {
    }

    /// <summary>All services.</summary>
    internal const string All = "*";
}

/// <summary>Starts services that do not run, and those in Backoff at once. Forgives their earlier failures. Those that run go on undisturbed.</summary>
/// <param name="Service">Which; see <see cref="ServiceMessage"/>.</param>
/// <remarks>Answered when each is Running, waits for a service that it depends on, or its start has failed.</remarks>
public sealed record Start(string Service = ServiceMessage.All) : ServiceMessage, IRequest<IReadOnlyList<ServiceStatus>>;

/// <summary>Stops services, one after the other, in the reverse order of their start. Cancels the restart of those in Backoff. Completed and Failed stay as they are.</summary>
/// <param name="Service">Which; see <see cref="ServiceMessage"/>.</param>
/// <remarks>Answered when the last has stopped or was abandoned. Each has its own limit, <see cref="ServiceOptions.StopTimeout"/>: ask with a timeout that allows for it.</remarks>
public sealed record Stop(string Service = ServiceMessage.All) : ServiceMessage, IRequest<IReadOnlyList<ServiceStatus>>;

/// <summary>Stops services as <see cref="Stop"/> does, and then starts them as <see cref="Start"/> does.</summary>
/// <param name="Service">Which; see <see cref="ServiceMessage"/>.</param>
/// <remarks>Answered when each is Running again or its start has failed.</remarks>
public sealed record Restart(string Service = ServiceMessage.All) : ServiceMessage, IRequest<IReadOnlyList<ServiceStatus>>;

/// <summary>Asks how one service is. Answered at once, however busy its code is.</summary>
/// <param name="Service">Its name; or a pattern that fits exactly one, otherwise answered with <see cref="AmbiguousServiceException"/>.</param>
public sealed record GetStatus(string Service) : ServiceMessage, IRequest<ServiceStatus>;

/// <summary>Asks how services are. Answered in the order in which they were registered; empty when the pattern fits none.</summary>
/// <param name="Service">Which; see <see cref="ServiceMessage"/>.</param>
public sealed record GetServices(string Service = ServiceMessage.All) : ServiceMessage, IRequest<IReadOnlyList<ServiceStatus>>;

/// <summary>Asks what went wrong with one service. Answered with the last <see cref="ServiceOptions.IncidentLimit"/>, oldest first.</summary>
/// <param name="Service">As in <see cref="GetStatus"/>.</param>
public sealed record GetIncidents(string Service) : ServiceMessage, IRequest<IReadOnlyList<Incident>>;

/// <summary>Adds a service while the system runs, and starts it if it is to start by itself.</summary>
/// <param name="Definition">The service.</param>
/// <remarks>Answered like <see cref="Start"/>, or at once when <see cref="ServiceOptions.Autostart"/> is off. A name that is taken is answered with <see cref="DuplicateServiceException"/>.</remarks>
public sealed record Register(ServiceDefinition Definition) : ServiceMessage, IRequest<ServiceStatus>;

/// <summary>Gives a service other options while it goes on: its code, its state and the failures counted so far stay.</summary>
/// <param name="Definition">Has the name of the service, and the options. Its body is not used.</param>
/// <remarks>
/// They apply to what comes next: to the next failure, stop or tick. A delay that is running ends as it was announced, and a new interval counts from the next
/// tick. <see cref="ServiceOptions.Autostart"/> means nothing any more. Answered with the status; <see cref="UnknownServiceException"/> when there is no such service.
/// </remarks>
public sealed record Reconfigure(ServiceDefinition Definition) : ServiceMessage, IRequest<ServiceStatus>;

/// <summary>Stops services as <see cref="Stop"/> does and forgets them. Their names are free once this is answered.</summary>
/// <param name="Service">Which; see <see cref="ServiceMessage"/>. It must be stated: there is no default.</param>
public sealed record Unregister(string Service) : ServiceMessage, IRequest<IReadOnlyList<ServiceStatus>>
{
    /// <summary>Whether others of the same names are registered next: those that depend on them stay, and depend on the new ones.</summary>
    /// <value>Default false: what others depend on cannot be unregistered before them.</value>
    public bool IsReplaced { get; init; }
}

/// <summary>Asks for the address of a service that is an actor. It stays the same through all restarts.</summary>
/// <param name="Service">As in <see cref="GetStatus"/>.</param>
public sealed record GetActor(string Service) : ServiceMessage, IRequest<IActorRef>;

/// <summary>Asks what the program of a service has printed last. Answered oldest first; empty for a service that is no process.</summary>
/// <param name="Service">As in <see cref="GetStatus"/>.</param>
/// <param name="Lines">How many lines at most.</param>
public sealed record GetOutput(string Service, int Lines = 100) : ServiceMessage, IRequest<IReadOnlyList<OutputLine>>;
