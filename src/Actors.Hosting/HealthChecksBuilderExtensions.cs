using Actors.Hosting.Health;
using Actors.Hosting.Starting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Actors.Hosting;

/// <summary>Adds an actor system to the health checks of its application.</summary>
public static class HealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds <c>actors-live</c> (tag <c>live</c>: unhealthy when only a restart of the process can help), <c>actors-ready</c> (tag <c>ready</c>: unhealthy
    /// while a service that is to run is not ready), <c>actors-service-NAME</c> for each service (tag <c>service</c>) and, where there are queues,
    /// <c>actors-schedules</c> (tag <c>schedules</c>: degraded while a durable schedule is more than a minute late). All have the tag <c>actors</c>; their descriptions are the text of the service's status.
    /// </summary>
    /// <param name="builder">The health checks of the application.</param>
    /// <param name="configure">What they look at; null leaves the defaults.</param>
    public static IHealthChecksBuilder AddActors(this IHealthChecksBuilder builder, Action<ActorsHealthOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new ActorsHealthOptions();
        configure?.Invoke(options);
        builder.Add(new HealthCheckRegistration("actors-live", services => new LiveCheck(Runtime(services), options), null, ["actors", "live"]));
        builder.Add(new HealthCheckRegistration("actors-ready", services => new ReadyCheck(Runtime(services), options), null, ["actors", "ready"]));
        builder.Services.AddSingleton<IConfigureOptions<HealthCheckServiceOptions>>(services => new ScheduleCheck.Registration(Runtime(services), options));
        if (options.PerService)
        {
            builder.Services.AddSingleton<IConfigureOptions<HealthCheckServiceOptions>>(services => new ServiceChecks(Runtime(services), options));
        }

        return builder;
    }

    private static ActorsRuntime Runtime(IServiceProvider services) => services.GetService<ActorsRuntime>() ?? throw new InvalidOperationException(
        "AddHealthChecks().AddActors() has no actor system to look at. Add one with services.AddActors(\"…\", …).");
}
