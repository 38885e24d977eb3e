using System.Buffers.Binary;
using System.Buffers.Text;

namespace Actors.Jobs.Searching;

/// <summary>A place in the order of all jobs, as text that means nothing to its holder.</summary>
internal static class SearchCursor
{
    private const byte Version = 1;
    private const int Length = 1 + 8 + 16;

    public static string Write(JobPosition position)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], position.EnqueuedAt.ToUnixTimeMilliseconds());
        position.Id.WriteTo(bytes[9..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <exception cref="ArgumentException">The text is no cursor.</exception>
    public static JobPosition Read(string cursor)
    {
        Span<byte> bytes = stackalloc byte[Length + 3];
        if (Base64Url.IsValid(cursor, out var length)
            && length == Length
            && Base64Url.TryDecodeFromChars(cursor, bytes, out _)
            && bytes[0] == Version
            && BinaryPrimitives.ReadInt64BigEndian(bytes[1..]) is >= 0 and var ms
            && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return new JobPosition(DateTimeOffset.FromUnixTimeMilliseconds(ms), JobId.Read(bytes[9..]));
        }

        throw new ArgumentException("The cursor is not one that a search has returned. Leave it out to begin with the newest jobs.", nameof(cursor));
    }
}
