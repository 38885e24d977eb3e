namespace Actors.Dispatch;

/// <summary>Adds threads to the thread pool while code that blocks keeps all that it has, so that timers and other owned tasks get their turn.</summary>
/// <remarks>
/// The pool by itself adds one or two threads a second then. It belongs to the process: what several systems add is counted together, and taken back
/// when nobody has needed it for a while.
/// </remarks>
internal sealed class PoolRelief(TimeProvider time)
{
    private const int MaxAdded = 64;
    private const int MaxAtOnce = 8;

    // Long, because what is taken back too early is missed for a moment when it is needed again.
    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(10);
    private static readonly Lock Gate = new();
    private static int _added;

    private long _seenCompleted;
    private long _lastNeeded = time.GetTimestamp();
    private int _own;

    /// <summary>Called every few milliseconds while tasks run. Work waits, and none has ended since the last look: the threads are kept.</summary>
    public void Look()
    {
#pragma warning disable RS0030 // This is the seam: owned tasks run on the thread pool.
        var waiting = ThreadPool.PendingWorkItemCount;
        if (waiting == 0)
        {
            _seenCompleted = -1;
        }
        else
        {
            var completed = ThreadPool.CompletedWorkItemCount;
            if (completed == _seenCompleted)
            {
                Change((int)Math.Min(waiting, MaxAtOnce));
                _lastNeeded = time.GetTimestamp();
            }

            _seenCompleted = completed;
        }
#pragma warning restore RS0030
        if (_own > 0 && time.GetElapsedTime(_lastNeeded) > Keep)
        {
            Change(-_own);
        }
    }

    /// <summary>Nothing runs any more.</summary>
    public void End()
    {
        if (_own > 0)
        {
            Change(-_own);
        }
    }

    private void Change(int threads)
    {
        lock (Gate)
        {
            threads = Math.Min(threads, MaxAdded - _added);
            if (threads == 0)
            {
                return;
            }

#pragma warning disable RS0030 // This is the seam: owned tasks run on the thread pool.
            ThreadPool.GetMinThreads(out var workers, out var ports);
            if (ThreadPool.SetMinThreads(Math.Max(1, workers + threads), ports))
            {
                _added += threads;
                _own += threads;
            }
#pragma warning restore RS0030
        }
    }
}
