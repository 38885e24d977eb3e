using Microsoft.Extensions.Configuration;

namespace Actors.Hocon.Configuration;

/// <summary>A document as a source of configuration.</summary>
internal sealed class HoconDocumentConfigurationSource(HoconDocument document) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new HoconDocumentConfigurationProvider(document);
}
