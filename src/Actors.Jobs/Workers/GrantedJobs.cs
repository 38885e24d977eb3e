using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Actors.Jobs.Workers;

/// <summary>
/// The jobs that are granted to this process, and the workers that are free to run them. Thread-safe. Workers are woken one after the other, each by
/// the one before it: short jobs are done by few of them, and jobs that take their time soon occupy all.
/// </summary>
internal sealed class GrantedJobs
{
    private readonly ConcurrentQueue<GrantedJob> _jobs = new();
    private readonly Stack<IActorRef> _idle = new();
    private volatile bool _isWaking;
    private volatile ConcurrentDictionary<long, int>? _cancelled;

    public bool IsEmpty => _jobs.IsEmpty;

    public void Add(GrantedJob job) => _jobs.Enqueue(job);

    /// <summary>For a worker: the next job, or none. Wakes another worker when there are more.</summary>
    public bool TryTake([NotNullWhen(true)] out GrantedJob? job)
    {
        if (!_jobs.TryDequeue(out job))
        {
            return false;
        }

        if (!_jobs.IsEmpty)
        {
            WakeOne();
        }

        return true;
    }

    /// <summary>A granted job is not to run, if it has not begun.</summary>
    public void Cancel(long number, int grant) => (_cancelled ??= new ConcurrentDictionary<long, int>())[number] = grant;

    public bool IsCancelled(GrantedJob job) => _cancelled is { } cancelled && cancelled.TryGetValue(job.Number, out var grant) && grant == job.Grant;

    /// <summary>A cancelled job has ended.</summary>
    public void ForgetCancelled(long number) => _cancelled?.TryRemove(number, out _);

    /// <summary>Takes a job back that no worker has begun.</summary>
    public bool TryTakeBack([NotNullWhen(true)] out GrantedJob? job) => _jobs.TryDequeue(out job);

    /// <summary>A woken worker has come to look: the next may be woken.</summary>
    public void OnAwake() => _isWaking = false;

    /// <summary>A worker has nothing to do.</summary>
    public void OnIdle(IActorRef worker)
    {
        lock (_idle)
        {
            _idle.Push(worker);
        }

        if (!_jobs.IsEmpty)
        {
            // Granted between its last look and this.
            WakeOne();
        }
    }

    /// <summary>Wakes a worker, unless one is about to look already.</summary>
    public void WakeOne()
    {
        if (_isWaking)
        {
            return;
        }

        IActorRef? worker;
        lock (_idle)
        {
            if (_isWaking || !_idle.TryPop(out worker))
            {
                return;
            }

            _isWaking = true;
        }

        worker.Tell(WorkerActor.Work.Instance);
    }

    /// <summary>Forgets the jobs.</summary>
    public void Clear() => _jobs.Clear();
}
