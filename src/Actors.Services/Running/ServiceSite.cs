using Actors.Services.Guarding;
using Microsoft.Extensions.Logging;

namespace Actors.Services.Running;

/// <summary>What all services of a guardian share.</summary>
/// <param name="system">The system.</param>
/// <param name="container">Where services are resolved.</param>
/// <param name="entries">All services by name. Changed here only, on the guardian's turn, so that the guardian may read it as it is.</param>
internal sealed class ServiceSite(ActorSystem system, IServiceProvider? container, Dictionary<string, ServiceEntry> entries)
{
    public const string LogCategory = "Actors.Services";

    private readonly Dictionary<string, ServiceEntry> _leaving = new(StringComparer.Ordinal);
    private volatile SharedCause[] _sharedCauses = [];

    public ActorSystem System { get; } = system;

    public IServiceProvider? Container { get; } = container;

    /// <summary>The service whose actor has this name: also one that is being unregistered.</summary>
    public ServiceEntry Find(string name)
    {
        lock (entries)
        {
            return entries.GetValueOrDefault(name) ?? _leaving[name];
        }
    }

    public void Add(ServiceEntry entry)
    {
        lock (entries)
        {
            entries.Add(entry.Name, entry);
        }
    }

    /// <summary>No command finds it any more; its actor still does.</summary>
    public void BeginToLeave(ServiceEntry entry)
    {
        lock (entries)
        {
            entries.Remove(entry.Name);
            _leaving.Add(entry.Name, entry);
        }
    }

    /// <summary>Its actor has ended.</summary>
    public void Leave(string name)
    {
        lock (entries)
        {
            _leaving.Remove(name);
        }
    }

    /// <summary>Those that services wait for together now. Changed by the guardian, read by the services: a new list each time.</summary>
    public SharedCause[] SharedCauses
    {
        get => _sharedCauses;
        set => _sharedCauses = value;
    }

    /// <summary>One logger for all supervision of services: one for each would weigh more than the service.</summary>
    public ILogger Logger { get; } = system.LoggerFactory.CreateLogger(LogCategory);
}
