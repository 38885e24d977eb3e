namespace Actors.Jobs;

/// <summary>A failed attempt, for a retry policy of one's own.</summary>
public sealed class RetryContext
{
    internal RetryContext(JobId id, string queue, string type, int attempt, string error, Exception? cause, TimeSpan defaultDelay, Random random)
    {
        Id = id;
        Queue = queue;
        Type = type;
        Attempt = attempt;
        Error = error;
        Cause = cause;
        DefaultDelay = defaultDelay;
        Random = random;
    }

    /// <summary>The job.</summary>
    public JobId Id { get; }

    /// <summary>The queue that owns it.</summary>
    public string Queue { get; }

    /// <summary>The stable name of its type.</summary>
    public string Type { get; }

    /// <summary>The number of the attempt that failed; the first is 1.</summary>
    public int Attempt { get; }

    /// <summary>Why it failed.</summary>
    public string Error { get; }

    /// <summary>The exception; null when the handler answered that it failed.</summary>
    public Exception? Cause { get; }

    /// <summary>The delay that the backoff of the queue or the handler makes of it.</summary>
    public TimeSpan DefaultDelay { get; }

    /// <summary>The source of chance: seeded in tests.</summary>
    public Random Random { get; }
}
