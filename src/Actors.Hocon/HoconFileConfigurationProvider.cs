using System.Runtime.ExceptionServices;
using Actors.Hocon.Configuration;
using Actors.Hocon.Files;
using Microsoft.Extensions.Configuration;

namespace Actors.Hocon;

/// <summary>Serves the values of a HOCON file.</summary>
/// <remarks>
/// A file that has errors when it is loaded first fails the start with a <see cref="HoconException"/>. A file that has
/// errors when it is loaded again is refused whole: all old values stay, the error goes to the
/// <see cref="FileConfigurationSource.OnLoadException"/> of the source and to <see cref="LastError"/>. A file that is not
/// optional and is deleted later leaves its values behind; one that is optional takes them with it.
/// </remarks>
public sealed class HoconFileConfigurationProvider(HoconFileConfigurationSource source)
    : FileConfigurationProvider(source), IHoconConfigurationProvider
{
    private bool _hasStarted;
    private HoconDocument? _document;
    private IDictionary<string, string?>? _loaded;
    private IncludeWatch? _includes;

    /// <inheritdoc/>
    public HoconDocument? Document
    {
        get
        {
            Restore();
            return ReferenceEquals(Data, _loaded) ? _document : null;
        }
    }

    /// <summary>Why the latest version of the file was refused: a <see cref="HoconException"/>, or what a handler of <see cref="Changing"/> threw; null when it is in use.</summary>
    public Exception? LastError { get; private set; }

    /// <summary>Raised with what a later version of the file says, before it is used. A handler that throws refuses it whole, and all old values stay.</summary>
    /// <remarks>Raised on the thread that saw the change. Not raised for the version that the application starts with.</remarks>
    public event Action<IHoconConfigurationProvider>? Changing;

    /// <inheritdoc/>
    public override bool TryGet(string key, out string? value)
    {
        Restore();
        return base.TryGet(key, out value);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath)
    {
        Restore();
        return base.GetChildKeys(earlierKeys, parentPath);
    }

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
            if (_hasStarted)
            {
                Changing?.Invoke(new HoconDocumentConfigurationProvider(document));
            }

            _loaded = FlatKeys.Flatten(document);
            _document = document;
            Data = _loaded;
            LastError = null;
            if (Source.ReloadOnChange)
            {
                (_includes ??= new IncludeWatch(source, Load)).Watch(document.Files);
            }
        }
        catch (Exception cause) when (cause is HoconException || _hasStarted)
        {
            LastError = cause;
            if (!_hasStarted)
            {
                throw;
            }

            Source.OnLoadException?.Invoke(new FileLoadExceptionContext { Provider = this, Exception = cause });
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _includes?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The base class empties the settings when the file is gone or cannot be opened while the program runs. A file that must be there keeps its old ones.</summary>
    private void Restore()
    {
        if (_loaded is { } loaded && !ReferenceEquals(Data, loaded) && !Source.Optional)
        {
            Data = loaded;
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
