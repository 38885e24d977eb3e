namespace Actors.Jobs;

public sealed partial class InMemoryHistory
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<FinishedJob>> SearchAsync(
        HistoryFilter filter, int limit, JobPosition? before, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        return Answer<IReadOnlyList<FinishedJob>>(() =>
            [.. _lastEnqueuedFirst.Where(job => IsMatch(job, filter) && (before is not { } last || PositionOf(job).CompareTo(last) < 0)).Take(limit)], cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ErrorCount>> CountErrorsAsync(HistoryFilter filter, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        return Answer<IReadOnlyList<ErrorCount>>(() =>
        [
            .. _lastEnqueuedFirst.Where(job => job.ErrorFingerprint is not null && IsMatch(job, filter))
                .GroupBy(job => job.ErrorFingerprint)
                .Select(jobs => new ErrorCount(jobs.Key!, jobs.LongCount(), jobs.First().Id, jobs.First().Error ?? "")) // Those without are left out above.
                .OrderByDescending(error => error.Count)
                .ThenBy(error => error.Fingerprint, StringComparer.Ordinal)
                .Take(limit),
        ], cancellationToken);
    }

    private static bool IsMatch(FinishedJob job, HistoryFilter filter) =>
        (filter.Queue is null || job.Queue == filter.Queue)
        && (filter.Type is null || job.Type == filter.Type)
        && (filter.State is null || job.State == filter.State)
        && (filter.States.Count == 0 || filter.States.Contains(job.State))
        && (filter.Key is null || job.Key == filter.Key)
        && (filter.Tag is null || job.Tags.Contains(filter.Tag))
        && (filter.ErrorFingerprint is null || string.Equals(job.ErrorFingerprint, filter.ErrorFingerprint, StringComparison.OrdinalIgnoreCase))
        && filter.IndexedArgs.All(arg => job.IndexedArgs.Contains(arg))
        && (filter.EnqueuedFrom is not { } enqueuedFrom || job.EnqueuedAt >= enqueuedFrom)
        && (filter.EnqueuedBefore is not { } enqueuedBefore || job.EnqueuedAt < enqueuedBefore)
        && (filter.FinishedFrom is not { } from || job.FinishedAt >= from)
        && (filter.FinishedBefore is not { } before || job.FinishedAt < before);

    private static JobPosition PositionOf(FinishedJob job) => new(job.EnqueuedAt, job.Id);
}
