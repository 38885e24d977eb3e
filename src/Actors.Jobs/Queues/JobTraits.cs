namespace Actors.Jobs.Queues;

/// <summary>What few jobs have beside their arguments. Never changed: replaced by another when something of it changes.</summary>
internal sealed record JobTraits
{
    public TagList Tags { get; init; } = TagList.Empty;

    /// <summary>The context of whoever enqueued it, as W3C's traceparent; null when there was none.</summary>
    public string? TraceParent { get; init; }

    /// <summary>That it is the only one of its kind; null when there may be many.</summary>
    public UniqueClaim? Unique { get; init; }

    /// <summary>As W3C's tracestate.</summary>
    public string? TraceState { get; init; }

    /// <summary>What earlier attempts have done.</summary>
    public JobSteps Steps { get; init; } = JobSteps.None;

    /// <summary>The marks of the values of the arguments that are declared with an index.</summary>
    public IReadOnlyList<ulong> IndexedArgs { get; init; } = [];

    /// <summary>The finished job that this one repeats; null when it repeats none.</summary>
    public JobId? CopyOf { get; init; }

    /// <summary>Somebody has deleted it: it leaves no trace in the history.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>What it still waits for.</summary>
    public IReadOnlyList<JobWait> Waits { get; init; } = [];

    /// <summary>How long it waits when there is nothing else to wait for, in milliseconds.</summary>
    public long AfterDelayMs { get; init; }

    /// <summary>Jobs that this queue does not know of may wait for it: its end is kept in the history, whatever else is.</summary>
    public bool IsAwaited { get; init; }

    /// <summary>Its parts that are done.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>The batch that it belongs to; null when it belongs to none.</summary>
    public JobId? Batch { get; init; }

    /// <summary>By what the last attempt was cut short that was; null when none was.</summary>
    public JobInterruption? Interruption { get; init; }

    /// <summary>What it has returned, as JSON; null when it has not finished, or has returned nothing.</summary>
    public byte[]? Result { get; init; }

    /// <summary>Where it is on its way to; null when it is not.</summary>
    public JobMove? Move { get; init; }

    /// <summary>The length of what it has done and returned.</summary>
    public long KeptBytes => Steps.Bytes + (Result?.Length ?? 0);

    public static Protos.JobInterruption ToProto(JobInterruption interruption) => new()
    {
        Cause = (uint)interruption.Cause,
        Node = interruption.Node ?? 0,
        Attempt = (uint)interruption.Attempt,
        AtMs = interruption.At.ToUnixTimeMilliseconds(),
    };

    public static JobInterruption FromProto(Protos.JobInterruption interruption) => new(
        (JobInterruptionCause)interruption.Cause,
        (int)interruption.Attempt,
        DateTimeOffset.FromUnixTimeMilliseconds(interruption.AtMs),
        interruption.Node == 0 ? null : interruption.Node);

    public Protos.JobTraits ToProto(int index = 0)
    {
        var stored = ToProtoWithoutResult(index);
        if (Result is not null)
        {
            stored.Result = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(Result);
        }

        return stored;
    }

    public static JobTraits FromProto(Protos.JobTraits traits) => new()
    {
        CopyOf = traits.CopyOf.IsEmpty ? null : Processes.InboxBodies.Id(traits.CopyOf),
        IsDeleted = traits.IsDeleted,
        Waits = traits.Waits.Count == 0 ? [] : [.. traits.Waits.Select(JobWait.FromProto)],
        AfterDelayMs = traits.AfterDelayMs,
        IsAwaited = traits.IsAwaited,
        Parts = traits.Parts.Count == 0 ? [] : [.. traits.Parts],
        Batch = traits.Batch.IsEmpty ? null : Processes.InboxBodies.Id(traits.Batch),
        Tags = TagList.Of(traits.Tags),
        TraceParent = traits.TraceParent.Length == 0 ? null : traits.TraceParent,
        TraceState = traits.TraceState.Length == 0 ? null : traits.TraceState,
        Unique = traits.Unique is null ? null : UniqueClaim.FromProto(traits.Unique),
        IndexedArgs = traits.IndexedArgs.Count == 0 ? [] : [.. traits.IndexedArgs],
        Interruption = traits.Interruption is null ? null : FromProto(traits.Interruption),
        Steps = JobSteps.Of(traits.Steps),
        Move = JobMove.FromProto(traits.Move),
        Result = traits.HasResult ? traits.Result.ToByteArray() : null,
    };

    private Protos.JobTraits ToProtoWithoutResult(int index) => new()
    {
        CopyOf = CopyOf is { } copyOf ? Processes.InboxBodies.Bytes(copyOf) : Google.Protobuf.ByteString.Empty,
        IsDeleted = IsDeleted,
        Index = (uint)index,
        Waits = { Waits.Select(static wait => wait.ToProto()) },
        AfterDelayMs = AfterDelayMs,
        IsAwaited = IsAwaited,
        Parts = { Parts },
        Batch = Batch is { } batch ? Processes.InboxBodies.Bytes(batch) : Google.Protobuf.ByteString.Empty,
        Tags = { Tags },
        TraceParent = TraceParent ?? "",
        TraceState = TraceState ?? "",
        Unique = Unique?.ToProto(),
        IndexedArgs = { IndexedArgs },
        Interruption = Interruption is null ? null : ToProto(Interruption),
        Steps = { Steps.ToProto() },
        Move = Move?.ToProto(),
    };
}
