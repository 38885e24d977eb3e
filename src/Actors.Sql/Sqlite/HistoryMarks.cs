using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Actors.Jobs;

namespace Actors.Sql.Sqlite;

/// <summary>What finished jobs are found by, as it is stored.</summary>
internal static class HistoryMarks
{
    /// <summary>Adds the marks of a job: of its key, its tags and its indexed arguments. Some may be there twice.</summary>
    public static void Add(List<long> marks, string? key, IReadOnlyList<string> tags, IReadOnlyList<ulong> indexedArgs)
    {
        if (key is not null)
        {
            marks.Add(OfKey(key));
        }

        for (var i = 0; i < tags.Count; i++)
        {
            marks.Add(OfTag(tags[i]));
        }

        for (var i = 0; i < indexedArgs.Count; i++)
        {
            marks.Add(unchecked((long)indexedArgs[i]));
        }
    }

    public static bool HasAny(FinishedJob job) => job.Key is not null || job.Tags.Count > 0 || job.IndexedArgs.Count > 0;

    public static long OfKey(string key) => Hash('k', key);

    public static long OfTag(string tag) => Hash('t', tag);

    public static long Fingerprint(string digits) =>
        unchecked((long)ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));

    public static string Digits(long fingerprint) => fingerprint.ToString("x16", CultureInfo.InvariantCulture);

    public static string Tags(IReadOnlyList<string> tags) => new JsonArray([.. tags.Select(tag => (JsonNode)JsonValue.Create(tag))]).ToJsonString();

    /// <summary>A tag as it is within the text of all tags.</summary>
    public static string Tag(string tag) => JsonValue.Create(tag).ToJsonString();

    public static IReadOnlyList<string> ReadTags(string tags) =>
        JsonNode.Parse(tags) is JsonArray array ? [.. array.Select(tag => tag?.GetValue<string>() ?? "")] : [];

    public static byte[] Args(IReadOnlyList<ulong> args)
    {
        var bytes = new byte[args.Count * 8];
        for (var i = 0; i < args.Count; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(i * 8), args[i]);
        }

        return bytes;
    }

    public static IReadOnlyList<ulong> ReadArgs(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return [];
        }

        var args = new ulong[bytes.Length / 8];
        for (var i = 0; i < args.Length; i++)
        {
            args[i] = BinaryPrimitives.ReadUInt64BigEndian(bytes[(i * 8)..]);
        }

        return args;
    }

    /// <summary>FNV-1a, mixed. Stored: it never changes.</summary>
    private static long Hash(char kind, string text)
    {
        var hash = (14695981039346656037 ^ kind) * 1099511628211;
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ b) * 1099511628211;
        }

        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
        return unchecked((long)(hash ^ (hash >> 33)));
    }
}
