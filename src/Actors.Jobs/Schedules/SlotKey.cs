using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Actors.Jobs.Schedules;

/// <summary>What makes the slots of a schedule its own: made from the names of the application and of the schedule.</summary>
internal readonly record struct SlotKey(ulong High, ulong Low)
{
    private const int CommonBytes = 512;

    public static SlotKey Of(string application, string schedule)
    {
        var length = Encoding.UTF8.GetByteCount(application) + Encoding.UTF8.GetByteCount(schedule) + 1;
        var bytes = length <= CommonBytes ? stackalloc byte[length] : new byte[length];
        var at = Encoding.UTF8.GetBytes(application, bytes);
        bytes[at++] = 0; // No name contains it, so no two pairs of names are the same text.
        Encoding.UTF8.GetBytes(schedule, bytes[at..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return new SlotKey(BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]));
    }

    /// <summary>The identity of a slot: a job id made from application, schedule and moment, so that the same slot never has two jobs.</summary>
    /// <param name="slotMs">The moment.</param>
    /// <param name="isByHand">Whether somebody asked for it, at that moment; then it is no slot of the schedule.</param>
    public JobId IdOf(long slotMs, bool isByHand)
    {
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(id[6..], Mix(High ^ Mix((ulong)slotMs + (isByHand ? 1UL << 63 : 0))));
        BinaryPrimitives.WriteUInt64BigEndian(id[8..], Mix(Low ^ Mix(~(ulong)slotMs - (isByHand ? 1UL << 63 : 0))));

        // Ids sort by time, as those of other jobs do.
        BinaryPrimitives.WriteUInt32BigEndian(id, (uint)(slotMs >> 16));
        BinaryPrimitives.WriteUInt16BigEndian(id[4..], (ushort)slotMs);
        id[6] = (byte)(0x70 | (id[6] & 0x0f));
        id[8] = (byte)(0x80 | (id[8] & 0x3f));
        return JobId.Read(id);
    }

    /// <summary>A share of the jitter, the same for the same slot.</summary>
    public long JitterMs(long slotMs, long jitterMs) => jitterMs == 0 ? 0 : (long)(Mix(High + Mix((ulong)slotMs)) % (ulong)(jitterMs + 1));

    /// <summary>The finalizer of SplitMix64: each bit of the result depends on each bit of the value, and no two values have one result.</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
