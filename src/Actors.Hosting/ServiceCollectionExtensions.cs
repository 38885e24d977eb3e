using Actors.Hosting.Management;
using Actors.Hosting.Registering;
using Actors.Hosting.Starting;
using Actors.Hosting.Systemd;
using Actors.Jobs;
using Actors.Services;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Actors.Hosting;

/// <summary>Adds an actor system to a host.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>
    /// Adds an actor system with its services and queues. It starts and stops with the host; <see cref="IServices"/>, <see cref="IServiceTypes"/>,
    /// <see cref="IJobs"/>, <see cref="ISchedules"/>, <see cref="ActorSystem"/> and <see cref="IRequiredActor{TActor}"/> can be injected. The clock of the system is the
    /// <see cref="TimeProvider"/> of the container, which is the system's own unless another is registered.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="name">The name of the system, the first part of every actor's path.</param>
    /// <param name="configure">Adds services, queues and actors. The section <c>actors</c> of the configuration overrides the settings made here.</param>
    /// <exception cref="InvalidOperationException">The container has an actor system already.</exception>
    /// <exception cref="InvalidActorNameException">The name is not legal.</exception>
    public static IServiceCollection AddActors(this IServiceCollection services, string name, Action<ActorsBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        if (services.Any(service => service.ServiceType == typeof(ActorsRuntime)))
        {
            throw new InvalidOperationException($"AddActors was called twice (the second time for '{name}'). A host has one actor system; add everything to it.");
        }

        ActorsExitCode.ReportUnhandledFaults();
        var builder = new ActorsBuilder(name, services);
        configure(builder);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new ActorsRuntime(builder, provider));
        services.AddSingleton(provider => provider.GetRequiredService<ActorsRuntime>().System);
        services.AddSingleton<IServices>(provider => new StartedServices(provider.GetRequiredService<ActorsRuntime>()));
        services.AddSingleton<IServiceTypes>(provider => new ServiceTypes(provider.GetRequiredService<ActorsRuntime>()));
        services.AddSingleton<IJobs>(provider => new StartedJobs(provider.GetRequiredService<ActorsRuntime>()));
        services.AddSingleton<ISchedules>(provider => new StartedSchedules(provider.GetRequiredService<ActorsRuntime>()));
        services.AddSingleton(typeof(IRequiredActor<>), typeof(RequiredActor<>));
        services.AddHostedService<SystemdNotifier>();
        services.AddHostedService<ManagementServer>();
        services.AddHostedService<ActorsHostedService>();
        services.AddSingleton<IPostConfigureOptions<HostOptions>, ShutdownTimeoutSetup>();
        return services;
    }
}
