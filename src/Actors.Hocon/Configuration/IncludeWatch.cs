using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace Actors.Hocon.Configuration;

/// <summary>Loads a file again when one that it includes has changed. The base class watches the file itself only.</summary>
internal sealed class IncludeWatch(FileConfigurationSource source, Action load) : IDisposable
{
    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private ITimer? _delay;
    private bool _isDisposed;

    /// <summary>Watches the files of a document, of which the first is the file itself. They stay watched when a later version no longer includes them.</summary>
    public void Watch(IReadOnlyList<string> files)
    {
        lock (_gate)
        {
            foreach (var path in files.Skip(1).Where(path => !_isDisposed && Path.IsPathRooted(path) && !_watched.ContainsKey(path)))
            {
                if (Path.GetDirectoryName(path) is { } folder && Directory.Exists(folder))
                {
                    var provider = new PhysicalFileProvider(folder);
                    _watched.Add(path, new Watched(provider, ChangeToken.OnChange(() => provider.Watch(Path.GetFileName(path)), LoadSoon)));
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _delay?.Dispose();
            foreach (var watched in _watched.Values)
            {
                watched.Registration.Dispose();
                watched.Provider.Dispose();
            }

            _watched.Clear();
        }
    }

    /// <summary>After the delay of the source, so that whoever writes has finished.</summary>
    private void LoadSoon()
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _delay ??= TimeProvider.System.CreateTimer(static state => ((IncludeWatch)state!).Load(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan); // This.
                _delay.Change(TimeSpan.FromMilliseconds(source.ReloadDelay), Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Load()
    {
        try
        {
            load();
        }
        catch (Exception cause) when (cause is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // The file itself is gone or unreadable just now; it is watched by the base class, and its old values stay.
        }
    }

    private sealed record Watched(PhysicalFileProvider Provider, IDisposable Registration);
}
