using Actors.Jobs.Protos;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Processes;

/// <summary>Changes of many jobs, asked for from a process that does not own the queue.</summary>
internal static partial class InboxBodies
{
    public static InboxChange ToProto(QueueMessage.ChangeJobs change) => new()
    {
        Change = BulkChange,
        Job = NoJob,
        Reason = change.Reason ?? "",
        HasReason = change.Reason is not null,
        Bulk = new InboxBulk
        {
            Search = SearchBodies.ToProto(change.Query),
            Kind = (uint)change.Kind,
            From = change.From,
            Through = change.Through,
            Limit = (uint)change.Limit,
            To = change.To ?? "",
            Ids = { (change.Ids ?? []).Select(Bytes) },
        },
    };

    public static InboxBulkDone ToProto(QueueMessage.JobsChanged changed) =>
        new() { Changed = changed.Changed, Next = changed.Next ?? 0, Leaving = { changed.Leaving.Select(Bytes) } };

    /// <summary>What the asker is told of an answer without an error.</summary>
    public static object FromBulkAnswer(InboxAnswer answer) => answer.BulkDone is { } done
        ? new QueueMessage.JobsChanged(done.Changed, done.Next == 0 ? null : done.Next, [.. done.Leaving.Select(Id)])
        : new Failure(new NotSupportedException("The process that owns the queue has an older version, which cannot change many jobs. Upgrade it."));

    private static QueueMessage.ChangeJobs? FromProto(InboxBulk bulk, string? reason, string queue) => Enum.IsDefined((BulkKind)bulk.Kind)
        ? new QueueMessage.ChangeJobs(SearchBodies.Query(bulk.Search ?? new InboxSearch(), queue), (BulkKind)bulk.Kind, reason, bulk.From, bulk.Through, (int)bulk.Limit)
        {
            Ids = bulk.Ids.Count == 0 ? null : [.. bulk.Ids.Select(Id)],
            To = Text(bulk.To),
        }
        : null;
}
