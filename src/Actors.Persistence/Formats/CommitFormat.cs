using System.Buffers;
using System.Text.Json;

namespace Actors.Persistence.Formats;

/// <summary>
/// A commit of a persistent actor as it is stored, for people to read too:
/// <c>{"first":7,"last":8,"events":[{"name":"item-added","version":1,"data":{…}}, …]}</c>. A commit without events has last = first − 1.
/// </summary>
internal static class CommitFormat
{
    /// <summary>Raise it when an older reader would misunderstand a commit.</summary>
    public const int Version = 1;

    public static ReadOnlyMemory<byte> Encode(long first, ReadOnlySpan<EncodedEvent> events)
    {
        var bytes = 64;
        foreach (var stored in events)
        {
            bytes += stored.Json.Length + stored.Type.Name.Length + 40;
        }

        var buffer = new ArrayBufferWriter<byte>(bytes);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("first"u8, first);
            writer.WriteNumber("last"u8, first + events.Length - 1);
            writer.WriteStartArray("events"u8);
            foreach (var stored in events)
            {
                writer.WriteStartObject();
                StoredJson.Write(writer, stored.Type, stored.Json);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The sequence numbers of the first and the last event of a commit.</summary>
    /// <exception cref="JsonException">It is no commit of a persistent actor.</exception>
    public static (long First, long Last) ReadRange(ReadOnlySpan<byte> commit)
    {
        var reader = new Utf8JsonReader(commit, StoredJson.Reading);
        return ReadRange(ref reader);
    }

    /// <summary>Reads the events of a commit, one after the other.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="types">The events that this program knows.</param>
    /// <param name="after">Events up to this sequence number are passed over, and not even decoded.</param>
    /// <param name="apply">Takes a sequence number and an event, which is null when it is to be ignored; false ends the reading.</param>
    /// <exception cref="EventFormatException">An event cannot be read.</exception>
    /// <exception cref="JsonException">It is no commit of a persistent actor.</exception>
    public static bool Read(ReadOnlySpan<byte> commit, StoredTypes types, long after, Func<long, object?, bool> apply)
    {
        var reader = new Utf8JsonReader(commit, StoredJson.Reading);
        var (first, last) = ReadRange(ref reader);
        Expect(reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("events"u8));
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartArray);
        for (var sequenceNr = first; sequenceNr <= last; sequenceNr++)
        {
            Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
            if (sequenceNr <= after)
            {
                reader.Skip();
                continue;
            }

            object? stored;
            try
            {
                stored = StoredJson.Read(ref reader, types);
            }
            catch (Exception cause) when (cause is not OutOfMemoryException)
            {
                throw new EventFormatException(sequenceNr, cause); // Whatever a constructor, a converter or an upgrade throws.
            }

            if (!apply(sequenceNr, stored))
            {
                return false;
            }
        }

        return true;
    }

    private static (long First, long Last) ReadRange(ref Utf8JsonReader reader)
    {
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
        return (ReadNumber(ref reader, "first"u8), ReadNumber(ref reader, "last"u8));
    }

    private static long ReadNumber(ref Utf8JsonReader reader, ReadOnlySpan<byte> property)
    {
        Expect(reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(property) && reader.Read());
        return reader.GetInt64();
    }

    private static void Expect(bool isSo)
    {
        if (!isSo)
        {
            throw new JsonException("it is no commit of a persistent actor");
        }
    }
}

/// <summary>One event of a commit cannot be read.</summary>
internal sealed class EventFormatException(long sequenceNr, Exception cause) : Exception(cause.Message, cause)
{
    public long SequenceNr { get; } = sequenceNr;
}
