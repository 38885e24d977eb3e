using System.Buffers.Binary;
using System.Security.Cryptography;
using Actors.Jobs.Protos;

namespace Actors.Jobs;

/// <summary>A batch of jobs, and what has become of them. Kept for seven days after its end, of the last 10,000 of a queue.</summary>
/// <param name="Id">Its id, of the kind that jobs have.</param>
/// <param name="Queue">The queue of its jobs.</param>
/// <param name="Expected">How many jobs it is to have.</param>
/// <param name="Enqueued">How many of them have been enqueued. Fewer than expected when that is under way, or was cut short: enqueue the batch again with its id.</param>
/// <param name="Succeeded">How many have succeeded.</param>
/// <param name="Failed">How many have failed for good.</param>
/// <param name="Cancelled">How many were cancelled, or deleted.</param>
/// <param name="CompletedAt">When the last of them ended; null while one has not.</param>
public sealed record JobBatch(JobId Id, string Queue, long Expected, long Enqueued, long Succeeded, long Failed, long Cancelled, DateTimeOffset? CompletedAt)
{
    /// <summary>Whether all its jobs have ended.</summary>
    public bool IsComplete => CompletedAt is not null;

    /// <summary>How many of its jobs have not ended, those that are not enqueued yet included.</summary>
    public long Pending => Expected - Succeeded - Failed - Cancelled;

    /// <summary>The id of one of its jobs.</summary>
    /// <param name="index">Its place in what was enqueued, from 0.</param>
    public JobId IdOf(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Expected);
        return Derive(Id, 'm', index);
    }

    internal static JobBatch Of(string queue, BatchCounts counts) => new(
        JobId.Read(counts.Id.Span),
        queue,
        counts.Expected,
        counts.Enqueued,
        counts.Succeeded,
        counts.Failed,
        counts.Cancelled,
        counts.CompletedAtMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(counts.CompletedAtMs));

    /// <summary>An id that is made from another: the same each time. It sorts beside it.</summary>
    internal static JobId Derive(JobId from, char kind, long index)
    {
        Span<byte> source = stackalloc byte[25];
        from.WriteTo(source);
        source[16] = (byte)kind;
        BinaryPrimitives.WriteInt64BigEndian(source[17..], index);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(source, hash);
        source[..6].CopyTo(hash);
        hash[6] = (byte)(0x70 | (hash[6] & 0x0f));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3f));
        return JobId.Read(hash);
    }
}
