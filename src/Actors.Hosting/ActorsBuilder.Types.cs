using System.Diagnostics.CodeAnalysis;
using Actors.Services;

namespace Actors.Hosting;

/// <summary>The types of services that can be registered while the program runs.</summary>
public sealed partial class ActorsBuilder
{
    private readonly List<ServiceTypeEntry> _types = [];

    internal IReadOnlyList<ServiceTypeEntry> ServiceTypeEntries => _types;

    /// <summary>Declares a class of which services can be registered while the program runs; see <see cref="IServiceTypes"/>.</summary>
    /// <param name="type">Its name, by which kept services find it again. It stays the same when the class is renamed.</param>
    /// <exception cref="ArgumentException">The name is taken by another type.</exception>
    public ActorsBuilder AddServiceType<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(string type)
        where T : class, IService => AddType(type, ServiceDefinition.Service<T>);

    /// <summary>The same for work on an interval or schedule, one of which the options state.</summary>
    /// <param name="type">As for <see cref="AddServiceType{T}"/>.</param>
    /// <exception cref="ArgumentException">The name is taken by another type.</exception>
    public ActorsBuilder AddTickType<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(string type)
        where T : class, ITick => AddType(
            type,
            static (name, options) => options.Schedule is { } schedule
                ? ServiceDefinition.Tick<T>(name, schedule, options)
                : ServiceDefinition.Tick<T>(name, options.Interval ?? TimeSpan.Zero, options));

    /// <summary>The same for work that is done when there is some.</summary>
    /// <param name="type">As for <see cref="AddServiceType{T}"/>.</param>
    /// <exception cref="ArgumentException">The name is taken by another type.</exception>
    public ActorsBuilder AddPolledType<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(string type)
        where T : class, IPolledService => AddType(type, ServiceDefinition.Polled<T>);

    private ActorsBuilder AddType(string type, Func<string, ServiceOptions, ServiceDefinition> define)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        if (_types.Exists(known => known.Type == type))
        {
            throw new ArgumentException($"There is a service type '{type}' already. Give this one another name.", nameof(type));
        }

        _types.Add(new ServiceTypeEntry(type, define));
        return this;
    }

    internal sealed record ServiceTypeEntry(string Type, Func<string, ServiceOptions, ServiceDefinition> Define);
}
