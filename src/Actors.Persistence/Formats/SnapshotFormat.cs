using System.Buffers;
using System.Text.Json;

namespace Actors.Persistence.Formats;

/// <summary>The state in a snapshot as it is stored: <c>{"name":"cart","version":1,"data":{…}}</c>.</summary>
internal static class SnapshotFormat
{
    public static ReadOnlyMemory<byte> Encode(StoredType type, object state)
    {
        var data = StoredJson.Serialize(type, state);
        var buffer = new ArrayBufferWriter<byte>(data.Length + 64 + type.Name.Length);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            StoredJson.Write(writer, type, data);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <returns>Null when snapshots of this name are to be passed over.</returns>
    /// <exception cref="StoredTypeException">It is nothing that this program knows.</exception>
    /// <exception cref="JsonException">The content does not fit the class.</exception>
    public static object? Decode(ReadOnlySpan<byte> snapshot, StoredTypes types)
    {
        var reader = new Utf8JsonReader(snapshot, StoredJson.Reading);
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject
            ? StoredJson.Read(ref reader, types)
            : throw new JsonException("it is no snapshot");
    }
}
