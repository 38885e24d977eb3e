using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Workers;

/// <summary>
/// The jobs that are granted to this process, and the workers that are free to run them. Thread-safe. Workers are woken one after the other, each by
/// the one before it: short jobs are done by few of them, and jobs that take their time soon occupy all.
/// </summary>
internal sealed class GrantedJobs
{
    private static readonly int Normal = PriorityTurns.LevelOf(JobPriority.Normal);

    private readonly ConcurrentQueue<GrantedJob> _normal = new();
    private readonly Stack<IActorRef> _idle = new();
    private readonly Lock _gate = new();

    /// <summary>The levels beside the normal one; made for the first job that is not normal.</summary>
    private volatile ConcurrentQueue<GrantedJob>[]? _levels;
    private PriorityTurns _turns;
    private volatile bool _isWaking;
    private volatile ConcurrentDictionary<long, int>? _cancelled;

    public bool IsEmpty => _normal.IsEmpty && (_levels is not { } levels || Array.TrueForAll(levels, level => level.IsEmpty));

    public void Add(GrantedJob job, JobPriority priority)
    {
        if (priority == JobPriority.Normal)
        {
            _normal.Enqueue(job);
            return;
        }

        if (_levels is not { } levels)
        {
            levels = new ConcurrentQueue<GrantedJob>[PriorityTurns.Levels];
            for (var level = 0; level < levels.Length; level++)
            {
                levels[level] = level == Normal ? _normal : new ConcurrentQueue<GrantedJob>();
            }

            _levels = levels;
        }

        levels[PriorityTurns.LevelOf(priority)].Enqueue(job);
    }

    /// <summary>For a worker: the next job, or none. Wakes another worker when there are more.</summary>
    public bool TryTake([NotNullWhen(true)] out GrantedJob? job)
    {
        if (!TryTakeNext(out job))
        {
            return false;
        }

        if (!IsEmpty)
        {
            WakeOne();
        }

        return true;
    }

    /// <summary>Takes a job back that no worker has begun, in the order of each priority.</summary>
    public bool TryTakeBack([NotNullWhen(true)] out GrantedJob? job) => TryTakeNext(out job);

    /// <summary>A granted job is not to run, if it has not begun.</summary>
    public void Cancel(long number, int grant) => (_cancelled ??= new ConcurrentDictionary<long, int>())[number] = grant;

    public bool IsCancelled(GrantedJob job) => _cancelled is { } cancelled && cancelled.TryGetValue(job.Number, out var grant) && grant == job.Grant;

    /// <summary>A cancelled job has ended.</summary>
    public void ForgetCancelled(long number) => _cancelled?.TryRemove(number, out _);

    /// <summary>A woken worker has come to look: the next may be woken.</summary>
    public void OnAwake() => _isWaking = false;

    /// <summary>A worker has nothing to do.</summary>
    public void OnIdle(IActorRef worker)
    {
        lock (_idle)
        {
            _idle.Push(worker);
        }

        if (!IsEmpty)
        {
            // Granted between its last look and this.
            WakeOne();
        }
    }

    /// <summary>For a worker that ends: it is not woken any more. False when it has been woken, or was not idle.</summary>
    public bool TryRemoveIdle(IActorRef worker)
    {
        lock (_idle)
        {
            var others = _idle.Where(idle => !idle.Equals(worker)).Reverse().ToList();
            if (others.Count == _idle.Count)
            {
                return false;
            }

            _idle.Clear();
            foreach (var other in others)
            {
                _idle.Push(other);
            }

            return true;
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
    public void Clear()
    {
        _normal.Clear();
        foreach (var level in _levels ?? [])
        {
            level.Clear();
        }
    }

    private bool TryTakeNext([NotNullWhen(true)] out GrantedJob? job) =>
        _levels is { } levels ? TryTakeTurn(levels, out job) : _normal.TryDequeue(out job);

    private bool TryTakeTurn(ConcurrentQueue<GrantedJob>[] levels, [NotNullWhen(true)] out GrantedJob? job)
    {
        lock (_gate)
        {
            while (true)
            {
                var waiting = 0;
                for (var level = 0; level < levels.Length; level++)
                {
                    waiting |= levels[level].IsEmpty ? 0 : 1 << level;
                }

                if (waiting == 0)
                {
                    job = null;
                    return false;
                }

                // A worker that has not seen the levels yet takes normal jobs without the lock.
                var next = _turns.Next(waiting);
                if (levels[next].TryDequeue(out job))
                {
                    _turns.Taken(next);
                    return true;
                }
            }
        }
    }
}
