namespace Actors.Jobs.Types;

/// <summary>How attempts of one job type are made in one queue: what its handler says, else its attribute, else the queue.</summary>
internal sealed class JobPolicy
{
    private readonly Type[] _nonRetryable;
    private readonly Func<RetryContext, TimeSpan?>? _nextDelay;

    public JobPolicy(JobType type, QueueOptions queue, HandlerOptions? handler)
    {
        MaxAttempts = handler?.MaxAttempts ?? type.MaxAttempts ?? queue.Retry.MaxAttempts;
        Timeout = handler?.Timeout ?? type.Timeout ?? queue.Timeout;
        Backoff = handler?.Backoff ?? queue.Retry.Backoff;
        _nextDelay = handler?.NextDelay ?? queue.Retry.NextDelay;
        _nonRetryable = [typeof(NonRetryableException), .. queue.Retry.NonRetryable, .. handler?.NonRetryable ?? []];
    }

    public int MaxAttempts { get; }

    /// <summary>How long an attempt may take.</summary>
    public TimeSpan Timeout { get; }

    public BackoffOptions Backoff { get; }

    /// <summary>Whether the user's code decides on delays.</summary>
    public bool HasNextDelay => _nextDelay is not null;

    public bool IsNonRetryable(Exception cause) => Array.Exists(_nonRetryable, type => type.IsInstanceOfType(cause));

    /// <summary>What the user's code says; it may throw.</summary>
    public TimeSpan? NextDelay(RetryContext context) => _nextDelay!(context); // Asked for only when there is one.
}
