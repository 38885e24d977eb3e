using Actors.Timing;

namespace Actors.Cells;

/// <summary>Watches the handlers of one actor that await. Made when one awaits for the first time; idle, and out of the queue, while none does.</summary>
internal sealed class HandlerTimer(ActorCell cell, TimeSpan limit) : LazyTimer(cell.System.Timers)
{
    // Of the handler that awaits; its turn is zero when none does. Written by the actor's turn, the turn of the handler last at its
    // beginning and first at its end.
    private long _beganTicks;
    private Type? _messageType;
    private int _turn;

    // Of this timer alone: the handler that it saw last, and when that is to be reported.
    private int _seenTurn;
    private long _reportTicks;

    /// <summary>Whether the handler's token was cancelled because it took too long. The actor's own.</summary>
    public bool IsOverdue { get; set; }

    public TimeSpan Age => Timers.Now - TimeSpan.FromTicks(_beganTicks);

    public Type MessageType => _messageType!; // For the turn of a handler that awaits.

    protected override bool IsNeeded => Volatile.Read(ref _turn) != 0;

    public void Begin(int turn, Type messageType)
    {
        var now = Timers.Now.Ticks;
        Volatile.Write(ref _beganTicks, now);
        Volatile.Write(ref _messageType, messageType);
        Interlocked.Exchange(ref _turn, turn);
        EnsureQueued(TimerQueue.After(now, limit.Ticks));
    }

    /// <summary>The handler has ended.</summary>
    /// <param name="cause">What it threw, or null.</param>
    /// <returns>What the actor fails with; null when the handler was not overdue, or that is only reported.</returns>
    public HandlerOverdueException? End(Exception? cause)
    {
        Volatile.Write(ref _turn, 0);
        if (!IsOverdue)
        {
            return null;
        }

        IsOverdue = false;
        return new HandlerOverdueException(cell.Path, MessageType, Age, limit, cause is OperationCanceledException ? null : cause);
    }

    protected override long? Look()
    {
        int turn;
        Type? messageType;
        long began;
        do
        {
            turn = Volatile.Read(ref _turn);
            messageType = Volatile.Read(ref _messageType);
            began = Volatile.Read(ref _beganTicks);
        }
        while (turn != Volatile.Read(ref _turn)); // Another has begun meanwhile.

        if (turn == 0)
        {
            return null;
        }

        if (turn != _seenTurn)
        {
            _seenTurn = turn;
            _reportTicks = limit.Ticks;
        }

        var age = Timers.Now.Ticks - began;
        if (age >= _reportTicks)
        {
            var isFirst = _reportTicks == limit.Ticks;
            _reportTicks = OverdueReport.Next(_reportTicks, age);
            cell.OnOverdueAwaiting(turn, messageType!, TimeSpan.FromTicks(age), isFirst); // Written before the turn.
        }

        return TimerQueue.After(began, _reportTicks);
    }
}
