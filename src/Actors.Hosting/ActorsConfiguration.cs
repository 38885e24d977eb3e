using Actors.Hosting.Settings;
using Actors.Services;
using Microsoft.Extensions.Configuration;

namespace Actors.Hosting;

/// <summary>What is known of the section <c>actors</c> of a configuration without the program that it belongs to. For tools.</summary>
public static class ActorsConfiguration
{
    /// <summary>Every key, in the order of the reference files.</summary>
    public static IReadOnlyList<SettingDescription> Settings => ReferenceFiles.All;

    /// <summary>The key that a path means, in the spelling of HOCON or of appsettings.json; null when there is none.</summary>
    /// <param name="path">From the root, with the names of the user's: <c>actors.services.mailer.restart.max-restarts</c>.</param>
    public static SettingDescription? Find(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var elements = path.Split('.');
        return Settings.FirstOrDefault(setting => Fits(setting.Path.Split('.'), elements));
    }

    /// <summary>What is wrong with the section, as far as that can be said: names of services, queues and jobs may be any.</summary>
    /// <remarks>A host finds the rest when it is built.</remarks>
    public static IReadOnlyList<ConfigurationFault> Check(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return SettingsWithoutCode.Check(configuration);
    }

    /// <summary>The options of a service, as a section states them; what it leaves out has its default.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="path">The path of the section, such as <c>policies.web-api-client</c>.</param>
    /// <exception cref="ActorsConfigurationException">With every fault of the section.</exception>
    public static ServiceOptions ReadService(IConfiguration configuration, string path)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return SettingsWithoutCode.ReadService(configuration, path);
    }

    private static bool Fits(string[] pattern, string[] path) => pattern.Length == path.Length && pattern.Zip(path).All(static pair =>
        pair.First is "NAME" or "TYPE" || SettingName.IsSame(pair.Second, pair.First));
}
