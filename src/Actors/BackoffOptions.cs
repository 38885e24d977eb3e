namespace Actors;

/// <summary>Delays that grow: <c>min(Max, Min × Factor^n) × U[1 − Jitter, 1]</c> before restart n = 0, 1, 2 …, so never above <see cref="Max"/>.</summary>
/// <remarks>With the defaults, and before jitter: 1, 2, 4, 8, 16, 32, 60, 60 … seconds.</remarks>
public sealed record BackoffOptions
{
    /// <summary>The delay before the first restart.</summary>
    /// <value>Default 1 s.</value>
    public TimeSpan Min { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay.</summary>
    /// <value>Default 60 s.</value>
    public TimeSpan Max { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>By how much each delay exceeds the one before it.</summary>
    /// <value>Default 2. 1 makes all delays equal.</value>
    public double Factor { get; set; } = 2;

    /// <summary>The share of each delay that is left to chance, so that things which failed together do not come back together.</summary>
    /// <value>Default 0.2: each delay is 80 % to 100 % of its value. 0 leaves nothing to chance.</value>
    public double Jitter { get; set; } = 0.2;

    /// <summary>After running this long without a failure, the delays begin again at <see cref="Min"/> and past restarts are forgiven.</summary>
    /// <value>Default 60 s. <see cref="Timeout.InfiniteTimeSpan"/> never forgives.</value>
    public TimeSpan ResetAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The delay before a restart.</summary>
    /// <param name="restart">How many restarts came before it.</param>
    /// <param name="random">The source of chance.</param>
    public TimeSpan Delay(int restart, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegative(restart);
        var ticks = Math.Min(Max.Ticks, Min.Ticks * Math.Pow(Factor, restart));
        return TimeSpan.FromTicks((long)(ticks * (1 - (Jitter * random.NextDouble()))));
    }

    /// <summary>Throws when a value makes no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The message names the property and its value.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Min, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Max, Min);
        ArgumentOutOfRangeException.ThrowIfLessThan(Factor, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Jitter, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Jitter, 1);
        if (ResetAfter != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ResetAfter, TimeSpan.Zero);
        }
    }
}
