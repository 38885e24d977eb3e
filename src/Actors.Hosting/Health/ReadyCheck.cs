using Actors.Hosting.Management;
using Actors.Hosting.Starting;
using Actors.Services;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Actors.Hosting.Health;

/// <summary>Unhealthy while a service that is to run is not ready. What was stopped on purpose, or has completed, keeps nobody waiting.</summary>
internal sealed class ReadyCheck(ActorsRuntime runtime, ActorsHealthOptions options) : IHealthCheck
{
    private const int MaxListed = 100;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        var failed = context.Registration.FailureStatus;
        if (runtime.Services is not { } services)
        {
            return new HealthCheckResult(failed, $"The actor system '{runtime.Name}' is starting.");
        }

        var counted = new Dictionary<string, ServiceStatus>(StringComparer.Ordinal);
        try
        {
            foreach (var pattern in options.Ready)
            {
                var fitting = await services.GetServicesAsync(pattern, cancellationToken)
                    .WaitAsync(options.Timeout, runtime.System.TimeProvider, cancellationToken).ConfigureAwait(false);
                foreach (var status in fitting)
                {
                    counted[status.Name] = status;
                }
            }
        }
        catch (Exception fault) when (fault is TimeoutException or ActorException)
        {
            return new HealthCheckResult(failed, $"The services of '{runtime.Name}' do not answer: {fault.Message}");
        }

        var waiting = new Overview([.. counted.Values.Where(service => !service.IsAsWished())]).Troubled;
        var text = new Overview([.. counted.Values]).Line;
        return waiting.Count == 0
            ? HealthCheckResult.Healthy(text)
            : new HealthCheckResult(failed, text, data: waiting.Take(MaxListed).ToDictionary(service => service.Name, object (service) => service.ToString()));
    }
}
