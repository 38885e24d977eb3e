using Actors.Hosting.Settings;
using Microsoft.Extensions.Configuration;

namespace Actors.Hosting.Management;

/// <summary>Settings as they were at one moment: what was read from them, and every key below <c>actors</c> as it was written.</summary>
internal sealed record SettingsSnapshot(ActorsSettings Settings, IReadOnlyDictionary<string, string?> Keys)
{
    public static SettingsSnapshot Of(ActorsSettings settings, IConfiguration configuration) => new(
        settings,
        configuration.GetSection(ActorsSettings.Section).AsEnumerable().Where(entry => entry.Value is not null)
            .ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.OrdinalIgnoreCase));

    /// <summary>Reads every source again, from the beginning, and leaves the configuration of the program as it is.</summary>
    /// <exception cref="InvalidOperationException">The configuration does not know its sources.</exception>
    public static IConfigurationRoot ReadAgain(IConfiguration configuration)
    {
        if (configuration is not IConfigurationBuilder known)
        {
            throw new InvalidOperationException(
                "The settings of this program cannot be read again: its configuration was built once and for all. Host.CreateApplicationBuilder and " +
                "WebApplication.CreateBuilder make one that can.");
        }

        var again = new ConfigurationBuilder();
        foreach (var (key, value) in known.Properties)
        {
            again.Properties[key] = value;
        }

        foreach (var source in known.Sources)
        {
            again.Add(source);
        }

        return again.Build();
    }

    /// <summary>Ends the watch on files; a chained configuration is the program's, and goes on.</summary>
    public static void Forget(IConfigurationRoot again)
    {
        foreach (var provider in again.Providers.OfType<IDisposable>().Where(provider => provider is not ChainedConfigurationProvider))
        {
            provider.Dispose();
        }
    }
}
