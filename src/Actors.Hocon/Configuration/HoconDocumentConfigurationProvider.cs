using Microsoft.Extensions.Configuration;

namespace Actors.Hocon.Configuration;

/// <summary>Serves the values of a document, which does not change.</summary>
internal sealed class HoconDocumentConfigurationProvider(HoconDocument document) : ConfigurationProvider, IHoconConfigurationProvider
{
    public HoconDocument? Document => document;

    public override void Load() => Data = FlatKeys.Flatten(document);
}
