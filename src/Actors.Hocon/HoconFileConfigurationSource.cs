using Microsoft.Extensions.Configuration;

namespace Actors.Hocon;

/// <summary>A HOCON file as a source of configuration.</summary>
public sealed class HoconFileConfigurationSource : FileConfigurationSource
{
    /// <summary>What parsing may reach outside the file.</summary>
    /// <value>Default <see cref="HoconOptions.Default"/>. A file that is not on disk includes from its own provider.</value>
    public HoconOptions Options { get; set; } = HoconOptions.Default;

    /// <inheritdoc/>
    public override IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        EnsureDefaults(builder);
        return new HoconFileConfigurationProvider(this);
    }
}
