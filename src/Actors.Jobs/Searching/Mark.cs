namespace Actors.Jobs.Searching;

/// <summary>64 bits that stand for a text by which jobs are found. They are stored: the same text has the same mark for ever.</summary>
internal static class Mark
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>FNV-1a over the UTF-16 code units, mixed so that every bit depends on all of them.</summary>
    public static ulong Of(ReadOnlySpan<char> text) => Mix(Add(Offset, text));

    /// <summary>The mark of a value of the arguments. The case of the path does not matter.</summary>
    public static ulong OfArg(string path, ReadOnlySpan<char> value) => Mix(Add(Add(Add(Offset, path.ToUpperInvariant()), "="), value));

    public static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
        return hash ^ (hash >> 33);
    }

    private static ulong Add(ulong hash, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            hash = (hash ^ c) * Prime;
        }

        return hash;
    }
}
