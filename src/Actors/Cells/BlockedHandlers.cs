using Actors.Timing;

namespace Actors.Cells;

/// <summary>
/// Finds the handlers that keep a thread for too long. Nobody notes at each message which actor a thread runs; instead, when a thread
/// has been kept for a part of the smallest limit, all actors are looked through for handlers that stay the same from look to look.
/// </summary>
internal sealed class BlockedHandlers(ActorSystem system)
{
    private const int LooksPerLimit = 10;
    private static readonly TimeSpan AlarmPause = TimeSpan.FromMinutes(1);

    private Dictionary<ActorCell, BlockedHandler> _seen = [];
    private TimeSpan _nextLook;
    private TimeSpan _nextAlarm;
    private long _smallestLimit = TicksOf(system.HandlerLimit);

    /// <summary>For how long a thread must have been kept before it is worth a look; infinite when there is no limit to exceed.</summary>
    public TimeSpan Threshold => PauseFor(TimeSpan.FromTicks(Volatile.Read(ref _smallestLimit)));

    /// <summary>How often to look at something with a limit.</summary>
    public static TimeSpan PauseFor(TimeSpan limit) =>
        limit == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromTicks(Math.Max(1, limit.Ticks / LooksPerLimit));

    /// <summary>There is an actor with a limit of its own. For any thread.</summary>
    public void OnLimit(TimeSpan? limit)
    {
        if (limit is not { } value)
        {
            return;
        }

        var ticks = TicksOf(value);
        var smallest = Volatile.Read(ref _smallestLimit);
        while (ticks < smallest)
        {
            smallest = Interlocked.CompareExchange(ref _smallestLimit, ticks, smallest);
        }
    }

    /// <summary>Some thread has been kept for at least <see cref="Threshold"/>. Always called by the same thread, as often as it likes.</summary>
    public void Look()
    {
        var now = system.Now;
        if (now < _nextLook)
        {
            return;
        }

        var next = now + Threshold;
        var seen = new Dictionary<ActorCell, BlockedHandler>();
        foreach (var cell in system.Root.Tree())
        {
            if (cell.IsPinned || !cell.TryGetRunning(out _, out _))
            {
                continue;
            }

            var handler = _seen.GetValueOrDefault(cell) ?? new BlockedHandler(cell);
            if (handler.Look(now) is { } due)
            {
                seen[cell] = handler;
                next = due < next ? due : next;
            }
        }

        _seen = seen;
        _nextLook = next;
    }

    /// <summary>Every thread that there may be is kept, and actors wait. As <see cref="Look"/>; said once a minute.</summary>
    public void OnNoThreadLeft(int threads)
    {
        var now = system.Now;
        if (now < _nextAlarm)
        {
            return;
        }

        _nextAlarm = now + AlarmPause;
        system.Dispatcher.Post(_ => Log.NoThreadLeft(system.Root.Logger, threads, system.Name), null); // As an OverdueReport.
    }

    private static long TicksOf(TimeSpan limit) => limit == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue.Ticks : limit.Ticks;
}

/// <summary>What was seen of one actor that keeps its thread.</summary>
internal sealed class BlockedHandler(ActorCell cell)
{
    private int _turn;
    private TimeSpan _since;
    private long _reportTicks;

    /// <summary>Looks again. The age of a handler counts from the first look that saw it, so it is never too high.</summary>
    /// <returns>When it is to be looked at for a report; null when the actor is in no handler that has a limit.</returns>
    public TimeSpan? Look(TimeSpan now)
    {
        var limit = cell.HandlerLimit;
        if (limit == Timeout.InfiniteTimeSpan || !cell.TryGetRunning(out var turn, out var message))
        {
            return null;
        }

        if (turn != _turn)
        {
            _turn = turn;
            _since = now;
            _reportTicks = limit.Ticks;
        }

        var age = now - _since;
        if (age.Ticks >= _reportTicks)
        {
            var isFirst = _reportTicks == limit.Ticks;
            _reportTicks = OverdueReport.Next(_reportTicks, age.Ticks);
            cell.OnOverdueRunning(turn, message, age, isFirst);
        }

        return TimeSpan.FromTicks(TimerQueue.After(_since.Ticks, _reportTicks));
    }
}
