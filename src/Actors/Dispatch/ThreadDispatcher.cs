using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Actors.Cells;

namespace Actors.Dispatch;

/// <summary>
/// The dispatcher of production: one worker for each processor, each with a queue of its own, stealing from the others when idle.
/// A monitor looks after workers that a handler keeps: it gives their waiting mailboxes to others, and adds spare threads when all are kept.
/// </summary>
internal sealed class ThreadDispatcher : Dispatcher
{
    private const int MaxSpareWorkers = 64;
    private const int SpinsBeforeParking = 4;
    private const int MaxDescribed = 5;

    private readonly Lock _lock = new();
    private readonly ConcurrentQueue<IMailbox> _global = new();
    private readonly Stack<Parking> _parked = new();
    private readonly TimeProvider _time;
    private readonly WorkerMonitor _monitor;
    private readonly PoolRelief _relief;
    private volatile BlockedHandlers? _blockedHandlers;
    private Worker[] _workers;
    private int _parkedCount;
    private int _searching;
    private int _nextNumber;
    private int _spares;
    private volatile bool _isStopped;
    private long _scheduledOutside;
    private long _posted;
    private long _postsDone;
    private long _scheduledByEnded;
    private long _completedByEnded;

    public ThreadDispatcher(int workers, TimeProvider time)
    {
        _time = time;
        _relief = new PoolRelief(time);
        _workers = new Worker[Math.Max(2, workers)];
        for (var i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Worker(this, ++_nextNumber);
        }

        foreach (var worker in _workers)
        {
            worker.Thread.UnsafeStart();
        }

        _monitor = new WorkerMonitor(this);
    }

    public static ExecutionContext InitialContext { get; } = CaptureDefault();

    public override int Throughput => 64;

    public bool IsStopped => _isStopped;

    /// <summary>Completions are read before schedules: when they are equal, there was a moment between the two reads with nothing to do.</summary>
    protected override bool IsQuiet
    {
        get
        {
            var postsDone = Interlocked.Read(ref _postsDone);
            long completed;
            long scheduled;
            lock (_lock)
            {
                completed = _completedByEnded;
                foreach (var worker in _workers)
                {
                    completed += Volatile.Read(ref worker.Completed);
                }

                Interlocked.MemoryBarrier();
                scheduled = _scheduledByEnded + Interlocked.Read(ref _scheduledOutside);
                foreach (var worker in _workers)
                {
                    scheduled += Volatile.Read(ref worker.Scheduled);
                }
            }

            return completed == scheduled && postsDone == Interlocked.Read(ref _posted);
        }
    }

    public override void Schedule(IMailbox mailbox)
    {
        var worker = Worker.Current;
        if (worker is not null && ReferenceEquals(worker.Dispatcher, this))
        {
            worker.Schedule(mailbox);
            return;
        }

        Interlocked.Increment(ref _scheduledOutside);
        _global.Enqueue(mailbox);
        WakeOne();
    }

    public override void Post(SendOrPostCallback callback, object? state)
    {
        Interlocked.Increment(ref _posted);
        var work = new PostedWork(this, callback, state);
#pragma warning disable RS0030 // This is the seam: tasks that actors own run on the thread pool, where they may block.
        ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
#pragma warning restore RS0030
        _monitor.Wake();
    }

    public override void Stop()
    {
        _isStopped = true;
        _monitor.Stop();
        lock (_lock)
        {
            foreach (var parking in _parked)
            {
                parking.Wake();
            }

            _parked.Clear();
            _parkedCount = 0;
        }
    }

    public override string DescribeWork()
    {
        List<string> parts = [];
        foreach (var worker in Volatile.Read(ref _workers))
        {
            if (Volatile.Read(ref worker.IsRunning))
            {
                parts.Add($"thread {worker.Number} runs an actor");
            }

            parts.AddRange(worker.Queue.Peek().Take(MaxDescribed).Select(waiting => $"{waiting} waits to run"));
        }

        parts.AddRange(_global.Take(MaxDescribed).Select(waiting => $"{waiting} waits to run"));
        if (Interlocked.Read(ref _posted) - Interlocked.Read(ref _postsDone) is > 0 and var posts)
        {
            parts.Add($"{posts} owned tasks run or wait to");
        }

        parts.Add(base.DescribeWork());
        return string.Join(", ", parts);
    }

    /// <summary>A handler may have set an AsyncLocal; the next actor on this thread must not see it.</summary>
    internal static void ResetExecutionContext()
    {
        if (ExecutionContext.Capture() is { } context && !ReferenceEquals(context, InitialContext))
        {
            ExecutionContext.Restore(InitialContext);
        }
    }

    /// <summary>Names who is told when a thread is kept for long.</summary>
    internal void LookAfterLongRuns(BlockedHandlers blockedHandlers) => _blockedHandlers = blockedHandlers;

    internal void EnqueueGlobal(IMailbox mailbox) => _global.Enqueue(mailbox);

    internal bool TryTakeGlobal([NotNullWhen(true)] out IMailbox? mailbox) => _global.TryDequeue(out mailbox);

    /// <summary>Wakes a parked worker, unless one is looking for work already: it will find what was just added.</summary>
    internal void WakeOne()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _parkedCount) == 0 || Volatile.Read(ref _searching) > 0)
        {
            return;
        }

        WakeParked();
    }

    internal IMailbox? Steal(Worker thief)
    {
        Interlocked.Increment(ref _searching);
        IMailbox? found = null;
        for (var spin = 0; spin < SpinsBeforeParking && found is null && !_isStopped; spin++)
        {
            found = TryStealOnce(thief);
            if (found is null)
            {
                Thread.SpinWait(30);
            }
        }

        // The last to stop searching wakes another when it found something: there may be more.
        if (Interlocked.Decrement(ref _searching) == 0 && found is not null)
        {
            WakeOne();
        }

        return found;
    }

    /// <summary>Sleeps until there is work.</summary>
    /// <returns>False when the worker is to end.</returns>
    internal bool Park(Worker worker, Parking parking)
    {
        lock (_lock)
        {
            if (_isStopped)
            {
                return false;
            }

            if (worker.IsSpare)
            {
                return false;
            }

            _parked.Push(parking);
            _parkedCount++;
        }

        // Whoever adds work after this fence sees us parked; whoever added before it left the work for us to see.
        Interlocked.MemoryBarrier();
        if (HasVisibleWork())
        {
            WakeParked();
        }

        parking.Wait();
        return !_isStopped;
    }

    internal void OnWorkerEnded(Worker worker)
    {
        lock (_lock)
        {
            if (worker.IsSpare)
            {
                _spares--;
            }

            _workers = [.. _workers.Where(w => !ReferenceEquals(w, worker))];
            _scheduledByEnded += worker.Scheduled;
            _completedByEnded += worker.Completed;
        }

        if (!_isStopped && HasVisibleWork())
        {
            WakeOne();
        }
    }

    internal void OnMonitorEnded() => _relief.End();

    /// <summary>Looks after the workers; called by the monitor.</summary>
    /// <returns>Whether any worker is awake or a task runs, so that looking again makes sense.</returns>
    internal bool LookAfterWorkers()
    {
        var workers = Volatile.Read(ref _workers);
        var stuck = 0;
        var longest = TimeSpan.Zero;
        foreach (var worker in workers)
        {
            var completed = Volatile.Read(ref worker.Completed);
            var isRunning = Volatile.Read(ref worker.IsRunning);
            if (isRunning && completed == worker.SeenCompleted)
            {
                stuck++;
                worker.KeptSince ??= _time.GetTimestamp();
                var kept = _time.GetElapsedTime(worker.KeptSince.Value);
                longest = kept > longest ? kept : longest;
                if (worker.TakeNext() is { } next)
                {
                    _global.Enqueue(next);
                }
            }

            else
            {
                worker.KeptSince = null;
            }

            worker.SeenCompleted = completed;
        }

        if (_blockedHandlers is { } blocked && blocked.Threshold != Timeout.InfiniteTimeSpan && longest >= blocked.Threshold)
        {
            blocked.Look();
        }

        if (stuck > 0 && HasVisibleWork())
        {
            if (stuck < workers.Length)
            {
                WakeOne();
            }
            else
            {
                AddSpare();
            }
        }

        // A timer of a task waits for a thread of the pool like everything else there, unseen by us: who keeps those threads is what we see.
        var isPoolInUse = Interlocked.Read(ref _posted) != Interlocked.Read(ref _postsDone);
        if (isPoolInUse)
        {
            _relief.Look();
        }

        return isPoolInUse || Volatile.Read(ref _parkedCount) < workers.Length;
    }

    private static ExecutionContext CaptureDefault()
    {
        ExecutionContext? context = null;
        var thread = new Thread(() => context = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return context!; // A new thread without flow has the default context.
    }

    private void WakeParked()
    {
        Parking? parking;
        lock (_lock)
        {
            if (_parked.TryPop(out parking))
            {
                _parkedCount--;
            }
        }

        parking?.Wake();
        _monitor.Wake();
    }

    private bool HasVisibleWork()
    {
        if (!_global.IsEmpty)
        {
            return true;
        }

        foreach (var worker in Volatile.Read(ref _workers))
        {
            if (!worker.Queue.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    private IMailbox? TryStealOnce(Worker thief)
    {
        if (_global.TryDequeue(out var mailbox))
        {
            return mailbox;
        }

        var workers = Volatile.Read(ref _workers);
        for (var i = 0; i < workers.Length; i++)
        {
            var victim = workers[(thief.Number + i) % workers.Length];
            if (!ReferenceEquals(victim, thief) && victim.Queue.TryTake(out mailbox))
            {
                return mailbox;
            }
        }

        return null;
    }

    private void AddSpare()
    {
        Worker? spare = null;
        lock (_lock)
        {
            if (_isStopped)
            {
                return;
            }

            if (_spares < MaxSpareWorkers)
            {
                _spares++;
                spare = new Worker(this, ++_nextNumber) { IsSpare = true };
                _workers = [.. _workers, spare];
            }
        }

        if (spare is null)
        {
            _blockedHandlers?.OnNoThreadLeft(Volatile.Read(ref _workers).Length);
        }
        else
        {
            spare.Thread.UnsafeStart();
        }
    }

    private sealed class PostedWork(ThreadDispatcher dispatcher, SendOrPostCallback callback, object? state) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            var outer = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(dispatcher.TaskContext);
            try
            {
                callback(state);
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(outer);
                Interlocked.Increment(ref dispatcher._postsDone);
            }
        }
    }
}
