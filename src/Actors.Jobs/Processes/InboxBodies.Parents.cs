using Actors.Jobs.Protos;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Processes;

/// <summary>Jobs that others wait for, as another process asks for them and is told.</summary>
internal static partial class InboxBodies
{
    private const uint ExpectChange = 400;
    private const uint EnqueueBatchChange = 401;
    private const uint GetBatchChange = 402;

    public static InboxChange ToProto(QueueMessage.Expect expect) => new() { Change = ExpectChange, Job = Bytes(expect.Id), Reason = expect.ForQueue };

    public static InboxChange ToProto(QueueMessage.GetBatch get) => new() { Change = GetBatchChange, Job = Bytes(get.Id) };

    public static InboxChange ToProto(QueueMessage.EnqueueBatch batch, long nowMs) => new()
    {
        Change = EnqueueBatchChange,
        Job = Bytes(batch.Batch),
        Batch = new InboxBatch { Expected = batch.Expected, First = batch.First, Jobs = { batch.Jobs.Select(job => ToProto(job, nowMs)) } },
    };

    private static QueueMessage.EnqueueBatch FromProto(InboxBatch batch, JobId id) => new(id, batch.Expected, batch.First, [.. batch.Jobs.Select(FromProto)]);

    public static InboxParent ToProto(ParentNews news) => new()
    {
        Id = Bytes(news.Id),
        State = (uint)news.State,
        Parts = { news.Parts ?? [] },
        BatchEnd = news.BatchEnd ?? "",
        IsDeleted = news.IsDeleted,
    };

    public static ParentNews FromProto(InboxParent parent) => new(Id(parent.Id), (JobState)parent.State)
    {
        Parts = [.. parent.Parts],
        BatchEnd = Text(parent.BatchEnd),
        IsDeleted = parent.IsDeleted,
    };

    private static Protos.JobWait ToProto(AwaitedJob awaited) => new()
    {
        Parent = Bytes(awaited.Id),
        Queue = awaited.Queue,
        Condition = (uint)awaited.Condition,
        Part = awaited.Part ?? "",
    };

    private static AwaitedJob FromProto(Protos.JobWait wait) => new(Id(wait.Parent), wait.Queue, (AfterCondition)wait.Condition, Text(wait.Part));
}
