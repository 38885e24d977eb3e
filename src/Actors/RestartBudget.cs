namespace Actors;

/// <summary>Counts the failures of one child, or of one group that restarts together, and says what follows each. Not thread-safe.</summary>
public sealed class RestartBudget(RestartOptions options, Random random)
{
    private readonly Queue<TimeSpan> _failures = new();
    private int _count;
    private int _step;

    /// <summary>Restarts since the count was last forgiven.</summary>
    public int Restarts => _step;

    /// <summary>Takes note of a failure and decides.</summary>
    /// <param name="now">Monotonic time since any fixed moment.</param>
    /// <param name="ranFor">How long the child had been running before it failed.</param>
    public RestartDecision OnFailure(TimeSpan now, TimeSpan ranFor)
    {
        if (options.Backoff is { } healthy && healthy.ResetAfter != Timeout.InfiniteTimeSpan && ranFor >= healthy.ResetAfter)
        {
            Reset();
        }

        if (!IsAllowed(now))
        {
            return options.OnExhausted == ExhaustedAction.SlowRetry
                ? new RestartDecision(true, options.SlowRetryInterval, ++_step, true)
                : new RestartDecision(false, TimeSpan.Zero, _step, true);
        }

        var delay = options.Backoff?.Delay(_step, random) ?? TimeSpan.Zero;
        return new RestartDecision(true, delay, ++_step, false);
    }

    /// <summary>Forgives everything, as after a manual start.</summary>
    public void Reset()
    {
        _failures.Clear();
        _count = 0;
        _step = 0;
    }

    private bool IsAllowed(TimeSpan now)
    {
        if (options.MaxRestarts == RestartOptions.Unlimited)
        {
            return true;
        }

        if (options.Window == Timeout.InfiniteTimeSpan)
        {
            return ++_count <= options.MaxRestarts;
        }

        while (_failures.TryPeek(out var oldest) && now - oldest > options.Window)
        {
            _failures.Dequeue();
        }

        _failures.Enqueue(now);
        if (_failures.Count <= options.MaxRestarts)
        {
            return true;
        }

        // The list never holds more than the limit needs, however often a slow retry fails.
        _failures.Dequeue();
        return false;
    }
}

/// <summary>What follows a failure.</summary>
/// <param name="IsRestart">Whether the child is started again.</param>
/// <param name="Delay">After which delay.</param>
/// <param name="Restart">The number of this restart since the count was last forgiven; the first is 1.</param>
/// <param name="IsExhausted">Whether the allowed restarts are used up.</param>
public readonly record struct RestartDecision(bool IsRestart, TimeSpan Delay, int Restart, bool IsExhausted);
