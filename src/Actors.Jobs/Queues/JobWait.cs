namespace Actors.Jobs.Queues;

/// <summary>A job waits for another, for a batch, or for a part of a job.</summary>
/// <param name="Parent">What it waits for.</param>
/// <param name="Queue">The queue of that.</param>
/// <param name="Condition">What must have come of it.</param>
/// <param name="Part">The part; null for the whole.</param>
internal sealed record JobWait(JobId Parent, string Queue, AfterCondition Condition, string? Part)
{
    /// <summary>The other may not be enqueued before this moment, Unix time in milliseconds; 0 when it is known already.</summary>
    public long PromisedUntilMs { get; init; }

    public Protos.JobWait ToProto() => new()
    {
        Parent = Processes.InboxBodies.Bytes(Parent),
        Queue = Queue,
        Condition = (uint)Condition,
        Part = Part ?? "",
        PromisedUntilMs = PromisedUntilMs,
    };

    public static JobWait FromProto(Protos.JobWait wait) => new(
        Processes.InboxBodies.Id(wait.Parent), wait.Queue, (AfterCondition)wait.Condition, wait.Part.Length == 0 ? null : wait.Part)
    {
        PromisedUntilMs = wait.PromisedUntilMs,
    };
}
