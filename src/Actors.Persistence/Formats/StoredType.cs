using System.Text.Json.Serialization.Metadata;

namespace Actors.Persistence.Formats;

/// <summary>A class whose instances are stored.</summary>
internal sealed class StoredType(StoredTypes types, Type type, string name, int version)
{
    private JsonTypeInfo? _json;

    public Type Type => type;

    public string Name => name;

    public int Version => version;

    // Made late: a class may be added before the options are complete.
    public JsonTypeInfo Json => _json ??= types.Json.GetTypeInfo(type);
}

/// <summary>One event, ready to be stored.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Json">Its content.</param>
/// <param name="BeginsWrite">Whether it may be in another commit than the event before it.</param>
internal readonly record struct EncodedEvent(StoredType Type, byte[] Json, bool BeginsWrite);
