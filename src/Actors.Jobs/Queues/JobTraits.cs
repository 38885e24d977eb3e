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

    /// <summary>By what the last attempt was cut short that was; null when none was.</summary>
    public JobInterruption? Interruption { get; init; }

    /// <summary>What it has returned, as JSON; null when it has not finished, or has returned nothing.</summary>
    public byte[]? Result { get; init; }

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
        Tags = TagList.Of(traits.Tags),
        TraceParent = traits.TraceParent.Length == 0 ? null : traits.TraceParent,
        TraceState = traits.TraceState.Length == 0 ? null : traits.TraceState,
        Unique = traits.Unique is null ? null : UniqueClaim.FromProto(traits.Unique),
        IndexedArgs = traits.IndexedArgs.Count == 0 ? [] : [.. traits.IndexedArgs],
        Interruption = traits.Interruption is null ? null : FromProto(traits.Interruption),
        Steps = JobSteps.Of(traits.Steps),
        Result = traits.HasResult ? traits.Result.ToByteArray() : null,
    };

    private Protos.JobTraits ToProtoWithoutResult(int index) => new()
    {
        CopyOf = CopyOf is { } copyOf ? Processes.InboxBodies.Bytes(copyOf) : Google.Protobuf.ByteString.Empty,
        IsDeleted = IsDeleted,
        Index = (uint)index,
        Tags = { Tags },
        TraceParent = TraceParent ?? "",
        TraceState = TraceState ?? "",
        Unique = Unique?.ToProto(),
        IndexedArgs = { IndexedArgs },
        Interruption = Interruption is null ? null : ToProto(Interruption),
        Steps = { Steps.ToProto() },
    };
}
