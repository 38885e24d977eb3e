namespace Actors.Jobs;

/// <summary>What a handler answers when returning or throwing is not exact enough.</summary>
public abstract record JobResult
{
    private JobResult()
    {
    }

    /// <summary>Done.</summary>
    public static JobResult Success { get; } = new Succeeded();

    /// <summary>Done, with a result that is kept as JSON with the job: while it is live, then in the history. <see cref="IJobs.GetResultAsync"/> reads it.</summary>
    /// <remarks>It may have 64 KiB. One that is larger, or cannot be written, ends the job as Failed, without another attempt: its work is done, and doing it again
    /// would not help. Store large values elsewhere and return their key.</remarks>
    /// <param name="value">What to keep.</param>
    public static JobResult Succeed<T>(T value) => new Succeeded(value, typeof(T));

    /// <summary>Done with for good, neither a success nor a failure.</summary>
    public static JobResult Cancel { get; } = new Cancelled();

    /// <summary>What <see cref="Succeed"/> was given; null for any other answer.</summary>
    public object? Value => (this as Succeeded)?.Kept;

    /// <summary>Whether this is success.</summary>
    public bool IsSuccess => this is Succeeded;

    /// <summary>The job has failed for good: trying again would not help.</summary>
    /// <param name="text">Why, for whoever reads the status.</param>
    public static JobResult Fail(string text) => new Failed(text);

    /// <summary>This attempt failed; the retry policy says what follows, as after an exception.</summary>
    /// <param name="text">Why, for whoever reads the status.</param>
    public static JobResult Retry(string text) => new Retried(null, text);

    /// <summary>This attempt failed; the next is to be made after a delay of one's own, if any attempts are left.</summary>
    /// <param name="after">The delay.</param>
    /// <param name="text">Why, for whoever reads the status.</param>
    public static JobResult Retry(TimeSpan after, string text = "The handler asked for a retry.") => new Retried(after, text);

    /// <summary>It is too early: run again after this time. Does not count as an attempt.</summary>
    public static JobResult Snooze(TimeSpan duration) => new Snoozed(duration, null);

    /// <summary>It is too early: run again at this moment; at once when it is past. Does not count as an attempt.</summary>
    public static JobResult Snooze(DateTimeOffset until) => new Snoozed(default, until);

    internal sealed record Succeeded(object? Kept = null, Type? Type = null) : JobResult;

    internal sealed record Cancelled : JobResult;

    internal sealed record Failed(string Text) : JobResult;

    internal sealed record Retried(TimeSpan? After, string Text) : JobResult;

    internal sealed record Snoozed(TimeSpan Duration, DateTimeOffset? Until) : JobResult;
}
