using Actors.Services.Guarding;
using Microsoft.Extensions.Logging;

namespace Actors.Services.Running;

/// <summary>What all services of a guardian share.</summary>
internal sealed class ServiceSite(ActorSystem system, IServiceProvider? container)
{
    public const string LogCategory = "Actors.Services";

    private volatile SharedCause[] _sharedCauses = [];

    public ActorSystem System { get; } = system;

    public IServiceProvider? Container { get; } = container;

    /// <summary>Those that services wait for together now. Changed by the guardian, read by the services: a new list each time.</summary>
    public SharedCause[] SharedCauses
    {
        get => _sharedCauses;
        set => _sharedCauses = value;
    }

    /// <summary>One logger for all supervision of services: one for each would weigh more than the service.</summary>
    public ILogger Logger { get; } = system.LoggerFactory.CreateLogger(LogCategory);
}
