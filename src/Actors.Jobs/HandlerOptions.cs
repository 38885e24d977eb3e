namespace Actors.Jobs;

/// <summary>What is different for one job type of a queue. What is null stays as the job's <see cref="JobAttribute"/> says, or else the queue.</summary>
public sealed record HandlerOptions
{
    /// <summary>Instead of <see cref="RetryOptions.MaxAttempts"/>. Key <c>actors.queues.NAME.jobs.TYPE.retry.max-attempts</c>.</summary>
    public int? MaxAttempts { get; set; }

    /// <summary>Instead of <see cref="QueueOptions.Timeout"/>. Key <c>actors.queues.NAME.jobs.TYPE.timeout</c>.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Instead of the delays of the queue. Keys <c>retry.min</c>, <c>retry.max</c>, <c>retry.factor</c>, <c>retry.jitter</c>.</summary>
    public BackoffOptions? Backoff { get; set; }

    /// <summary>Instead of <see cref="RetryOptions.NextDelay"/>.</summary>
    public Func<RetryContext, TimeSpan?>? NextDelay { get; set; }

    /// <summary>Exceptions after which the job fails for good, beside those of the queue. Classes derived from them are meant too.</summary>
    public IList<Type> NonRetryable { get; } = [];

    /// <summary>A job that ends with this exception, or one derived from it, fails at once and for good.</summary>
    public HandlerOptions DoNotRetry<TException>()
        where TException : Exception
    {
        NonRetryable.Add(typeof(TException));
        return this;
    }

    /// <summary>Throws when a value makes no sense.</summary>
    /// <exception cref="ArgumentException">The message names the property and its value.</exception>
    public void Validate()
    {
        if (MaxAttempts is { } attempts)
        {
            RetryOptions.ValidateMaxAttempts(attempts, nameof(MaxAttempts));
        }

        if (Timeout is { } timeout)
        {
            QueueOptions.ValidateTimeout(timeout, nameof(Timeout));
        }

        Backoff?.Validate();
        RetryOptions.ValidateNonRetryable(NonRetryable);
    }
}
