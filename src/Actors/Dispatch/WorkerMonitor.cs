namespace Actors.Dispatch;

/// <summary>Sleeps while all workers do, and otherwise looks every few milliseconds for one that a handler keeps.</summary>
internal sealed class WorkerMonitor
{
    private const int PeriodMs = 5;

    private readonly ThreadDispatcher _dispatcher;
    private readonly AutoResetEvent _wake = new(false);
    private volatile bool _isAsleep;
    private volatile bool _isStopped;

    public WorkerMonitor(ThreadDispatcher dispatcher)
    {
        _dispatcher = dispatcher;
        new Thread(Run) { IsBackground = true, Name = "actors-monitor" }.UnsafeStart();
    }

    /// <summary>A worker has been woken, or a task was given to the pool.</summary>
    public void Wake()
    {
        if (_isAsleep)
        {
            _isAsleep = false;
            _wake.Set();
        }
    }

    public void Stop()
    {
        _isStopped = true;
        _wake.Set();
    }

    private void Run()
    {
        LookUntilStopped();
        _dispatcher.OnMonitorEnded();
    }

    private void LookUntilStopped()
    {
        while (!_isStopped)
        {
            if (_dispatcher.LookAfterWorkers())
            {
                _wake.WaitOne(PeriodMs);
                continue;
            }

            // A worker that is woken between the look and the flag is seen by the second look.
            _isAsleep = true;
            Interlocked.MemoryBarrier();
            _wake.WaitOne(_dispatcher.LookAfterWorkers() ? PeriodMs : Timeout.Infinite);
            _isAsleep = false;
        }
    }
}
