using Actors.Hocon;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Actors.Hosting.Starting;

/// <summary>
/// Looks at every later version of a HOCON file before anybody sees it: one whose settings are wrong is refused whole, so that not even its
/// log levels apply, which others read than the actors.
/// </summary>
internal sealed class FileChecks : IDisposable
{
    private readonly List<(HoconFileConfigurationProvider File, Action<IHoconConfigurationProvider> Check)> _checks = [];

    /// <param name="configuration">The configuration with the files.</param>
    /// <param name="read">Reads the settings of what the configuration would be, and throws when they are wrong.</param>
    public FileChecks(IConfiguration configuration, Action<IConfiguration> read)
    {
        if (configuration is not IConfigurationRoot root)
        {
            return;
        }

        foreach (var file in root.Providers.OfType<HoconFileConfigurationProvider>())
        {
            void Check(IHoconConfigurationProvider changed)
            {
                using var candidate = new ConfigurationRoot([.. root.Providers.Select(provider => provider == file ? changed : new Unchanged(provider))]);
                read(candidate);
            }

            file.Changing += Check;
            _checks.Add((file, Check));
        }
    }

    public void Dispose()
    {
        foreach (var (file, check) in _checks)
        {
            file.Changing -= check;
        }
    }

    /// <summary>Another source as it is: not loaded again, and not disposed of.</summary>
    private sealed class Unchanged(IConfigurationProvider provider) : IHoconConfigurationProvider
    {
        public HoconDocument? Document => (provider as IHoconConfigurationProvider)?.Document;

        public bool TryGet(string key, out string? value) => provider.TryGet(key, out value);

        public void Set(string key, string? value)
        {
        }

        public IChangeToken GetReloadToken() => new CancellationChangeToken(CancellationToken.None);

        public void Load()
        {
        }

        public IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath) => provider.GetChildKeys(earlierKeys, parentPath);
    }
}
