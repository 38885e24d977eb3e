namespace Actors.Hosting;

/// <summary>The configuration of an actor system cannot be used. All faults are reported together.</summary>
public sealed class ActorsConfigurationException(IReadOnlyList<string> faults)
    : Exception(
        faults.Count == 1
            ? faults[0]
            : $"{faults.Count} faults in the configuration of the actors:{string.Concat(faults.Select(fault => Environment.NewLine + "- " + fault))}")
{
    /// <summary>Everything that is wrong, each in a sentence that names the key, the place and what to do.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
