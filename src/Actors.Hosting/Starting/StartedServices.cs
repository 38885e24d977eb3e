using Actors.Hosting.Registering;
using Actors.Services;

namespace Actors.Hosting.Starting;

/// <summary>The services as injected: usable once the host has started.</summary>
internal sealed class StartedServices(ActorsRuntime runtime) : IServices
{
    public IActorRef Guardian => Services.Guardian;

    private IServices Services => runtime.Services ?? throw NotStarted.Exception(runtime.Name, "services");

    public Task<TReply> AskAsync<TReply>(IRequest<TReply> request, CancellationToken cancellationToken = default) =>
        request is Unregister unregister
            ? UnregisterAsAsync<TReply>(unregister, cancellationToken)
            : Services.AskAsync(request, cancellationToken);

    public Task<IReadOnlyList<ServiceStatus>> StartAsync(string service = "*", CancellationToken cancellationToken = default) =>
        Services.StartAsync(service, cancellationToken);

    public Task<IReadOnlyList<ServiceStatus>> StopAsync(string service = "*", CancellationToken cancellationToken = default) =>
        Services.StopAsync(service, cancellationToken);

    public Task<IReadOnlyList<ServiceStatus>> RestartAsync(string service = "*", CancellationToken cancellationToken = default) =>
        Services.RestartAsync(service, cancellationToken);

    public Task<ServiceStatus> GetStatusAsync(string service, CancellationToken cancellationToken = default) =>
        Services.GetStatusAsync(service, cancellationToken);

    public Task<IReadOnlyList<ServiceStatus>> GetServicesAsync(string service = "*", CancellationToken cancellationToken = default) =>
        Services.GetServicesAsync(service, cancellationToken);

    public Task<IReadOnlyList<Incident>> GetIncidentsAsync(string service, CancellationToken cancellationToken = default) =>
        Services.GetIncidentsAsync(service, cancellationToken);

    public Task<IReadOnlyList<OutputLine>> GetOutputAsync(string service, int lines, CancellationToken cancellationToken = default) =>
        Services.GetOutputAsync(service, lines, cancellationToken);

    public Task<IActorRef> GetActorAsync(string service, CancellationToken cancellationToken = default) =>
        Services.GetActorAsync(service, cancellationToken);

    public Task<ServiceStatus> RegisterAsync(ServiceDefinition definition, CancellationToken cancellationToken = default) =>
        Services.RegisterAsync(definition, cancellationToken);

    public async Task<IReadOnlyList<ServiceStatus>> UnregisterAsync(string service, CancellationToken cancellationToken = default)
    {
        var services = Services;

        // First, so that it does not come back if the program ends meanwhile.
        string[] forgotten = runtime.Kept is { } kept && service is not null
            ? await kept.AskAsync(new KeptServices.Forget(service), Timeout.InfiniteTimeSpan, cancellationToken)
            : [];
        try
        {
            return await services.UnregisterAsync(service!, cancellationToken); // The services say what they think of a null.
        }
        catch (UnknownServiceException) when (forgotten.Length > 0)
        {
            return []; // It was kept and could not be registered again.
        }
    }

    /// <summary>The reply of an Unregister is of this type.</summary>
    private async Task<TReply> UnregisterAsAsync<TReply>(Unregister unregister, CancellationToken cancellationToken) =>
        (TReply)await UnregisterAsync(unregister.Service, cancellationToken);
}
