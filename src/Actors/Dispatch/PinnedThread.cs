using Actors.Cells;
using Actors.Timing;

namespace Actors.Dispatch;

/// <summary>A thread that runs one actor and ends with it. What blocks it delays nobody else.</summary>
internal sealed class PinnedThread(ActorCell cell)
{
    private readonly Parking _parking = new();
    private readonly RunningTimer? _timer =
        cell.HandlerLimit == Timeout.InfiniteTimeSpan || cell.HandlerLimit == TimeSpan.MaxValue ? null : new RunningTimer(cell);
    private int _isStarted;

    /// <summary>Has the actor run soon. Until it has, the system is not idle.</summary>
    public void Schedule()
    {
        cell.System.Dispatcher.BeginOperation();
        if (Volatile.Read(ref _isStarted) == 0 && Interlocked.Exchange(ref _isStarted, 1) == 0)
        {
            new Thread(Run) { IsBackground = true, Name = "actor " + cell.Path.Local }.UnsafeStart();
        }

        _parking.Wake();
    }

    private void Run()
    {
        while (!cell.IsEnded)
        {
            _parking.Wait();
            _timer?.Begin();
            cell.Run();
            _timer?.End();
            ThreadDispatcher.ResetExecutionContext();
            cell.System.Dispatcher.EndOperation();
        }
    }

    /// <summary>Looks at the handler while the thread runs: no other thread would see that it blocks.</summary>
    private sealed class RunningTimer(ActorCell cell) : LazyTimer(cell.System.Timers)
    {
        private readonly BlockedHandler _handler = new(cell);
        private readonly TimeSpan _pause = BlockedHandlers.PauseFor(cell.HandlerLimit);
        private int _isRunning;

        protected override bool IsNeeded => Volatile.Read(ref _isRunning) == 1;

        public void Begin()
        {
            Interlocked.Exchange(ref _isRunning, 1);
            EnsureQueued((Timers.Now + _pause).Ticks);
        }

        public void End() => Volatile.Write(ref _isRunning, 0);

        protected override long? Look()
        {
            if (!IsNeeded)
            {
                return null;
            }

            var now = Timers.Now;
            var next = TimerQueue.After(now.Ticks, _pause.Ticks);
            return _handler.Look(now) is { } due ? Math.Min(due.Ticks, next) : next;
        }
    }
}
