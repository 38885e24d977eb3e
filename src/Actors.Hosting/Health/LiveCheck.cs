using Actors.Hosting.Management;
using Actors.Hosting.Starting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Actors.Hosting.Health;

/// <summary>Unhealthy when the actor system has ended or does not answer: nothing but a new process helps. A service that is down is none of its business.</summary>
internal sealed class LiveCheck(ActorsRuntime runtime, ActorsHealthOptions options) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        await Pulse.FindFaultAsync(runtime, options.Timeout, cancellationToken).ConfigureAwait(false) is { } fault
            ? new HealthCheckResult(context.Registration.FailureStatus, fault)
            : HealthCheckResult.Healthy($"The actor system '{runtime.Name}' answers.");
}
