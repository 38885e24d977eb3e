using System.Text;
using System.Text.Json;

namespace Actors.Jobs.Types;

/// <summary>A property of a job's arguments, such as <c>customer.id</c>. Case does not matter.</summary>
internal static class ArgsPath
{
    /// <summary>The text of a property, without reading the rest.</summary>
    /// <param name="json">The arguments.</param>
    /// <param name="path">The names on the way, with dots between.</param>
    /// <returns>Null when there is none, or it is null, an object or a list.</returns>
    public static string? Read(ReadOnlySpan<byte> json, string path)
    {
        var reader = new Utf8JsonReader(json);
        var rest = path.AsSpan();
        if (!reader.Read())
        {
            return null;
        }

        while (true)
        {
            var dot = rest.IndexOf('.');
            if (!TryFind(ref reader, dot < 0 ? rest : rest[..dot]))
            {
                return null;
            }

            if (dot < 0)
            {
                return reader.TokenType switch
                {
                    JsonTokenType.String => reader.GetString(),
                    JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
                    JsonTokenType.True => "true",
                    JsonTokenType.False => "false",
                    _ => null,
                };
            }

            rest = rest[(dot + 1)..];
        }
    }

    /// <summary>Stops at the value of a property of the object that the reader is at.</summary>
    private static bool TryFind(ref Utf8JsonReader reader, ReadOnlySpan<char> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = name.Equals(reader.GetString(), StringComparison.OrdinalIgnoreCase);
            reader.Read();
            if (isIt)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}
