using Actors.Services.Processes;
using Actors.Services.Running;

namespace Actors.Services.Guarding;

/// <summary>What the guardian knows of a service. Shared with the service's actor, which is its only other user.</summary>
internal sealed class ServiceEntry(ServiceSite site, ServiceDefinition definition, long number)
{
    private IActorRef? _actor;
    private volatile ServiceOptions _options = definition.Settings;
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

    /// <summary>Its last status, once it has been told to go for good. The guardian's own.</summary>
    public ServiceStatus? Gone { get; set; }

    /// <summary>Its place in the queue of those that stop because the guardian does. Set before the service is told.</summary>
    public StopTurn? Turn { get; set; }

    public ServiceActor NewActor() => new(this);
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
