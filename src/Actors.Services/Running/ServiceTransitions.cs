namespace Actors.Services.Running;

/// <summary>The legal transitions of a service. The table in docs/services.md is this one, and a test compares them.</summary>
internal static class ServiceTransitions
{
    public static bool IsLegal(ServiceState from, ServiceState to) => (from, to) switch
    {
        (ServiceState.Stopped, ServiceState.Starting) => true,
        (ServiceState.Starting, ServiceState.Running or ServiceState.Backoff or ServiceState.Failed or ServiceState.Stopping) => true,
        (ServiceState.Running, ServiceState.Completed or ServiceState.Backoff or ServiceState.Failed or ServiceState.Stopping) => true,
        (ServiceState.Backoff, ServiceState.Starting or ServiceState.Stopped or ServiceState.Failed) => true,
        (ServiceState.Stopping, ServiceState.Stopped or ServiceState.Backoff or ServiceState.Failed) => true,
        (ServiceState.Completed or ServiceState.Failed, ServiceState.Starting) => true,
        _ => false,
    };
}
