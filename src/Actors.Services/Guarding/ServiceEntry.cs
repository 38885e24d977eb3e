using Actors.Services.Processes;
using Actors.Services.Running;

namespace Actors.Services.Guarding;

/// <summary>What the guardian knows of a service. Shared with the service's actor, which is its only other user.</summary>
internal sealed class ServiceEntry(ServiceSite site, ServiceDefinition definition, long number)
{
    private IActorRef? _actor;
    private volatile ServiceOptions _options = definition.Settings;
    private volatile IReadOnlyList<ServiceEntry> _dependencies = [];
    private volatile IReadOnlyList<ServiceEntry> _dependents = [];
    private volatile ServiceState _state = ServiceState.Stopped;
    private volatile bool _isReady;
    private long _startOrder;

    public ServiceSite Site { get; } = site;

    public ServiceDefinition Definition { get; } = definition;

    public string Name => Definition.Name;

    /// <summary>The options as they are now. Set by the service, read also by its code; what is in them never changes.</summary>
    public ServiceOptions Options
    {
        get => _options;
        set => _options = value;
    }

    /// <summary>The place in the order of registration.</summary>
    public long Number { get; } = number;

    /// <summary>What its program prints, through all its runs; null when it is none.</summary>
    public OutputRing? Output { get; } = definition.Kind == ServiceKind.Process ? new OutputRing(definition.OutputLines) : null;

    /// <summary>The actor. Set once, by the guardian, before it tells anybody of the entry.</summary>
    public IActorRef Actor
    {
        get => _actor ?? throw new InvalidOperationException($"The actor of service '{Name}' has not been made yet.");
        set => _actor = value;
    }

    /// <summary>The place of the last start by command among all starts; 0 before the first. Written by the service, read by the guardian.</summary>
    public long StartOrder
    {
        get => Volatile.Read(ref _startOrder);
        set => Volatile.Write(ref _startOrder, value);
    }

    /// <summary>The services that must be ready before it is started. Changed by the guardian, read by the service: a new list each time.</summary>
    public IReadOnlyList<ServiceEntry> Dependencies
    {
        get => _dependencies;
        set => _dependencies = value;
    }

    /// <summary>Those that wait for it. Changed by the guardian, read by the service: a new list each time.</summary>
    public IReadOnlyList<ServiceEntry> Dependents
    {
        get => _dependents;
        set => _dependents = value;
    }

    /// <summary>The group that it is in; null when it is in none. Set by the guardian before anybody is told of the entry.</summary>
    public LiveGroup? Group { get; init; }

    /// <summary>Tells the rank of a service: 0 without dependencies, else one more than the highest among them. It is the order of starts.</summary>
    /// <returns>Remembers what it has found, and is for one look: dependencies change when a service replaces another.</returns>
    public static Func<ServiceEntry, int> Ranks()
    {
        var known = new Dictionary<ServiceEntry, int>();
        return RankOf;

        int RankOf(ServiceEntry entry)
        {
            if (entry.Dependencies.Count == 0)
            {
                return 0;
            }

            // One after the other without a memory, a service is looked at once for each way that leads to it: those multiply from layer to layer.
            if (!known.TryGetValue(entry, out var rank))
            {
                known.Add(entry, rank = 1 + entry.Dependencies.Max(RankOf));
            }

            return rank;
        }
    }

    /// <summary>Written by the service before it tells those that wait.</summary>
    public bool IsReady
    {
        get => _isReady;
        set => _isReady = value;
    }

    /// <summary>Written by the service.</summary>
    public ServiceState State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>Its last status, once it has been told to go for good. The guardian's own.</summary>
    public ServiceStatus? Gone { get; set; }

    /// <summary>Its place in the queue of those that stop because the guardian does. Set before the service is told.</summary>
    public StopTurn? Turn { get; set; }
}

/// <summary>A place in the queue of services that stop one after the other.</summary>
internal sealed class StopTurn
{
    private readonly TaskCompletionSource _come = new();

    /// <summary>Ends when all before it have ended.</summary>
    public Task Come => _come.Task;

    public StopTurn? Next { get; set; }

    public void Give() => _come.TrySetResult();
}
