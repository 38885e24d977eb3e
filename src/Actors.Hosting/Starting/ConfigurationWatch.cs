using Actors.Hocon;
using Actors.Hosting.Settings;
using Actors.Persistence;
using Actors.Services;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Actors.Hosting.Starting;

/// <summary>Applies a changed configuration to the running system: all of it, or, when anything in it is wrong, nothing.</summary>
internal sealed class ConfigurationWatch : IDisposable
{
    private readonly ActorsRuntime _runtime;
    private readonly IConfiguration _configuration;
    private readonly string _contentRoot;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly HashSet<Exception> _told = [];
    private readonly FileChecks _checks;
    private readonly IDisposable _registration;
    private Dictionary<string, string?> _applied;

    /// <param name="runtime">The started system.</param>
    /// <param name="configuration">What may change.</param>
    /// <param name="applied">The section as it was when the system was made, by <see cref="Flatten"/>.</param>
    /// <param name="contentRoot">Where relative paths begin.</param>
    /// <param name="logger">Tells what was applied and what was refused.</param>
    public ConfigurationWatch(ActorsRuntime runtime, IConfiguration configuration, Dictionary<string, string?> applied, string contentRoot, ILogger logger)
    {
        _runtime = runtime;
        _configuration = configuration;
        _applied = applied;
        _contentRoot = contentRoot;
        _logger = logger;
        _checks = new FileChecks(configuration, candidate => Read(candidate));
        _registration = ChangeToken.OnChange(configuration.GetReloadToken, Look);
        Look(); // It may have changed before somebody watched.
    }

    public static Dictionary<string, string?> Flatten(IConfiguration configuration) => configuration.GetSection(ActorsSettings.Section).AsEnumerable()
        .Where(pair => pair.Value is not null)
        .ToDictionary(pair => pair.Key.Replace(':', '.'), pair => pair.Value, StringComparer.OrdinalIgnoreCase);

    public void Dispose()
    {
        _registration.Dispose();
        _checks.Dispose();
    }

    private ActorsSettings Read(IConfiguration configuration) =>
        ActorsSettings.Read(_runtime.Builder, configuration, new ActorSystemOptions(), new PersistenceOptions(), _contentRoot);

    /// <summary>Called by whoever saw the change, on any thread; it must not throw there.</summary>
    private void Look()
    {
        lock (_gate)
        {
            try
            {
                TellOfRefusedFiles();
                var now = Flatten(_configuration);
                var changes = now.Keys.Union(_applied.Keys, StringComparer.OrdinalIgnoreCase)
                    .Where(key => !string.Equals(now.GetValueOrDefault(key), _applied.GetValueOrDefault(key), StringComparison.Ordinal))
                    .Order(StringComparer.OrdinalIgnoreCase)
                    .ToList();
                if (changes.Count > 0)
                {
                    Apply(Read(_configuration), changes);
                    _applied = now;
                    _runtime.NoteTakenUp(changes.Where(LiveSettings.Contains), now);
                }
            }
            catch (ActorsConfigurationException refused)
            {
                Log.SettingsRefused(_logger, _runtime.Name, refused.Message);
            }
            catch (Exception cause)
            {
                Log.ReloadFailed(_logger, _runtime.Name, cause.Message, cause);
            }
        }
    }

    private void TellOfRefusedFiles()
    {
        foreach (var provider in (_configuration as IConfigurationRoot)?.Providers.OfType<HoconFileConfigurationProvider>() ?? [])
        {
            if (provider.LastError is not { } refused || !_told.Add(refused))
            {
                continue;
            }

            if (refused is HoconException or ActorsConfigurationException)
            {
                Log.FileRefused(_logger, provider.Source.Path, _runtime.Name, refused.Message);
            }
            else
            {
                Log.ReloadFailed(_logger, _runtime.Name, refused.Message, refused);
            }
        }
    }

    private void Apply(ActorsSettings settings, List<string> changes)
    {
        foreach (var queue in settings.Queues)
        {
            _runtime.Jobs?.Reconfigure(queue);
            if (settings.Consumers.TryGetValue(queue.Name, out var consumer))
            {
                _runtime.Services?.Guardian.Tell(new Reconfigure(ServiceDefinition.Service(queue.Name, static (_, _) => Task.CompletedTask, consumer)));
            }
        }

        if (changes.Exists(static key => key.StartsWith(LiveSettings.Schedules, StringComparison.OrdinalIgnoreCase)))
        {
            _runtime.Jobs?.Redeclare(settings.Schedules);
        }

        // Programs and URLs are taken up by an update on command, all their settings together.
        foreach (var service in settings.Services.Where(
            service => _runtime.Settings.Sections.TryGetValue(service.Name, out var path) && LiveSettings.Contains(path.Replace(':', '.') + ".")))
        {
            _runtime.Services?.Guardian.Tell(new Reconfigure(service));
        }

        _runtime.OnReconfigured(settings);
        var live = changes.Where(LiveSettings.Contains).ToList();
        if (live.Count > 0)
        {
            Log.SettingsApplied(_logger, _runtime.Name, string.Join(", ", live));
        }

        if (live.Count < changes.Count)
        {
            Log.SettingsWait(_logger, string.Join(", ", changes.Where(key => !LiveSettings.Contains(key))));
        }
    }
}
