using Microsoft.Extensions.Configuration;

namespace Actors.Hocon;

/// <summary>A source of configuration that is HOCON. Implementers give the document whose values they serve.</summary>
public interface IHoconConfigurationProvider : IConfigurationProvider
{
    /// <summary>The document the values come from, with all origins; null when an optional file is missing.</summary>
    HoconDocument? Document { get; }
}
