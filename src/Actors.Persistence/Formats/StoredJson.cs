using System.Text.Json;
using System.Text.Json.Nodes;

namespace Actors.Persistence.Formats;

/// <summary>The three properties that everything of a user is stored with: <c>"name"</c>, <c>"version"</c>, <c>"data"</c>, in this order.</summary>
internal static class StoredJson
{
    /// <summary>What we put around the data must not make data too deep that were not when they were written.</summary>
    public static JsonReaderOptions Reading { get; } = new() { MaxDepth = 1024 };

    public static byte[] Serialize(StoredType type, object instance) => JsonSerializer.SerializeToUtf8Bytes(instance, type.Json);

    public static void Write(Utf8JsonWriter writer, StoredType type, ReadOnlySpan<byte> data)
    {
        writer.WriteString("name"u8, type.Name);
        writer.WriteNumber("version"u8, type.Version);
        writer.WritePropertyName("data"u8);
        writer.WriteRawValue(data, skipInputValidation: true);
    }

    /// <summary>Reads an object of these properties, beginning at its brace and ending at the other.</summary>
    /// <returns>Null when it is to be passed over.</returns>
    /// <exception cref="StoredTypeException">It is nothing that this program knows.</exception>
    /// <exception cref="JsonException">The content does not fit the class.</exception>
    public static object? Read(ref Utf8JsonReader reader, StoredTypes types)
    {
        string? name = null;
        var version = 0;
        object? instance = null;
        var isRead = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                name = reader.GetString();
            }
            else if (reader.ValueTextEquals("version"u8))
            {
                reader.Read();
                version = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("data"u8) && name is not null && version > 0)
            {
                reader.Read();
                instance = ReadData(ref reader, types, name, version);
                isRead = true;
            }
            else
            {
                reader.Skip();
            }
        }

        return isRead ? instance : throw new JsonException("it lacks its name, version or data");
    }

    private static object? ReadData(ref Utf8JsonReader reader, StoredTypes types, string name, int version)
    {
        if (types.Find(name, version) is not { } type)
        {
            reader.Skip();
            return null;
        }

        var instance = version == type.Version
            ? JsonSerializer.Deserialize(ref reader, type.Json)
            : JsonSerializer.Deserialize(types.Upgrade(type, version, ReadObject(ref reader, name)), type.Json);
        return instance ?? throw new JsonException($"the data of '{name}' are null");
    }

    private static JsonObject ReadObject(ref Utf8JsonReader reader, string name) =>
        JsonNode.Parse(ref reader) as JsonObject ?? throw new JsonException($"the data of '{name}' are no JSON object, which an upgrade needs");
}
