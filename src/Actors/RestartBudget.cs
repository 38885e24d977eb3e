namespace Actors;

/// <summary>Counts the failures of one child, or of one group that restarts together, and says what follows each. Not thread-safe.</summary>
public sealed class RestartBudget(RestartOptions options, Random random)
{
    private readonly Queue<TimeSpan> _failures = new();
    private int _step;

    /// <summary>The rules. New ones apply to the next failure; the restarts so far count, except that a window which is new begins empty.</summary>
    public RestartOptions Options { get; set; } = options;

    /// <summary>Restarts since the count was last forgiven.</summary>
    public int Restarts => _step;

    /// <summary>Takes note of a failure and decides.</summary>
    /// <param name="now">Monotonic time since any fixed moment.</param>
    /// <param name="ranFor">How long the child had been running before it failed.</param>
    public RestartDecision OnFailure(TimeSpan now, TimeSpan ranFor)
    {
        if (Options.Backoff is { } healthy && healthy.ResetAfter != Timeout.InfiniteTimeSpan && ranFor >= healthy.ResetAfter)
        {
            Reset();
        }

        if (!IsAllowed(now))
        {
            return Options.OnExhausted == ExhaustedAction.SlowRetry
                ? new RestartDecision(true, Options.SlowRetryInterval, ++_step, true)
                : new RestartDecision(false, TimeSpan.Zero, _step, true);
        }

        var delay = Options.Backoff?.Delay(_step, random) ?? TimeSpan.Zero;
        return new RestartDecision(true, delay, ++_step, false);
    }

    /// <summary>Forgives everything, as after a manual start.</summary>
    public void Reset()
    {
        _failures.Clear();
        _step = 0;
    }

    private bool IsAllowed(TimeSpan now)
    {
        if (Options.MaxRestarts == RestartOptions.Unlimited)
        {
            return true;
        }

        if (Options.Window == Timeout.InfiniteTimeSpan)
        {
            return _step < Options.MaxRestarts;
        }

        while (_failures.TryPeek(out var oldest) && now - oldest > Options.Window)
        {
            _failures.Dequeue();
        }

        _failures.Enqueue(now);
        if (_failures.Count <= Options.MaxRestarts)
        {
            return true;
        }

        // The list never holds more than the limit needs, however often a slow retry fails, and however much it was lowered.
        while (_failures.Count > Options.MaxRestarts)
        {
            _failures.Dequeue();
        }

        return false;
    }
}

/// <summary>What follows a failure.</summary>
/// <param name="IsRestart">Whether the child is started again.</param>
/// <param name="Delay">After which delay.</param>
/// <param name="Restart">The number of this restart since the count was last forgiven; the first is 1.</param>
/// <param name="IsExhausted">Whether the allowed restarts are used up.</param>
public readonly record struct RestartDecision(bool IsRestart, TimeSpan Delay, int Restart, bool IsExhausted);
