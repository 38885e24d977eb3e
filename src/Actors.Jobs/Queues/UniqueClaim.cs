using System.Buffers.Binary;
using Google.Protobuf;

namespace Actors.Jobs.Queues;

/// <summary>What a job says of its uniqueness: the rule, applied to its arguments.</summary>
internal sealed record UniqueClaim(UInt128 Hash, UniqueWhile While, long PeriodMs, UniqueConflict OnConflict)
{
    public static UniqueClaim Of(UniqueRule rule, string type, ReadOnlySpan<byte> args) =>
        new(rule.HashOf(type, args), rule.While, (long)Math.Ceiling(rule.Period.TotalMilliseconds), rule.OnConflict);

    public Protos.UniqueClaim ToProto() => new()
    {
        Hash = Bytes(Hash),
        While = (uint)While,
        PeriodMs = PeriodMs,
        OnConflict = (uint)OnConflict,
    };

    public static UniqueClaim FromProto(Protos.UniqueClaim claim) =>
        new(Read(claim.Hash), (UniqueWhile)claim.While, claim.PeriodMs, (UniqueConflict)claim.OnConflict);

    public static ByteString Bytes(UInt128 hash)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, hash);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    public static UInt128 Read(ByteString bytes) => BinaryPrimitives.ReadUInt128BigEndian(bytes.Span);
}
