using Actors.Hocon;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests;

/// <summary>A generic host with actors, that reads nothing but what a test gives it.</summary>
internal static class TestHost
{
    public static IHost Create(
        Action<ActorsBuilder> actors,
        string hocon = "",
        Dictionary<string, string?>? later = null,
        Action<IServiceCollection>? services = null,
        string? contentRoot = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = contentRoot });
        builder.Configuration.AddHoconString(hocon, "test.conf").AddInMemoryCollection(later);
        services?.Invoke(builder.Services);
        builder.Services.AddActors("test", actors);
        return builder.Build();
    }

    /// <summary>What is wrong with it, as the user is told when the host is built.</summary>
    public static IReadOnlyList<string> Faults(Action<ActorsBuilder> actors, string hocon = "") =>
        [.. Should.Throw<ActorsConfigurationException>(() => Create(actors, hocon)).Faults.Select(fault => fault.Summary)];

    public static async Task UntilAsync(Func<Task<bool>> isSo, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await isSo())
        {
            patience.IsCancellationRequested.ShouldBeFalse($"Waited 30 s in vain until {what}.");
            await Task.Delay(10);
        }
    }
}
