using System.Collections.Concurrent;

namespace Actors.Jobs.Tests.Faults;

/// <summary>Notes how it is pruned, and refuses when it is told to.</summary>
internal sealed class PruningHistory(InMemoryHistory inner) : IHistory
{
    private readonly ConcurrentDictionary<int, bool> _limits = new();
    private volatile Exception? _fault;
    private int _calls;
    private int _running;
    private int _mostAtOnce;

    public Exception? Fault
    {
        get => _fault;
        set => _fault = value;
    }

    public int Calls => Volatile.Read(ref _calls);

    public int MostAtOnce => Volatile.Read(ref _mostAtOnce);

    public IEnumerable<int> Limits => _limits.Keys;

    public async Task<PruneResult> PruneAsync(string queue, JobState state, DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken)
    {
        if (queue != "default")
        {
            return await inner.PruneAsync(queue, state, finishedBefore, limit, cancellationToken);
        }

        Interlocked.Increment(ref _calls);
        _limits[limit] = true;
        _mostAtOnce = Math.Max(_mostAtOnce, Interlocked.Increment(ref _running));
        try
        {
            await Task.Yield();
            return _fault is { } fault ? throw fault : await inner.PruneAsync(queue, state, finishedBefore, limit, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public Task WriteAsync(IReadOnlyList<FinishedJob> jobs, CancellationToken cancellationToken) => inner.WriteAsync(jobs, cancellationToken);

    public Task<FinishedJob?> FindAsync(JobId id, CancellationToken cancellationToken) => inner.FindAsync(id, cancellationToken);

    public Task<long> CountAsync(HistoryFilter filter, CancellationToken cancellationToken) => inner.CountAsync(filter, cancellationToken);

    public Task<IReadOnlyList<FinishedJob>> ListAsync(HistoryFilter filter, int limit, HistoryCursor? before, CancellationToken cancellationToken) =>
        inner.ListAsync(filter, limit, before, cancellationToken);

    public Task<IReadOnlyList<FinishedJob>> SearchAsync(HistoryFilter filter, int limit, JobPosition? before, CancellationToken cancellationToken) =>
        inner.SearchAsync(filter, limit, before, cancellationToken);

    public Task<IReadOnlyList<ErrorCount>> CountErrorsAsync(HistoryFilter filter, int limit, CancellationToken cancellationToken) =>
        inner.CountErrorsAsync(filter, limit, cancellationToken);

    public Task<int> DeleteAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken) => inner.DeleteAsync(ids, cancellationToken);
}
