using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Google.Protobuf;
using JobTraits = Actors.Jobs.Queues.JobTraits;

namespace Actors.Jobs.Processes;

/// <summary>What those who run the program ask of a queue from a process that does not own it.</summary>
internal static partial class InboxBodies
{
    private const uint DrainChange = 40;
    private const uint DrainLook = 41;
    private const uint EditChange = 42;
    private const uint DeleteChange = 43;
    private const uint AwaitHistoryChange = 44;
    private const uint WhyChange = 45;
    private const uint MoveChange = 410;
    private const uint BulkChange = 470;
    private const uint OverrideChange = 471;
    private const uint ResetChange = 472;

    /// <summary>An older owner looks for this job, and finds none.</summary>
    private static readonly ByteString NoJob = Bytes(default);

    public static InboxChange ToProto(QueueMessage.PauseQueue pause) => new()
    {
        Change = PauseChange,
        Reason = pause.Reason ?? "",
        HasReason = pause.Reason is not null,
        UntilMs = pause.Until is { } until ? Math.Max(1, until.ToUnixTimeMilliseconds()) : 0,
    };

    /// <summary>Null when only the owner can do it.</summary>
    public static InboxChange? ToProto(QueueMessage.Operation operation) => operation switch
    {
        QueueMessage.DrainQueue { IsLook: true } => new() { Change = DrainLook, Job = NoJob },
        QueueMessage.DrainQueue drain => new() { Change = DrainChange, Job = NoJob, Reason = drain.Reason ?? "", HasReason = drain.Reason is not null },
        QueueMessage.EditJob edit => new()
        {
            Change = EditChange,
            Job = Bytes(edit.Id),
            Edited = new InboxJob { Type = edit.Type, TypeVersion = (uint)edit.TypeVersion, Args = UnsafeByteOperations.UnsafeWrap(edit.Payload), Traits = new JobTraits { IndexedArgs = edit.IndexedArgs }.ToProto() },
        },
        QueueMessage.DeleteJob delete => new() { Change = DeleteChange, Job = Bytes(delete.Id) },
        QueueMessage.AwaitHistory history => new() { Change = AwaitHistoryChange, Job = Bytes(history.Id) },
        QueueMessage.WhyJob why => new() { Change = WhyChange, Job = Bytes(why.Id) },
        QueueMessage.MoveJob move => new() { Change = MoveChange, Job = Bytes(move.Id), To = move.To },
        QueueMessage.ChangeJobs bulk => ToProto(bulk),
        QueueMessage.OverrideQueue change => new()
        {
            Change = OverrideChange,
            Job = NoJob,
            Override = OverrideBodies.ToProto(new QueueOverride(change.Change, new QueueChange(), DateTimeOffset.UnixEpoch, change.By, change.Reason)),
        },
        QueueMessage.ResetQueue => new() { Change = ResetChange, Job = NoJob },
        _ => null,
    };

    /// <summary>What another process asks for; null when that is not known here.</summary>
    public static QueueMessage? FromProto(InboxChange change, string queue)
    {
        var reason = change.HasReason ? change.Reason : null;
        return change.Change switch
        {
            CancelChange => new QueueMessage.CancelJob(Id(change.Job), reason),
            RetryChange => new QueueMessage.RetryJob(Id(change.Job)),
            PauseChange => new QueueMessage.PauseQueue(reason, change.UntilMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(change.UntilMs)),
            ResumeChange => new QueueMessage.ResumeQueue(),
            DrainChange => new QueueMessage.DrainQueue(reason),
            OverrideChange when OverrideBodies.FromProto(change.Override) is { } other => new QueueMessage.OverrideQueue(other.Change, other.By, other.Reason),
            ResetChange => new QueueMessage.ResetQueue(),
            DrainLook => new QueueMessage.DrainQueue(null, IsLook: true),
            EditChange when change.Edited is { } edited => new QueueMessage.EditJob(Id(change.Job), edited.Type, (int)edited.TypeVersion, edited.Args.ToByteArray(), Traits(edited.Traits)?.IndexedArgs ?? []),
            DeleteChange => new QueueMessage.DeleteJob(Id(change.Job)),
            ExpectChange => new QueueMessage.Expect(Id(change.Job), change.Reason),
            EnqueueBatchChange when change.Batch is { } batch => FromProto(batch, Id(change.Job)),
            GetBatchChange => new QueueMessage.GetBatch(Id(change.Job)),
            MoveChange => new QueueMessage.MoveJob(Id(change.Job), change.To),
            WhyChange => new QueueMessage.WhyJob(Id(change.Job)),
            BulkChange when change.Bulk is { } bulk => FromProto(bulk, reason, queue),
            AwaitHistoryChange => new QueueMessage.AwaitHistory(Id(change.Job)),
            _ => null,
        };
    }

    private static InboxDrain? ToProto(QueueDrain? drain) =>
        drain is null ? null : new InboxDrain { Reason = drain.Reason ?? "", HasReason = drain.Reason is not null, SinceMs = drain.Since.ToUnixTimeMilliseconds() };

    private static QueueDrain? FromProto(InboxDrain? drain) =>
        drain is null ? null : new QueueDrain(drain.HasReason ? drain.Reason : null, DateTimeOffset.FromUnixTimeMilliseconds(drain.SinceMs));
}
