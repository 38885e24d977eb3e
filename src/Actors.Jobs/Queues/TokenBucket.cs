namespace Actors.Jobs.Queues;

/// <summary>
/// A token bucket as one moment: when it will be full again. (The generic cell rate algorithm of ITU-T I.371, in its form with a virtual schedule.) What was taken for a commit that
/// is on its way counts, and is charged when the starts can happen: a commit that takes long must not let the starts of the next come on top of its own.
/// </summary>
internal struct TokenBucket
{
    /// <summary>When it is full, in nanoseconds of Unix time; in the past when it is full now.</summary>
    public long FullAtNs;
    private int _pending;

    /// <summary>When the next token can be taken; not after now when it can be at once.</summary>
    public readonly long NextNs(RateLimit rate, long nowNs) =>
        Math.Max(FullAtNs, nowNs) + ((_pending + 1) * rate.IntervalNs) - Math.Max(rate.BurstNs, rate.IntervalNs);

    /// <summary>Takes a token for a start that can happen when the commit is durable.</summary>
    /// <returns>Whether it is the first for this commit.</returns>
    public bool Take() => ++_pending == 1;

    /// <summary>What was taken starts now.</summary>
    public void Settle(RateLimit? rate, long nowNs)
    {
        if (rate is not null)
        {
            FullAtNs = Math.Max(FullAtNs, nowNs) + (_pending * rate.IntervalNs);
        }

        _pending = 0;
    }
}
