using System.Globalization;
using Actors.TestKit.Simulating;

namespace Actors.TestKit;

/// <summary>A clock that stands still until a test moves it. Every timer fires at exactly its moment, in order.</summary>
/// <remarks>
/// <see cref="AdvanceAsync"/> repeats: let all work run out; if a timer is due by the target, set the clock to exactly that
/// instant and fire it; else set the clock to the target and stop. Code that runs because of a timer therefore sees the timer's own
/// moment as now, and what it schedules within the advance fires within it. A timer that is due at once fires without an advance.
/// Thread-safe.
/// </remarks>
public sealed class VirtualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SortedSet<VirtualTimer> _timers = new(VirtualTimer.ByDue);
    private readonly DateTimeOffset _start;
    private readonly Random? _random;
    private Dispatcher[] _dispatchers = [];
    private SimulationDispatcher? _simulation;
    private ActorSystem[] _systems = [];
    private long _now;
    private long _order;

    /// <summary>Makes a clock.</summary>
    /// <param name="start">Its first moment; null means <see cref="DefaultStart"/>.</param>
    /// <param name="seed">Decides the order of timers that are due at the same instant; null fires them in the order in which they were set.</param>
    public VirtualTime(DateTimeOffset? start = null, int? seed = null)
    {
        _start = start ?? DefaultStart;
        _random = seed is { } value ? new Random(value) : null;
    }

    /// <summary>The moment at which a clock starts that is not told another: 2026-01-01 00:00 UTC.</summary>
    public static DateTimeOffset DefaultStart { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How much virtual time has passed since the start.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Volatile.Read(ref _now));

    /// <summary>How long real time may pass without all work running out before an advance gives up.</summary>
    /// <value>Default 30 s.</value>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many timers are set.</summary>
    public int TimerCount
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count;
            }
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + Elapsed;

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _now);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Names a system whose work must have run out before the clock moves. Several systems may share a clock.</summary>
    public void Attach(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        Attach(system.Dispatcher);
        lock (_lock)
        {
            _systems = [.. _systems, system];
        }
    }

    /// <summary>As <see cref="Attach(ActorSystem)"/>, for a dispatcher of one's own.</summary>
    public void Attach(Dispatcher dispatcher)
    {
        ArgumentNullException.ThrowIfNull(dispatcher);
        lock (_lock)
        {
            _dispatchers = [.. _dispatchers, dispatcher];
            _simulation ??= dispatcher as SimulationDispatcher;
        }
    }

    /// <summary>Says of a system that it has ended, so that the clock moves without it.</summary>
    internal void Detach(ActorSystem system)
    {
        lock (_lock)
        {
            _systems = [.. _systems.Where(other => !ReferenceEquals(other, system))];
            _dispatchers = [.. _dispatchers.Where(other => !ReferenceEquals(other, system.Dispatcher))];
        }
    }

    /// <summary>Moves the clock, stopping at every timer on the way, and lets all work run out at each stop and at the end.</summary>
    /// <param name="by">How far; zero lets work run out without moving.</param>
    /// <exception cref="StillBusyException">Work did not run out within <see cref="GiveUpAfter"/> of real time. The message names what is busy.</exception>
    /// <exception cref="LivelockException">Simulated work did not run out within its limit of steps.</exception>
    /// <exception cref="InvalidOperationException">An actor tried to move the clock: it would wait for itself.</exception>
    public Task AdvanceAsync(TimeSpan by) => WaitAsync(static () => false, by);

    /// <summary>Lets all work run out without moving the clock.</summary>
    public Task DrainAsync() => AdvanceAsync(TimeSpan.Zero);

    /// <summary>Moves the clock until a condition holds, and not further than told.</summary>
    /// <param name="condition">Tested whenever something may have changed; with the simulation, before each of its steps.</param>
    /// <param name="within">How far the clock may move.</param>
    /// <returns>Whether the condition came to hold.</returns>
    public Task<bool> WaitAsync(Func<bool> condition, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentOutOfRangeException.ThrowIfLessThan(within, TimeSpan.Zero);
        _simulation?.ThrowIfFailed();
        return WaitForEndAsync(condition, within);
    }

    /// <summary>As <see cref="WaitAsync"/>, also when the run has failed and its system is only to end.</summary>
    internal Task<bool> WaitForEndAsync(Func<bool> condition, TimeSpan within) => _simulation is { } simulation
        ? simulation.InvokeAsync(() => RunSimulated(simulation, condition, within))
        : RunOnThreadsAsync(condition, within);

    /// <summary>Lets time pass for whoever waits for it; on the simulation's thread.</summary>
    internal void RunOut(TimeSpan within)
    {
        if (_simulation is { } simulation)
        {
            RunSimulated(simulation, static () => false, within);
        }
    }

    internal string DescribeTimers()
    {
        lock (_lock)
        {
            return _timers.Min is { } first
                ? string.Create(CultureInfo.InvariantCulture, $"{_timers.Count} timers are set, the next for {TimeSpan.FromTicks(first.DueTicks):c}; virtual time is {Elapsed:c}.")
                : string.Create(CultureInfo.InvariantCulture, $"No timer is set; virtual time is {Elapsed:c}.");
        }
    }

    internal bool Set(VirtualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        bool isDueNow;
        lock (_lock)
        {
            _timers.Remove(timer);
            if (timer.IsDisposed)
            {
                return false;
            }

            timer.Period = period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan;
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                return true;
            }

            isDueNow = dueTime <= TimeSpan.Zero;
            Queue(timer, After(_now, dueTime.Ticks));
        }

        if (isDueNow && _dispatchers is [var first, ..])
        {
            first.Post(static state => ((VirtualTime)state!).TryFireNext(null), this); // What is posted is this clock.
        }

        return true;
    }

    internal void Remove(VirtualTimer timer)
    {
        lock (_lock)
        {
            timer.IsDisposed = true;
            _timers.Remove(timer);
        }
    }

    private bool RunSimulated(SimulationDispatcher simulation, Func<bool> condition, TimeSpan within)
    {
        var target = After(Volatile.Read(ref _now), within.Ticks);
        do
        {
            if (simulation.RunUntil(condition, GiveUpAfter))
            {
                return true;
            }
        }
        while (TryFireNext(target));

        SetClock(target);
        return false;
    }

    private async Task<bool> RunOnThreadsAsync(Func<bool> condition, TimeSpan within)
    {
        // Two who move one clock take turns; their waits do not add up, because each has its own target.
        var target = After(Volatile.Read(ref _now), within.Ticks);
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            do
            {
                if (await WaitForRestAsync(condition).ConfigureAwait(false))
                {
                    return true;
                }
            }
            while (TryFireNext(target));

            SetClock(target);
            return false;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Waits until no dispatcher has anything to do.</summary>
    /// <returns>Whether the condition holds.</returns>
    private async Task<bool> WaitForRestAsync(Func<bool> condition)
    {
        var patience = new Patience(GiveUpAfter);
        var spin = default(SpinWait);
        while (true)
        {
            // The condition is asked after the dispatchers, so that what their last work did is seen.
            var isAtRest = _dispatchers.All(dispatcher => dispatcher.IsIdle);
            if (condition())
            {
                return true;
            }

            if (isAtRest)
            {
                return false;
            }

            if (patience.IsOver())
            {
                throw new StillBusyException(GiveUpAfter, DescribeWork());
            }

            if (spin.Count < 100)
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
            else
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), System).ConfigureAwait(false);
            }
        }
    }

    private string DescribeWork()
    {
        var described = _systems.Select(system => system.Dispatcher).ToHashSet();
        return string.Join(
            "; ",
            [
                .. _systems.Select(system => system.DescribeWork()),
                .. _dispatchers.Where(dispatcher => !described.Contains(dispatcher)).Select(dispatcher => dispatcher.DescribeWork()),
            ]);
    }

    /// <summary>Fires the first timer that is due by a moment, at its own moment.</summary>
    /// <param name="target">The moment; null means now.</param>
    private bool TryFireNext(long? target)
    {
        VirtualTimer timer;
        lock (_lock)
        {
            if (_timers.Min is not { } first || first.DueTicks > (target ?? _now))
            {
                return false;
            }

            timer = first;
            _timers.Remove(timer);
            Volatile.Write(ref _now, Math.Max(_now, timer.DueTicks));
            if (timer.Period != Timeout.InfiniteTimeSpan)
            {
                Queue(timer, After(timer.DueTicks, timer.Period.Ticks));
            }
        }

        _simulation?.Trace.Mix((ulong)timer.DueTicks);
        timer.Fire();
        return true;
    }

    /// <summary>A moment plus a delay; what is longer than this clock can count is never reached.</summary>
    private static long After(long now, long delay) => delay > long.MaxValue - now ? long.MaxValue : now + Math.Max(0, delay);

    private void SetClock(long target)
    {
        lock (_lock)
        {
            Volatile.Write(ref _now, Math.Max(_now, target));
        }
    }

    private void Queue(VirtualTimer timer, long dueTicks)
    {
        timer.DueTicks = dueTicks;
        timer.Tie = _random?.Next() ?? 0;
        timer.Order = ++_order;
        _timers.Add(timer);
    }
}
