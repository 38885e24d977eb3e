namespace Actors.Services;

/// <summary>The services of a system, from outside. Thread-safe. The rules of names are those of <see cref="ServiceMessage"/>.</summary>
/// <remarks>
/// Commands wait as long as the services need, which their own limits bound; questions wait for the system's ask timeout. Cancelling the
/// wait does not undo the command.
/// </remarks>
public interface IServices
{
    /// <summary>The actor behind it, <c>/user/services</c>, which answers every <see cref="ServiceMessage"/>.</summary>
    IActorRef Guardian { get; }

    /// <summary>Sends any message of the family.</summary>
    /// <exception cref="ServiceException">The message names what is not there, or makes no sense.</exception>
    Task<TReply> AskAsync<TReply>(IRequest<TReply> request, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="Start"/>.</summary>
    /// <exception cref="UnknownServiceException">No service has the name.</exception>
    Task<IReadOnlyList<ServiceStatus>> StartAsync(string service = "*", CancellationToken cancellationToken = default);

    /// <summary>See <see cref="Stop"/>.</summary>
    /// <exception cref="UnknownServiceException">No service has the name.</exception>
    Task<IReadOnlyList<ServiceStatus>> StopAsync(string service = "*", CancellationToken cancellationToken = default);

    /// <summary>See <see cref="Restart"/>.</summary>
    /// <exception cref="UnknownServiceException">No service has the name.</exception>
    Task<IReadOnlyList<ServiceStatus>> RestartAsync(string service = "*", CancellationToken cancellationToken = default);

    /// <summary>See <see cref="GetStatus"/>.</summary>
    /// <exception cref="UnknownServiceException">No service has the name.</exception>
    /// <exception cref="AmbiguousServiceException">The pattern fits several.</exception>
    Task<ServiceStatus> GetStatusAsync(string service, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="GetServices"/>.</summary>
    Task<IReadOnlyList<ServiceStatus>> GetServicesAsync(string service = "*", CancellationToken cancellationToken = default);

    /// <summary>See <see cref="GetIncidents"/>.</summary>
    /// <exception cref="UnknownServiceException">No service has the name.</exception>
    /// <exception cref="AmbiguousServiceException">The pattern fits several.</exception>
    Task<IReadOnlyList<Incident>> GetIncidentsAsync(string service, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="GetOutput"/>.</summary>
    /// <exception cref="UnknownServiceException">No service has the name.</exception>
    /// <exception cref="AmbiguousServiceException">The pattern fits several.</exception>
    Task<IReadOnlyList<OutputLine>> GetOutputAsync(string service, int lines = 100, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="GetActor"/>.</summary>
    /// <exception cref="UnknownServiceException">No service has the name, or it is no actor.</exception>
    /// <exception cref="AmbiguousServiceException">The pattern fits several.</exception>
    Task<IActorRef> GetActorAsync(string service, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="Register"/>.</summary>
    /// <exception cref="DuplicateServiceException">The name is taken.</exception>
    Task<ServiceStatus> RegisterAsync(ServiceDefinition definition, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="Unregister"/>.</summary>
    /// <exception cref="UnknownServiceException">No service has the name.</exception>
    Task<IReadOnlyList<ServiceStatus>> UnregisterAsync(string service, CancellationToken cancellationToken = default);
}
