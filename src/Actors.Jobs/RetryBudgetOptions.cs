namespace Actors.Jobs;

/// <summary>How many of the attempts that begin may be retries, so that retries do not keep down what has failed, nor take the workers from other jobs.</summary>
/// <remarks>
/// Beyond the budget, retries that are due wait: they are not lost, and nothing counts against them. It is kept exactly, by the owner of the queue, for all processes together and over restarts: no retry begins
/// when there would be more of them than <see cref="Minimum"/> and <see cref="Share"/> of all attempts that began within <see cref="Window"/>. (The retry budget of Finagle, whose values are the defaults here; gRPC has one as "retry throttling".)
/// </remarks>
public sealed record RetryBudgetOptions
{
    /// <summary>The share of the attempts, retries included, that may be retries. Key <c>actors.queues.NAME.retry.budget.share</c>.</summary>
    /// <value>Default null, <c>off</c>: all of them. Else from 0 up to, but not including, 1: Finagle has 0.2.</value>
    public double? Share { get; set; }

    /// <summary>How many retries may begin within <see cref="Window"/> besides, however few other attempts begin. Key <c>retry.budget.minimum</c>.</summary>
    /// <value>Default 100; from 1 to 1,000,000. When nothing but retries is there, this is their pace: 100 in 10 s.</value>
    public int Minimum { get; set; } = 100;

    /// <summary>The time in which they are counted, in tenths of it. Key <c>retry.budget.window</c>.</summary>
    /// <value>Default 10 s. From 1 s to 1 day.</value>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Throws when a value makes no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The message names the property and its value.</exception>
    public void Validate()
    {
        if (Share is { } share && !(share >= 0 && share < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Share), share, "The share of retries is at least 0 and less than 1; off is no budget.");
        }

        if (Minimum is < 1 or > 1_000_000)
        {
            throw new ArgumentOutOfRangeException(nameof(Minimum), Minimum, "From 1 to 1,000,000 retries may begin in any case: without any, none ever would.");
        }

        if (Window < TimeSpan.FromSeconds(1) || Window > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(nameof(Window), Window, "Retries are counted in a time of 1 s to 1 day.");
        }
    }
}
