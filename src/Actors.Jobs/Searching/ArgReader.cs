using System.Text.Json;
using Actors.Jobs.Types;

namespace Actors.Jobs.Searching;

/// <summary>Looks for values in arguments.</summary>
internal static class ArgReader
{
    /// <summary>Whether the arguments have this value at this path. What is no JSON has none.</summary>
    public static bool Has(ReadOnlySpan<byte> json, JobArg arg) => Read(json, arg.Path) == arg.Value;

    /// <summary>The marks of the values at these paths, of those that are there.</summary>
    public static ulong[] Marks(ReadOnlySpan<byte> json, IReadOnlyList<string> paths)
    {
        var marks = new List<ulong>(paths.Count);
        foreach (var path in paths)
        {
            if (Read(json, path) is { } value)
            {
                marks.Add(Mark.OfArg(path, value));
            }
        }

        return [.. marks];
    }

    private static string? Read(ReadOnlySpan<byte> json, string path)
    {
        try
        {
            return json.IsEmpty ? null : ArgsPath.Read(json, path);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
