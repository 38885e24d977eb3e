namespace Actors.Services.Guarding;

/// <summary>The guardian's messages as methods.</summary>
internal sealed class GuardedServices(IActorRef guardian) : IServices
{
    public IActorRef Guardian => guardian;

    public Task<TReply> AskAsync<TReply>(IRequest<TReply> request, CancellationToken cancellationToken = default)
    {
        // Commands take what the limits of the services allow; a timeout of our own could only hide how they ended.
        TimeSpan? timeout = request is GetStatus or GetServices or GetIncidents or GetOutput or GetActor ? null : Timeout.InfiniteTimeSpan;
        return guardian.AskAsync(request, timeout, cancellationToken);
    }

    public Task<IReadOnlyList<ServiceStatus>> StartAsync(string service, CancellationToken cancellationToken) =>
        AskAsync(new Start(service), cancellationToken);

    public Task<IReadOnlyList<ServiceStatus>> StopAsync(string service, CancellationToken cancellationToken) =>
        AskAsync(new Stop(service), cancellationToken);

    public Task<IReadOnlyList<ServiceStatus>> RestartAsync(string service, CancellationToken cancellationToken) =>
        AskAsync(new Restart(service), cancellationToken);

    public Task<ServiceStatus> GetStatusAsync(string service, CancellationToken cancellationToken) =>
        AskAsync(new GetStatus(service), cancellationToken);

    public Task<IReadOnlyList<ServiceStatus>> GetServicesAsync(string service, CancellationToken cancellationToken) =>
        AskAsync(new GetServices(service), cancellationToken);

    public Task<IReadOnlyList<Incident>> GetIncidentsAsync(string service, CancellationToken cancellationToken) =>
        AskAsync(new GetIncidents(service), cancellationToken);

    public Task<IReadOnlyList<OutputLine>> GetOutputAsync(string service, int lines, CancellationToken cancellationToken) =>
        AskAsync(new GetOutput(service, lines), cancellationToken);

    public Task<IActorRef> GetActorAsync(string service, CancellationToken cancellationToken) =>
        AskAsync(new GetActor(service), cancellationToken);

    public Task<ServiceStatus> RegisterAsync(ServiceDefinition definition, CancellationToken cancellationToken) =>
        AskAsync(new Register(definition), cancellationToken);

    public Task<IReadOnlyList<ServiceStatus>> UnregisterAsync(string service, CancellationToken cancellationToken) =>
        AskAsync(new Unregister(service), cancellationToken);
}
