namespace Actors.Jobs.Queues;

/// <summary>What may start now. A key that has reached a limit is out of turn until one of its attempts ends, or its time comes.</summary>
internal sealed partial class QueueActor
{
    private const long NsPerMs = 1_000_000;
    private static readonly object RateTimer = new();

    /// <summary>Keys that may go on at a time, in nanoseconds.</summary>
    private readonly PriorityQueue<JobKey, long> _rated = new();
    private long _wakesAtNs;

    /// <summary>The job that is to start next and may; 0 when there is none.</summary>
    private long NextReady() => _failures?.Trial is { IsFull: true } ? 0 : _state.Begun is null ? NextAllowed() : NextWithinBudget();

    private long NextAllowed()
    {
        var limits = _state.Limits;
        if (limits.IsNone)
        {
            return _ready.First;
        }

        while (_ready.First is not 0 and var number)
        {
            if (!QueueAllows(limits))
            {
                return 0;
            }

            var index = _state.Jobs[number].Key;
            if (index == 0 || _state.Keys[index] is var key && KeyAllows(limits, key, out var nextNs))
            {
                return number;
            }

            if (nextNs != long.MaxValue)
            {
                _rated.Enqueue(key, nextNs);
            }

            _ready.Block(key);
        }

        return 0;
    }

    /// <summary>Whether a job that is not taken in turn may start.</summary>
    private bool MayStart(in JobEntry entry)
    {
        var limits = _state.Limits;
        return limits.IsNone || (QueueAllows(limits) && (entry.Key == 0 || KeyAllows(limits, _state.Keys[entry.Key], out _)));
    }

    private bool QueueAllows(LimitOptions limits)
    {
        var nextNs = QueueNextNs(limits, NowNs);
        if (nextNs > NowNs && nextNs != long.MaxValue)
        {
            WakeAt(nextNs);
        }

        return nextNs <= NowNs;
    }

    /// <param name="limits">The limits of the queue.</param>
    /// <param name="key">The key.</param>
    /// <param name="nextNs">When it may go on; the highest number when that depends on the end of an attempt.</param>
    private bool KeyAllows(LimitOptions limits, JobKey key, out long nextNs)
    {
        nextNs = KeyNextNs(limits, key, NowNs);
        if (nextNs > NowNs && nextNs != long.MaxValue)
        {
            WakeAt(nextNs);
        }

        return nextNs <= NowNs;
    }

    /// <summary>When the limits of the queue let a job start, which may be now; the highest number when that depends on the end of an attempt.</summary>
    private long QueueNextNs(LimitOptions limits, long nowNs) => _state.Granted.Count >= limits.Concurrency ? long.MaxValue
        : limits.Rate is { } rate ? _state.Starts.NextNs(rate, nowNs)
        : nowNs;

    /// <summary>The same for the limits of a key.</summary>
    private static long KeyNextNs(LimitOptions limits, JobKey key, long nowNs) => key.Running >= limits.ConcurrencyPerKey ? long.MaxValue
        : limits.RatePerKey is { } rate ? key.Starts.NextNs(rate, nowNs)
        : nowNs;

    /// <summary>What was granted is durable, and starts now.</summary>
    private void SettleStarts()
    {
        if (_state.Limits.HasRate)
        {
            _state.SettleStarts(NowMs());
        }
    }

    private long NowNs => _state.Keys.NowNs;

    /// <summary>Looks at the clock, and lets keys go on whose reason to wait is gone.</summary>
    private void UpdateLimits()
    {
        if (_state.Limits.IsNone)
        {
            return;
        }

        _state.Keys.NowNs = NowMs() * NsPerMs;
        foreach (var key in _state.Freed)
        {
            Unblock(key);
        }

        _state.Freed.Clear();
        while (_rated.TryPeek(out var key, out var nextNs) && nextNs <= NowNs)
        {
            _rated.Dequeue();
            Unblock(key);
        }

        if (_rated.TryPeek(out _, out var wakesAtNs))
        {
            WakeAt(wakesAtNs); // There is one timer, and the one that fired may have been for something else.
        }
    }

    /// <summary>Other limits from now on: every key is looked at anew.</summary>
    private void LookAtKeysAnew()
    {
        _rated.Clear();
        foreach (var key in _state.Keys.All)
        {
            Unblock(key);
        }
    }

    private void Unblock(JobKey key)
    {
        if (key.IsBlocked)
        {
            _ready.Unblock(key);
        }
    }

    private void WakeAt(long ns)
    {
        var delay = TimeSpan.FromMilliseconds(Math.Ceiling((ns - NowNs) / (double)NsPerMs));
        if (!Context.Timers.IsActive(RateTimer) || ns < _wakesAtNs)
        {
            _wakesAtNs = ns;
            Context.Timers.StartSingle(RateTimer, QueueMessage.Flush.Instance, delay);
        }
    }
}
