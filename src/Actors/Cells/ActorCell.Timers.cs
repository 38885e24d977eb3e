using Actors.Timing;

namespace Actors.Cells;

/// <summary>Timers by key, and the receive timeout. A tick carries its timer, so that one which was cancelled while in the mailbox is known.</summary>
internal partial class ActorCell : IActorTimers
{
    private Dictionary<object, CellTimer>? _timers;

    // Null while there is no receive timeout, which most actors never have.
    private ReceiveTimer? _receiveTimer;

    public IActorTimers Timers => this;

    public void StartSingle(object key, object message, TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        StartTimer(key, message, delay, null);
    }

    public void StartPeriodic(object key, object message, TimeSpan initialDelay, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(initialDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        StartTimer(key, message, initialDelay, interval);
    }

    public void Cancel(object key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_timers?.Remove(key, out var timer) == true)
        {
            timer.Cancel();
        }
    }

    public bool IsActive(object key) => _timers?.ContainsKey(key) == true;

    public void SetReceiveTimeout(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        }

        _receiveTimer?.Cancel();
        _receiveTimer = null;
        if (timeout != Timeout.InfiniteTimeSpan && !IsEnding)
        {
            _receiveTimer = new ReceiveTimer(this, timeout) { LastReceive = System.Now };
            System.Timers.Schedule(_receiveTimer, timeout);
        }
    }

    private void StartTimer(object key, object message, TimeSpan delay, TimeSpan? interval)
    {
        ArgumentNullException.ThrowIfNull(message);
        Cancel(key);
        if (IsEnding)
        {
            return;
        }

        var timer = new CellTimer(this, key, message, interval);
        (_timers ??= [])[key] = timer;
        System.Timers.Schedule(timer, delay);
    }

    /// <summary>Nothing that comes due from now on would be delivered.</summary>
    private bool IsEnding => _state is CellState.Stopping or CellState.Ended;

    private void CancelTimers()
    {
        if (_timers is not null)
        {
            foreach (var timer in _timers.Values)
            {
                timer.Cancel();
            }

            _timers = null;
        }
    }

    private ValueTask OnTimerTick(CellMessage.TimerTick tick)
    {
        var timer = tick.Timer;
        if (timer.IsCancelled)
        {
            return default;
        }

        if (timer is ReceiveTimer receiveTimer)
        {
            return OnReceiveTimer(receiveTimer);
        }

        timer.OnDelivered();
        if (timer.Interval is null)
        {
            _timers?.Remove(timer.Key!); // Only the receive timer has no key.
        }

        _current!.BecomeOwn(timer.Message); // We are in its turn.
        return Deliver(timer.Message);
    }

    private ValueTask OnReceiveTimer(ReceiveTimer timer)
    {
        var silence = System.Now - timer.LastReceive;
        if (silence < timer.Timeout)
        {
            System.Timers.Schedule(timer, timer.Timeout - silence);
            return default;
        }

        timer.LastReceive = System.Now;
        System.Timers.Schedule(timer, timer.Timeout);
        _current!.BecomeOwn(timer.Message); // We are in its turn.
        return _actor!.OnReceiveAsync(timer.Message); // A tick is handled by a running cell only.
    }

    private ValueTask DeliverWithReceiveTimeout(ReceiveTimer timer, object message)
    {
        if (message is not INotInfluenceReceiveTimeout)
        {
            timer.LastReceive = System.Now;
        }

        return _actor!.OnReceiveAsync(message); // As in Deliver.
    }
}

/// <summary>One timer of one actor.</summary>
internal class CellTimer : TimerEntry
{
    private readonly ActorCell _cell;
    private readonly CellMessage.TimerTick _tick;
    private bool _isInMailbox;
    private bool _isCancelled;

    public CellTimer(ActorCell cell, object? key, object message, TimeSpan? interval)
    {
        _cell = cell;
        _tick = new CellMessage.TimerTick(this);
        Key = key;
        Message = message;
        Interval = interval;
    }

    public object? Key { get; }

    public object Message { get; }

    public TimeSpan? Interval { get; }

    /// <summary>Written on the actor's turn only.</summary>
    public bool IsCancelled => Volatile.Read(ref _isCancelled);

    public void Cancel()
    {
        Volatile.Write(ref _isCancelled, true);
        _cell.System.Timers.Cancel(this);
    }

    /// <summary>The actor got the tick: the next may be sent.</summary>
    public void OnDelivered() => Volatile.Write(ref _isInMailbox, false);

    public override void Fire()
    {
        // A slow actor does not get a heap of ticks of one timer: those that it has no time for are left out.
        if (Interval is null || !Volatile.Read(ref _isInMailbox))
        {
            Volatile.Write(ref _isInMailbox, true);
            _cell.Tell(_tick, null);
        }

        if (Interval is { } interval)
        {
            var timers = _cell.System.Timers;
            var behind = Math.Max(0, timers.Now.Ticks - DueTicks);
            timers.ScheduleAt(this, TimerQueue.After(DueTicks, ((behind / interval.Ticks) + 1) * interval.Ticks));
            if (IsCancelled)
            {
                timers.Cancel(this); // It was cancelled while it fired, when the queue did not hold it.
            }
        }
    }
}

/// <summary>Looks whether its actor has been silent for so long. For the actor's turn only, but for what every timer does.</summary>
internal sealed class ReceiveTimer(ActorCell cell, TimeSpan timeout) : CellTimer(cell, null, ReceiveTimeout.Instance, null)
{
    public TimeSpan Timeout => timeout;

    public TimeSpan LastReceive { get; set; }
}
