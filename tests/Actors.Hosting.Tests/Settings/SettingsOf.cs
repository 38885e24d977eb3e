using Actors.Hosting.Settings;
using Actors.Hosting.Starting;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Hosting.Tests.Settings;

internal static class SettingsOf
{
    /// <summary>What the host was told by code and configuration together.</summary>
    public static ActorsSettings Settings(this IServiceProvider services) => services.GetRequiredService<ActorsRuntime>().Settings;
}
