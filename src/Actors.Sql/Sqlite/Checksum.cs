using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Actors.Sql.Sqlite;

/// <summary>CRC-32C over every field of a row, its key included, so that a row that was damaged or moved is found out. Stored: it never changes.</summary>
internal static class Checksum
{
    public static uint OfCommit(long key, long term, ReadOnlySpan<byte> writer, int format, long lastPayloadRow, long writtenAt, ReadOnlySpan<byte> events)
    {
        var crc = Add(uint.MaxValue, key);
        crc = Add(crc, term);
        crc = Add(crc, writer);
        crc = Add(crc, format);
        crc = Add(crc, lastPayloadRow);
        crc = Add(crc, writtenAt);
        return ~Add(crc, events);
    }

    public static uint OfPayload(long key, ReadOnlySpan<byte> bytes) => ~Add(Add(uint.MaxValue, key), bytes);

    public static uint OfSnapshot(long key, long commitNumber, long term, long takenAt, ReadOnlySpan<byte> bytes) =>
        ~Add(Add(Add(Add(Add(uint.MaxValue, key), commitNumber), term), takenAt), bytes);

    private static uint Add(uint crc, long value) => BitOperations.Crc32C(crc, (ulong)value);

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = Add(crc, bytes.Length);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return crc;
    }
}
