using Actors.Hosting.Starting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Actors.Hosting.Health;

/// <summary>Adds a check for each service, once the settings say which there are.</summary>
internal sealed class ServiceChecks(ActorsRuntime runtime, ActorsHealthOptions options) : IConfigureOptions<HealthCheckServiceOptions>
{
    public void Configure(HealthCheckServiceOptions checks)
    {
        foreach (var name in runtime.Settings.Consumers.Keys.Concat(runtime.Settings.Services.Select(service => service.Name)))
        {
            checks.Registrations.Add(new HealthCheckRegistration(
                "actors-service-" + name, _ => new ServiceCheck(runtime, options, name), null, ["actors", "service"]));
        }
    }
}
