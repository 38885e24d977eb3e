using Actors.Services;

namespace Actors.Hosting;

/// <summary>Registers services while the program runs, of the types that the code has declared. Thread-safe.</summary>
/// <remarks>
/// Declare types with <see cref="ActorsBuilder.AddServiceType{T}"/>, <see cref="ActorsBuilder.AddTickType{T}"/> and <see cref="ActorsBuilder.AddPolledType{T}"/>. The
/// services are like all others; <see cref="IServices.UnregisterAsync"/> removes them, for good if they were kept.
/// </remarks>
public interface IServiceTypes
{
    /// <summary>Registers a service, and starts it unless its options say otherwise.</summary>
    /// <param name="type">The name of the type, as it was declared.</param>
    /// <param name="name">The name of the service.</param>
    /// <param name="configure">Its options; null takes the defaults.</param>
    /// <param name="isKept">
    /// Whether it is there again after a restart of the program: type, name and options are stored before this is answered, in the store of
    /// <see cref="ActorsBuilder.UseSqlite"/>. Default false.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; it does not undo the registration.</param>
    /// <exception cref="ServiceDefinitionException">No such type was declared, or the name or options make no sense.</exception>
    /// <exception cref="DuplicateServiceException">The name is taken.</exception>
    /// <exception cref="InvalidOperationException">It is to be kept, and there is no store that belongs to this process alone; or the host has not started yet.</exception>
    Task<ServiceStatus> RegisterAsync(
        string type, string name, Action<ServiceOptions>? configure = null, bool isKept = false, CancellationToken cancellationToken = default);
}
