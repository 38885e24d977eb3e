using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Google.Protobuf;

namespace Actors.Jobs.Processes;

/// <summary>Why a job is where it is, as another process is told.</summary>
internal static partial class InboxBodies
{
    public static InboxReason ToProto(JobReason reason) => new()
    {
        Id = Bytes(reason.Id),
        Kind = reason.Kind.ToString(),
        Text = reason.Text,
        UntilMs = reason.Until?.ToUnixTimeMilliseconds() ?? 0,
        SinceMs = reason.Since?.ToUnixTimeMilliseconds() ?? 0,
        Because = reason.Because ?? "",
        Attempt = (uint)reason.Attempt,
        MaxAttempts = (uint)(reason.MaxAttempts ?? 0),
        IsInLine = reason.Before is not null,
        Before = reason.Before ?? 0,
        HasMoreBefore = reason.HasMoreBefore,
        Node = reason.Node ?? 0,
        Key = reason.Key ?? "",
        WaitsFor = IdsToBytes(reason.WaitsFor),
    };

    /// <summary>A kind that only a newer owner knows is told in its words, as the nearest one that stands for all that keeps a job waiting.</summary>
    public static JobReason FromProto(InboxReason reason, string queue) => new(
        Id(reason.Id), queue, Enum.TryParse<JobReasonKind>(reason.Kind, out var kind) ? kind : JobReasonKind.BehindOthers, reason.Text)
    {
        Until = reason.UntilMs == 0 ? null : Moment(reason.UntilMs),
        Since = reason.SinceMs == 0 ? null : Moment(reason.SinceMs),
        Because = Text(reason.Because),
        Attempt = (int)reason.Attempt,
        MaxAttempts = reason.MaxAttempts == 0 ? null : (int)reason.MaxAttempts,
        Before = reason.IsInLine ? reason.Before : null,
        HasMoreBefore = reason.HasMoreBefore,
        Node = reason.Node == 0 ? null : reason.Node,
        Key = Text(reason.Key),
        WaitsFor = IdsOf(reason.WaitsFor),
    };

    private static ByteString IdsToBytes(IReadOnlyList<JobId> ids)
    {
        var bytes = new byte[16 * ids.Count];
        for (var i = 0; i < ids.Count; i++)
        {
            ids[i].WriteTo(bytes.AsSpan(16 * i, 16));
        }

        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private static JobIdList IdsOf(ByteString bytes) => new([.. Enumerable.Range(0, bytes.Length / 16).Select(i => JobId.Read(bytes.Span[(16 * i)..]))]);
}
