using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Actors.Hosting.Adopting;

/// <summary>Which hosted services are supervised here, held against those that the host is about to start.</summary>
/// <param name="Adopted">Those that were adopted, by the name of the service.</param>
/// <param name="IsOfAll">Whether all were meant.</param>
internal sealed record Adoption(IReadOnlyList<(string Name, Type Type)> Adopted, bool IsOfAll)
{
    /// <exception cref="ActorsConfigurationException">One of them would run twice.</exception>
    public static void Check(Adoption adoption, IEnumerable<IHostedService> started, ILogger logger)
    {
        List<ConfigurationFault> faults = [];
        foreach (var type in started.Select(hosted => hosted.GetType()))
        {
            if (adoption.Adopted.FirstOrDefault(one => one.Type == type) is { Name: { } name })
            {
                faults.Add(new ConfigurationFault(
                    $"Hosted service {type.Name} is supervised as '{name}' and was registered again after AddActors, so that it would run twice. Remove that registration."));
            }
            else if (adoption.IsOfAll && !HostedRegistration.IsOfFramework(type))
            {
                Log.NotAdopted(logger, type.FullName ?? type.Name);
            }
        }

        if (faults.Count > 0)
        {
            throw new ActorsConfigurationException(faults);
        }
    }
}
