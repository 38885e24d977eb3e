namespace Actors;

/// <summary>How often, and after which delays, something that fails is started again. The one restart model of actors and services.</summary>
public sealed record RestartOptions
{
    /// <summary>No limit to the number of restarts.</summary>
    public const int Unlimited = int.MaxValue;

    /// <summary>Restarts allowed within <see cref="Window"/>; the failure after them is the end.</summary>
    /// <value>Default <see cref="Unlimited"/>. 0 allows none: the first failure is the end. With 5, the sixth failure is.</value>
    public int MaxRestarts { get; set; } = Unlimited;

    /// <summary>The sliding window in which restarts are counted.</summary>
    /// <value>Default <see cref="Timeout.InfiniteTimeSpan"/>: every restart counts, until <see cref="BackoffOptions.ResetAfter"/> forgives them.</value>
    public TimeSpan Window { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>The delays before the restarts. Null restarts at once.</summary>
    public BackoffOptions? Backoff { get; set; }

    /// <summary>What happens at the end of the allowed restarts.</summary>
    /// <value>Default <see cref="ExhaustedAction.Fail"/>.</value>
    public ExhaustedAction OnExhausted { get; set; } = ExhaustedAction.Fail;

    /// <summary>The pause between attempts once the restarts are used up, with <see cref="ExhaustedAction.SlowRetry"/>.</summary>
    /// <value>Default 5 min.</value>
    public TimeSpan SlowRetryInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Throws when a value makes no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The message names the property and its value.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxRestarts);
        if (Window != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Window, TimeSpan.Zero);
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SlowRetryInterval, TimeSpan.Zero);
        Backoff?.Validate();
    }
}
