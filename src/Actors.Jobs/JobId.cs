using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Actors.Jobs;

/// <summary>The identity of a job: a UUID of version 7 (RFC 9562), so that ids sort by the time at which they were made.</summary>
[JsonConverter(typeof(JobIdJsonConverter))]
public readonly record struct JobId(Guid Value) : IComparable<JobId>, ISpanParsable<JobId>
{
    /// <summary>Makes an id from a time and 10 random bytes.</summary>
    public static JobId Create(TimeProvider time, Random random)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes[6..]);
        var milliseconds = time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 5; i >= 0; i--)
        {
            bytes[i] = (byte)milliseconds;
            milliseconds >>= 8;
        }

        bytes[6] = (byte)(0x70 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return new JobId(new Guid(bytes, bigEndian: true));
    }

    /// <summary>Writes the 16 bytes in network order, the order in which they sort and are stored.</summary>
    public void WriteTo(Span<byte> destination) => Value.TryWriteBytes(destination, bigEndian: true, out _);

    /// <summary>Reads the 16 bytes that <see cref="WriteTo"/> wrote.</summary>
    public static JobId Read(ReadOnlySpan<byte> source) => new(new Guid(source[..16], bigEndian: true));

    /// <inheritdoc/>
    public int CompareTo(JobId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("D");

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is not a UUID.</exception>
    public static JobId Parse(string s, IFormatProvider? provider = null) => new(Guid.Parse(s));

    /// <inheritdoc/>
    public static JobId Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => new(Guid.Parse(s));

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out JobId result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out JobId result)
    {
        var isGuid = Guid.TryParse(s, out var value);
        result = new JobId(value);
        return isGuid;
    }
}
