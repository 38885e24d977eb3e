using System.Text;
using System.Text.Json;

namespace Actors.Jobs.Searching;

/// <summary>Reads single values out of arguments in JSON, without making objects of the rest.</summary>
internal static class ArgReader
{
    /// <summary>Whether the arguments have this value at this path. What is no JSON has none.</summary>
    public static bool Has(ReadOnlySpan<byte> json, JobArg arg)
    {
        var has = false;
        Read(json, (path, value) => has |= path == arg.Path && value == arg.Value);
        return has;
    }

    /// <summary>The marks of the values at these paths.</summary>
    public static ulong[] Marks(ReadOnlySpan<byte> json, IReadOnlyCollection<string> paths)
    {
        var marks = new List<ulong>(paths.Count);
        Read(json, (path, value) =>
        {
            if (paths.Contains(path))
            {
                marks.Add(Mark.OfArg(path, value));
            }
        });
        return [.. marks];
    }

    /// <summary>Goes through all values that are no objects; what is in an array has no path.</summary>
    private static void Read(ReadOnlySpan<byte> json, Action<string, string> onValue)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            var lengths = new Stack<int>();
            var path = new StringBuilder();
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        path.Length = lengths.Peek(); // A name is inside of an object.
                        path.Append(path.Length == 0 ? "" : ".").Append(reader.GetString());
                        break;
                    case JsonTokenType.StartObject:
                        lengths.Push(path.Length);
                        break;
                    case JsonTokenType.EndObject:
                        path.Length = lengths.Pop();
                        break;
                    case JsonTokenType.StartArray:
                        reader.Skip();
                        break;
                    case JsonTokenType.String:
                        onValue(path.ToString(), reader.GetString()!); // A string is not null.
                        break;
                    default:
                        onValue(path.ToString(), Encoding.UTF8.GetString(reader.ValueSpan));
                        break;
                }
            }
        }
        catch (JsonException)
        {
            // Nothing more can be found in it.
        }
    }
}
