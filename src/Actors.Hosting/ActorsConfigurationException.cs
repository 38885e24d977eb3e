namespace Actors.Hosting;

/// <summary>The configuration of an actor system cannot be used. All faults are reported together, each with its line and a caret.</summary>
public sealed class ActorsConfigurationException(IReadOnlyList<ConfigurationFault> faults)
    : Exception(
        faults.Count == 1
            ? faults[0].ToString()
            : $"{faults.Count} faults in the configuration of the actors:{string.Concat(faults.Select(static fault => "\n\n" + fault))}")
{
    /// <summary>Everything that is wrong, each in a sentence that names the key, the place and what to do.</summary>
    public IReadOnlyList<ConfigurationFault> Faults { get; } = faults;
}
