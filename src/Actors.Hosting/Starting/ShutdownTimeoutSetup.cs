using Actors.Hosting.Settings;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Actors.Hosting.Starting;

/// <summary>Every service has its own stop-timeout; the host must not be shorter than what they may take together.</summary>
internal sealed class ShutdownTimeoutSetup(ActorsRuntime runtime) : IPostConfigureOptions<HostOptions>
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    public void PostConfigure(string? name, HostOptions options) => Extend(options, runtime.Settings);

    public static void Extend(HostOptions options, ActorsSettings settings)
    {
        if (options.ShutdownTimeout == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        var needed = Margin;
        foreach (var timeout in settings.Services.Select(service => service.Options.StopTimeout)
            .Concat(settings.Consumers.Values.Select(options => options.StopTimeout)))
        {
            if (timeout == Timeout.InfiniteTimeSpan)
            {
                options.ShutdownTimeout = Timeout.InfiniteTimeSpan;
                return;
            }

            needed += timeout + TimeSpan.FromSeconds(1);
        }

        if (options.ShutdownTimeout < needed)
        {
            options.ShutdownTimeout = needed;
        }
    }
}
