namespace Actors.Jobs;

/// <summary>When a queue pauses itself because too many attempts fail, as a circuit breaker would.</summary>
/// <remarks>
/// Counted are attempts that have succeeded or failed in the last <see cref="Window"/>, in tenths of it, in all processes together; not those that were cancelled, cut short or snoozed. When the pause is over
/// by itself, the queue is on trial: <see cref="Trial"/> attempts may run, and decide whether it goes on or pauses again. What was counted is not kept over a restart: the new program may have the correction.
/// </remarks>
public sealed record AutoPauseOptions
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>The share of failed attempts from which on the queue pauses itself. Key <c>actors.queues.NAME.auto-pause.failure-rate</c>.</summary>
    /// <value>Default null, <c>off</c>: never. Else more than 0 and up to 1: 0.5 is half of them.</value>
    public double? FailureRate { get; set; }

    /// <summary>The time in which attempts are counted. Key <c>auto-pause.window</c>.</summary>
    /// <value>Default 1 minute. From 1 s to 1 day.</value>
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many attempts must have ended in that time: of fewer, nothing follows. Key <c>auto-pause.minimum</c>.</summary>
    /// <value>Default 20; from 1 to 1,000,000.</value>
    public int Minimum { get; set; } = 20;

    /// <summary>How long the pause lasts. Key <c>auto-pause.pause-for</c>.</summary>
    /// <value>Default 5 minutes. From 1 s to 365 days, or <see cref="Timeout.InfiniteTimeSpan"/>: until somebody resumes the queue.</value>
    public TimeSpan PauseFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many attempts decide, after a pause that ended by itself, whether the queue goes on. Key <c>auto-pause.trial</c>.</summary>
    /// <value>Default 5; from 1 to 1,000. No more run until they have ended, or a <see cref="Window"/> has passed.</value>
    public int Trial { get; set; } = 5;

    /// <summary>Throws when a value makes no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The message names the property and its value.</exception>
    public void Validate()
    {
        if (FailureRate is { } rate && !(rate > 0 && rate <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(FailureRate), rate, "A failure rate is more than 0 and at most 1: 0.5 is half of the attempts; off pauses never.");
        }

        Check(Window >= TimeSpan.FromSeconds(1) && Window <= TimeSpan.FromDays(1), nameof(Window), Window, "Attempts are counted in a time of 1 s to 1 day.");
        Check(Minimum is >= 1 and <= 1_000_000, nameof(Minimum), Minimum, "From 1 to 1,000,000 attempts must have ended.");
        Check(
            PauseFor == Timeout.InfiniteTimeSpan || (PauseFor >= TimeSpan.FromSeconds(1) && PauseFor <= Longest),
            nameof(PauseFor),
            PauseFor,
            "A pause lasts for 1 s to 365 days, or until somebody resumes the queue (infinite).");
        Check(Trial is >= 1 and <= 1_000, nameof(Trial), Trial, "From 1 to 1,000 attempts decide.");
    }

    private static void Check(bool isSo, string name, object value, string rule)
    {
        if (!isSo)
        {
            throw new ArgumentOutOfRangeException(name, value, rule);
        }
    }
}
