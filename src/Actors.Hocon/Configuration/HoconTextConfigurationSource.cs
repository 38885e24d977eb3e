using Microsoft.Extensions.Configuration;

namespace Actors.Hocon.Configuration;

/// <summary>A HOCON text as a source of configuration.</summary>
internal sealed class HoconTextConfigurationSource(string text, string? name, HoconOptions? options) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(text, name, options);

    private sealed class Provider(string text, string? name, HoconOptions? options)
        : ConfigurationProvider, IHoconConfigurationProvider
    {
        public HoconDocument? Document { get; private set; }

        public override void Load()
        {
            Document = HoconDocument.Parse(text, name, options);
            Data = FlatKeys.Flatten(Document);
        }
    }
}
