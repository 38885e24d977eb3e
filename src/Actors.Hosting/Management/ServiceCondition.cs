using Actors.Services;

namespace Actors.Hosting.Management;

/// <summary>How much a service needs somebody's attention.</summary>
internal enum ServiceCondition
{
    /// <summary>It is ready; or it does not run because somebody, or its own code, decided so.</summary>
    Fine,

    /// <summary>It is on its way: starting, stopping, running without being ready; or an earlier body of it still runs.</summary>
    Unsettled,

    /// <summary>It has failed, and waits for its restart or for good.</summary>
    Failing,
}

internal static class ServiceConditions
{
    public static ServiceCondition Condition(this ServiceStatus service) => service.State switch
    {
        ServiceState.Backoff or ServiceState.Failed => ServiceCondition.Failing,
        _ when !service.IsAsWished() || service.Abandoned > 0 => ServiceCondition.Unsettled,
        _ => ServiceCondition.Fine,
    };

    /// <summary>Whether others can rely on it, or nobody is meant to: what was stopped by hand or has completed keeps nobody waiting.</summary>
    public static bool IsAsWished(this ServiceStatus service) =>
        service.IsReady || service.State is ServiceState.Stopped or ServiceState.Completed;
}
