namespace Actors.Jobs;

/// <summary>The history of finished jobs in memory, for tests and for work that may be lost with the process.</summary>
/// <remarks>Every call completes before it returns. Times are kept in whole milliseconds, as every store does.</remarks>
public sealed partial class InMemoryHistory : IHistory
{
    private const int MaxPage = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<JobId, FinishedJob> _jobs = [];
    private readonly SortedSet<FinishedJob> _newestFirst = new(Comparer<FinishedJob>.Create(static (a, b) =>
        a.FinishedAt != b.FinishedAt ? b.FinishedAt.CompareTo(a.FinishedAt) : b.Id.CompareTo(a.Id)));

    private readonly SortedSet<FinishedJob> _lastEnqueuedFirst = new(Comparer<FinishedJob>.Create(static (a, b) => PositionOf(b).CompareTo(PositionOf(a))));

    /// <inheritdoc/>
    public Task WriteAsync(IReadOnlyList<FinishedJob> jobs, CancellationToken cancellationToken)
    {
        foreach (var job in jobs)
        {
            RequireFinal(job.State, nameof(jobs));
        }

        return Answer(() =>
        {
            foreach (var job in jobs)
            {
                Write(job);
            }

            return true;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<FinishedJob?> FindAsync(JobId id, CancellationToken cancellationToken) =>
        Answer(() => _jobs.GetValueOrDefault(id), cancellationToken);

    /// <inheritdoc/>
    public Task<long> CountAsync(HistoryFilter filter, CancellationToken cancellationToken) =>
        Answer(() => _newestFirst.LongCount(job => IsMatch(job, filter)), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<FinishedJob>> ListAsync(
        HistoryFilter filter, int limit, HistoryCursor? before, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        return Answer<IReadOnlyList<FinishedJob>>(() =>
            [.. _newestFirst.Where(job => IsMatch(job, filter) && (before is not { } last || SortsBefore(job, last))).Take(limit)], cancellationToken);
    }

    /// <inheritdoc/>
    public Task<PruneResult> PruneAsync(string queue, JobState state, DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        RequireFinal(state, nameof(state));
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Answer(() =>
        {
            var pruned = _newestFirst.Reverse().TakeWhile(job => job.FinishedAt < finishedBefore).Where(job => job.State == state && job.Queue == queue).Take(limit).ToArray();
            foreach (var job in pruned)
            {
                _newestFirst.Remove(job);
                _lastEnqueuedFirst.Remove(job);
                _jobs.Remove(job.Id);
            }

            return new PruneResult(pruned.Length, HasMore: pruned.Length == limit);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<int> DeleteAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken) => Answer(() =>
    {
        var deleted = 0;
        foreach (var id in ids)
        {
            if (_jobs.Remove(id, out var job))
            {
                _newestFirst.Remove(job);
                _lastEnqueuedFirst.Remove(job);
                deleted++;
            }
        }

        return deleted;
    }, cancellationToken);

    private static void RequireFinal(JobState state, string parameter)
    {
        if (state is not (JobState.Succeeded or JobState.Failed or JobState.Cancelled))
        {
            throw new ArgumentException($"The history holds finished jobs: Succeeded, Failed or Cancelled, not {state}.", parameter);
        }
    }

    private static bool SortsBefore(FinishedJob job, HistoryCursor last) =>
        job.FinishedAt < last.FinishedAt || (job.FinishedAt == last.FinishedAt && job.Id.CompareTo(last.Id) < 0);

    private static DateTimeOffset WholeMilliseconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    private Task<T> Answer<T>(Func<T> answer, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        lock (_gate)
        {
            return Task.FromResult(answer());
        }
    }

    private void Write(FinishedJob job)
    {
        var kept = job with
        {
            EnqueuedAt = WholeMilliseconds(job.EnqueuedAt),
            FinishedAt = WholeMilliseconds(job.FinishedAt),
            Args = job.Args.ToArray(),
        };
        if (_jobs.Remove(kept.Id, out var earlier))
        {
            _newestFirst.Remove(earlier);
            _lastEnqueuedFirst.Remove(earlier);
        }

        _jobs.Add(kept.Id, kept);
        _newestFirst.Add(kept);
        _lastEnqueuedFirst.Add(kept);
    }
}
