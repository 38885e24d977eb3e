namespace Actors;

/// <summary>What becomes of messages that nobody gets: how many are kept, and how many are logged.</summary>
public sealed class DeadLetterOptions
{
    /// <summary>No limit, for <see cref="LogLimit"/>.</summary>
    public const int Unlimited = int.MaxValue;

    /// <summary>How many dead letters are kept for <see cref="DeadLetterBox"/>; a newer one takes the place of the oldest. Key <c>actors.dead-letters.capacity</c>.</summary>
    /// <value>Default 1,000. 0 keeps none. What is kept stays in memory, the message included.</value>
    public int Capacity { get; set; } = 1_000;

    /// <summary>
    /// How many dead letters and unhandled messages are logged, at level Information, before the log pauses. Key <c>actors.dead-letters.log-limit</c>.
    /// </summary>
    /// <value>Default 10. 0 logs none; <see cref="Unlimited"/> logs all. What is not logged is published and kept all the same.</value>
    public int LogLimit { get; set; } = 10;

    /// <summary>How long the log pauses after <see cref="LogLimit"/>. Then it says how many were left out, and begins anew. Key <c>actors.dead-letters.log-pause</c>.</summary>
    /// <value>Default 5 min. <see cref="Timeout.InfiniteTimeSpan"/> logs no more.</value>
    public TimeSpan LogPause { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether dead letters are logged while the system ends. Key <c>actors.dead-letters.log-during-shutdown</c>.</summary>
    /// <value>Default false: many are normal then.</value>
    public bool LogDuringShutdown { get; set; }

    /// <summary>Throws when a value makes no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The message names the property and its value.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Capacity);
        ArgumentOutOfRangeException.ThrowIfNegative(LogLimit);
        if (LogPause != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(LogPause, TimeSpan.Zero);
        }
    }
}
