using Actors.Services;

namespace Actors.Hosting;

/// <summary>Sentences for settings.</summary>
public static class ServiceOptionsExtensions
{
    /// <summary>Changes the restart settings of a service: <c>s.Restart(r => r.MaxRestarts = 5)</c>.</summary>
    public static ServiceOptions Restart(this ServiceOptions options, Action<RestartOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configure);
        configure(options.Restart);
        return options;
    }
}
