using Actors.Jobs.Queues;

namespace Actors.Jobs;

/// <summary>What a handler knows of the job that it runs.</summary>
public sealed partial class JobContext
{
    internal JobContext(JobId id, string queue, string type, int attempt, DateTimeOffset enqueuedAt, IServiceProvider services)
    {
        Id = id;
        Queue = queue;
        Type = type;
        Attempt = attempt;
        EnqueuedAt = enqueuedAt;
        Services = services;
    }

    /// <summary>The job's identity: the same for every attempt.</summary>
    public JobId Id { get; }

    /// <summary>The queue that owns it.</summary>
    public string Queue { get; }

    /// <summary>The stable name of its type.</summary>
    public string Type { get; }

    /// <summary>The number of this attempt; the first is 1.</summary>
    public int Attempt { get; }

    /// <summary>When the job was accepted.</summary>
    public DateTimeOffset EnqueuedAt { get; }

    /// <summary>What the job is counted by in limits and taken in turns with; null when by nothing.</summary>
    public string? Key { get; internal init; }

    /// <summary>The words that the job was given to be found by.</summary>
    public IReadOnlyList<string> Tags { get; internal init; } = TagList.Empty;

    /// <summary>The service scope of this attempt.</summary>
    public IServiceProvider Services { get; }
}
