using System.Runtime.ExceptionServices;
using Actors.Hocon.Configuration;
using Actors.Hocon.Files;
using Microsoft.Extensions.Configuration;

namespace Actors.Hocon;

/// <summary>Serves the values of a HOCON file.</summary>
/// <remarks>
/// A file that has errors when it is loaded first fails the start with a <see cref="HoconException"/>. A file that has
/// errors when it is loaded again is refused whole: all old values stay, the error goes to the
/// <see cref="FileConfigurationSource.OnLoadException"/> of the source and to <see cref="LastError"/>.
/// </remarks>
public sealed class HoconFileConfigurationProvider(HoconFileConfigurationSource source)
    : FileConfigurationProvider(source), IHoconConfigurationProvider
{
    private bool _hasStarted;

    /// <inheritdoc/>
    public HoconDocument? Document { get; private set; }

    /// <summary>Why the latest version of the file was refused; null when it is in use.</summary>
    public HoconException? LastError { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="HoconException">The file has errors and the application is only starting.</exception>
    public override void Load()
    {
        try
        {
            base.Load();
            _hasStarted = true;
        }
        catch (InvalidDataException wrapped) when (wrapped.InnerException is HoconException cause)
        {
            // The base class hides the carets behind "Failed to load configuration from file".
            ExceptionDispatchInfo.Throw(cause);
        }
    }

    /// <inheritdoc/>
    public override void Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        try
        {
            var document = Parse(stream);
            Data = FlatKeys.Flatten(document);
            Document = document;
            LastError = null;
        }
        catch (HoconException cause)
        {
            LastError = cause;
            if (!_hasStarted)
            {
                throw;
            }

            Source.OnLoadException?.Invoke(new FileLoadExceptionContext { Provider = this, Exception = cause });
        }
    }

    private HoconDocument Parse(Stream stream)
    {
        var path = Source.Path ?? string.Empty;
        var physical = Source.FileProvider?.GetFileInfo(path).PhysicalPath;
        if (physical is not null)
        {
            return HoconDocument.Load(stream, path, physical, source.Options);
        }

        var options = Source.FileProvider is { } provider && source.Options.Files is DiskFiles
            ? source.Options with { Files = new ProviderFiles(provider) }
            : source.Options;
        return HoconDocument.Load(stream, path, options.Files.Locate(path, null), options);
    }
}
