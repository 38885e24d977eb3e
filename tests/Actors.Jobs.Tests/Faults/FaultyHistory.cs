using System.Collections.Concurrent;

namespace Actors.Jobs.Tests.Faults;

/// <summary>A history that goes wrong as told, and notes what was written.</summary>
internal sealed class FaultyHistory(ActorSystem? system = null, InMemoryHistory? inner = null) : IHistory
{
    private readonly InMemoryHistory _inner = inner ?? new InMemoryHistory();
    private readonly ConcurrentQueue<JobId> _written = new();
    private volatile Exception? _fault;
    private volatile TaskCompletionSource? _gate;
    private int _calls;

    /// <summary>What writing throws; null for nothing.</summary>
    public Exception? Fault
    {
        get => _fault;
        set => _fault = value;
    }

    /// <summary>What a write waits for before it is made; null for nothing.</summary>
    public TaskCompletionSource? Gate
    {
        get => _gate;
        set => _gate = value;
    }

    /// <summary>Each write of each job.</summary>
    public IReadOnlyCollection<JobId> Written => _written;

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Completed when jobs have been counted; null when nobody asks.</summary>
    public TaskCompletionSource? Counted { get; set; }

    public async Task WriteAsync(IReadOnlyList<FinishedJob> jobs, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        if (_fault is { } fault)
        {
            throw fault;
        }

        if (_gate is { } gate)
        {
            await WaitAsync(gate.Task);
        }

        await _inner.WriteAsync(jobs, cancellationToken);
        foreach (var job in jobs)
        {
            _written.Enqueue(job.Id);
        }
    }

    public Task<FinishedJob?> FindAsync(JobId id, CancellationToken cancellationToken) => _inner.FindAsync(id, cancellationToken);

    public async Task<long> CountAsync(HistoryFilter filter, CancellationToken cancellationToken)
    {
        var count = await _inner.CountAsync(filter, cancellationToken);
        Counted?.TrySetResult();
        return count;
    }

    public Task<IReadOnlyList<FinishedJob>> ListAsync(
        HistoryFilter filter, int limit, HistoryCursor? before, CancellationToken cancellationToken) =>
        _inner.ListAsync(filter, limit, before, cancellationToken);

    public Task<IReadOnlyList<FinishedJob>> SearchAsync(
        HistoryFilter filter, int limit, JobPosition? before, CancellationToken cancellationToken) =>
        _inner.SearchAsync(filter, limit, before, cancellationToken);

    public Task<IReadOnlyList<ErrorCount>> CountErrorsAsync(HistoryFilter filter, int limit, CancellationToken cancellationToken) =>
        _inner.CountErrorsAsync(filter, limit, cancellationToken);

    public Task<PruneResult> PruneAsync(string queue, JobState state, DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken) =>
        _inner.PruneAsync(queue, state, finishedBefore, limit, cancellationToken);

    public Task<int> DeleteAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken) => _inner.DeleteAsync(ids, cancellationToken);

    /// <summary>The caller counts this as work under way, and the clock stands still for it; such a wait must not count.</summary>
    private async Task WaitAsync(Task gate)
    {
        system?.Dispatcher.EndOperation();
        try
        {
            await gate;
        }
        finally
        {
            system?.Dispatcher.BeginOperation();
        }
    }
}
