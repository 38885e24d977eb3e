namespace Actors.Jobs;

/// <summary>What the jobs of a queue may do at most, in all processes together. Kept by the owner of the queue, which knows of every attempt.</summary>
/// <remarks>
/// A limit counts attempts whose end the owner has not seen: those granted in advance to a worker that is busy, and those of a process that was stopped by a signal, too.
/// Keys take turns also without any limit.
/// </remarks>
public sealed record LimitOptions
{
    private static readonly TimeSpan MostLate = TimeSpan.FromMilliseconds(10);

    /// <summary>How many jobs may run at a time, whatever the processes offer. Key <c>actors.queues.NAME.limits.concurrency</c>.</summary>
    /// <value>Default <see cref="RestartOptions.Unlimited"/>; else at least 1. To let none run, pause the queue.</value>
    public int Concurrency { get; set; } = RestartOptions.Unlimited;

    /// <summary>How many jobs of one key may run at a time. Jobs without a key have no such limit. Key <c>limits.concurrency-per-key</c>.</summary>
    /// <value>Default <see cref="RestartOptions.Unlimited"/>; else at least 1.</value>
    public int ConcurrencyPerKey { get; set; } = RestartOptions.Unlimited;

    /// <summary>How many jobs may start in a time. Key <c>limits.rate</c>.</summary>
    /// <value>Default null: as many as can. With a rate, here or per key, no more jobs are granted in advance of a free worker than it lets start in 10 ms.</value>
    public RateLimit? Rate { get; set; }

    /// <summary>How many jobs of one key may start in a time. Jobs without a key have no such limit. Key <c>limits.rate-per-key</c>.</summary>
    /// <value>Default null: as many as can.</value>
    public RateLimit? RatePerKey { get; set; }

    internal bool HasRate => Rate is not null || RatePerKey is not null;

    internal bool IsNone => Concurrency == RestartOptions.Unlimited && ConcurrencyPerKey == RestartOptions.Unlimited && !HasRate;

    /// <summary>What is granted in advance of a free worker starts later than its token was taken: 10 ms of a rate, and no more, can come late together.</summary>
    internal int Advance(int prefetch) =>
        (int)Math.Min(prefetch, Math.Min(Rate?.PermitsIn(MostLate) ?? long.MaxValue, RatePerKey?.PermitsIn(MostLate) ?? long.MaxValue));

    /// <summary>Throws when a value makes no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The message names the property and its value.</exception>
    public void Validate()
    {
        Check(Concurrency, nameof(Concurrency));
        Check(ConcurrencyPerKey, nameof(ConcurrencyPerKey));
        Rate?.Validate();
        RatePerKey?.Validate();
    }

    private static void Check(int limit, string name)
    {
        if (limit < 1)
        {
            throw new ArgumentOutOfRangeException(name, limit, "A limit is at least 1. To let no job run, pause the queue.");
        }
    }
}
