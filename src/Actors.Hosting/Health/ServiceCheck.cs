using Actors.Hosting.Management;
using Actors.Hosting.Starting;
using Actors.Services;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Actors.Hosting.Health;

/// <summary>One service: unhealthy in Backoff and when Failed, degraded on its way, otherwise healthy.</summary>
internal sealed class ServiceCheck(ActorsRuntime runtime, ActorsHealthOptions options, string name) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (runtime.Services is not { } services)
        {
            return HealthCheckResult.Degraded($"{name}: the actor system '{runtime.Name}' is starting.");
        }

        try
        {
            var status = await services.GetStatusAsync(name, cancellationToken)
                .WaitAsync(options.Timeout, runtime.System.TimeProvider, cancellationToken).ConfigureAwait(false);
            return status.Condition() switch
            {
                ServiceCondition.Failing => new HealthCheckResult(context.Registration.FailureStatus, status.ToString()),
                ServiceCondition.Unsettled => HealthCheckResult.Degraded(status.ToString()),
                _ => HealthCheckResult.Healthy(status.ToString()),
            };
        }
        catch (UnknownServiceException)
        {
            // Removed on purpose, and checks cannot be taken back.
            return HealthCheckResult.Healthy($"{name}: unregistered.");
        }
        catch (Exception fault) when (fault is TimeoutException or ActorException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"{name} does not answer: {fault.Message}");
        }
    }
}
