using Actors.Services.Guarding;

namespace Actors.Services;

/// <summary>Starts the services of a system.</summary>
public static class ServicesExtensions
{
    /// <summary>The name of the guardian, so that its path is <c>/user/services</c>.</summary>
    public const string GuardianName = "services";

    /// <summary>Starts the guardian <c>/user/services</c> and, in the order given, every service that is to start by itself.</summary>
    /// <param name="system">The system.</param>
    /// <param name="definitions">The services; more can be registered later.</param>
    /// <param name="container">Where services are resolved, each incarnation in a scope of its own; null when none needs it.</param>
    /// <param name="groups">Services that are started again together; null when there are none.</param>
    /// <returns>The services, from outside. They stop, in the reverse order of their start, at the latest when the system terminates.</returns>
    /// <exception cref="DuplicateServiceException">Two services have the same name.</exception>
    /// <exception cref="ServiceDependencyException">A service depends on one that is not there, or on itself in a circle; all faults together.</exception>
    /// <exception cref="ServiceGroupException">A group names a service that is not there, or one that is in another group; all faults together.</exception>
    /// <exception cref="InvalidActorNameException">The services of this system were started already.</exception>
    public static IServices StartServices(
        this ActorSystem system, IEnumerable<ServiceDefinition> definitions, IServiceProvider? container = null, IEnumerable<ServiceGroup>? groups = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(definitions);
        ServiceDefinition[] all = [.. definitions];
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var definition in all)
        {
            ArgumentNullException.ThrowIfNull(definition, nameof(definitions));
            if (!names.Add(definition.Name))
            {
                throw ServiceGuardian.Duplicate(definition.Name);
            }
        }

        var faults = FindDependencyFaults(all.Select(definition => (definition.Name, definition.Settings.DependsOn)));
        if (faults.Count > 0)
        {
            throw new ServiceDependencyException(faults);
        }

        ServiceGroup[] allGroups = [.. groups ?? []];
        var groupFaults = FindGroupFaults(allGroups, names);
        if (groupFaults.Count > 0)
        {
            throw new ServiceGroupException(groupFaults);
        }

        var props = Props.Create(() => new ServiceGuardian(all, allGroups, container)) with { StopTimeout = Timeout.InfiniteTimeSpan, QuarantineAfter = 0 };
        return new GuardedServices(system.ActorOf(props, GuardianName));
    }

    /// <summary>What would make <see cref="StartServices"/> refuse these dependencies: unknown names and circles, each in a sentence.</summary>
    /// <param name="services">All services by name, with the names of those that they depend on.</param>
    public static IReadOnlyList<string> FindDependencyFaults(IEnumerable<(string Name, IReadOnlyList<string> DependsOn)> services) =>
        ServiceGraph.Faults([.. services]);

    /// <summary>What would make <see cref="StartServices"/> refuse these groups: unknown services, a name twice, a service in two groups, each in a sentence.</summary>
    /// <param name="groups">All groups.</param>
    /// <param name="services">The names of all services.</param>
    public static IReadOnlyList<string> FindGroupFaults(IEnumerable<ServiceGroup> groups, IEnumerable<string> services) =>
        ServiceGroups.Faults([.. groups], [.. services]);
}
