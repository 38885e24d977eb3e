using Actors.Hocon.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;

namespace Actors.Hocon;

/// <summary>Adds HOCON to the sources of a configuration.</summary>
/// <remarks>
/// A path <c>a.b</c> becomes the key <c>a:b</c>, an element of a list its index: <c>a:0</c>. Keys and values keep the
/// spelling of the file. A null stays null, an empty object becomes null and an empty list the empty string, as with JSON.
/// </remarks>
public static class HoconConfigurationExtensions
{
    /// <summary>Adds a file.</summary>
    /// <param name="builder">The configuration to add to.</param>
    /// <param name="path">The file; a relative path starts at the base path of the builder.</param>
    /// <param name="optional">Whether the file may be missing; default false.</param>
    /// <param name="reloadOnChange">Whether a changed file is loaded again; default false. Files that it
    /// includes are watched too.
    /// A changed file with errors is refused whole and the old values stay: see
    /// <see cref="HoconFileConfigurationProvider"/>.</param>
    /// <exception cref="HoconException">While the configuration is built: the file has errors.</exception>
    public static IConfigurationBuilder AddHoconFile(
        this IConfigurationBuilder builder, string path, bool optional = false, bool reloadOnChange = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return builder.AddHoconFile(source =>
        {
            source.Path = path;
            source.Optional = optional;
            source.ReloadOnChange = reloadOnChange;
        });
    }

    /// <summary>Adds a file of a file provider.</summary>
    /// <param name="builder">The configuration to add to.</param>
    /// <param name="provider">Where the file and those that it includes come from.</param>
    /// <param name="path">The file within the provider.</param>
    /// <param name="optional">Whether the file may be missing.</param>
    /// <param name="reloadOnChange">Whether a changed file is loaded again.</param>
    /// <exception cref="HoconException">While the configuration is built: the file has errors.</exception>
    public static IConfigurationBuilder AddHoconFile(
        this IConfigurationBuilder builder, IFileProvider provider, string path, bool optional, bool reloadOnChange)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return builder.AddHoconFile(source =>
        {
            source.FileProvider = provider;
            source.Path = path;
            source.Optional = optional;
            source.ReloadOnChange = reloadOnChange;
        });
    }

    /// <summary>Adds a file and configures its source, for instance <see cref="HoconFileConfigurationSource.Options"/>.
    /// </summary>
    public static IConfigurationBuilder AddHoconFile(
        this IConfigurationBuilder builder, Action<HoconFileConfigurationSource> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var source = new HoconFileConfigurationSource();
        configure(source);
        if (source.FileProvider is null)
        {
            source.ResolveFileProvider();
        }

        return builder.Add(source);
    }

    /// <summary>Adds a text.</summary>
    /// <param name="builder">The configuration to add to.</param>
    /// <param name="text">HOCON or JSON.</param>
    /// <param name="sourceName">What to call it in errors; default <c>string</c>.</param>
    /// <param name="options">What parsing may reach outside the text.</param>
    /// <exception cref="HoconException">While the configuration is built: the text has errors.</exception>
    public static IConfigurationBuilder AddHoconString(
        this IConfigurationBuilder builder, string text, string? sourceName = null, HoconOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(text);
        return builder.Add(new HoconTextConfigurationSource(text, sourceName, options));
    }

    /// <summary>Adds a document that has been parsed.</summary>
    /// <exception cref="HoconException">While the configuration is built: two keys differ only by case, or the root is a list.</exception>
    public static IConfigurationBuilder AddHoconDocument(this IConfigurationBuilder builder, HoconDocument document)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(document);
        return builder.Add(new HoconDocumentConfigurationSource(document));
    }

    /// <summary>The HOCON value behind a key of the configuration, with its origin; null when the key's value comes from
    /// elsewhere, such as the command line.</summary>
    /// <param name="configuration">The configuration as built.</param>
    /// <param name="key">The key, such as <c>actors:services:restart:max-restarts</c>; case does not matter.</param>
    public static HoconValue? FindHocon(this IConfigurationRoot configuration, string key)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        foreach (var provider in configuration.Providers.Reverse())
        {
            var hocon = provider as IHoconConfigurationProvider;
            if (hocon?.Document is { } document && FlatKeys.Find(document, key) is { } value)
            {
                return value;
            }

            if (provider.TryGet(key, out _))
            {
                return null;
            }
        }

        return null;
    }
}
