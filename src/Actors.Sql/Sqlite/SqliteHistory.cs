using Actors.Jobs;

namespace Actors.Sql.Sqlite;

internal sealed class SqliteHistory(WriteThread writer, ReadThread reader) : IHistory
{
    private const int MaxPage = 1000;

    public Task WriteAsync(IReadOnlyList<FinishedJob> jobs, CancellationToken cancellationToken)
    {
        foreach (var job in jobs)
        {
            RequireFinal(job.State, nameof(jobs));
        }

        return jobs.Count == 0 ? Task.CompletedTask : writer.ExecuteAsync(new HistoryWrite(jobs), cancellationToken);
    }

    public Task<FinishedJob?> FindAsync(JobId id, CancellationToken cancellationToken) =>
        reader.ExecuteAsync(session => session.History.Find(id), cancellationToken);

    public Task<long> CountAsync(HistoryFilter filter, CancellationToken cancellationToken) =>
        reader.ExecuteAsync(session => session.History.Count(filter), cancellationToken);

    public Task<IReadOnlyList<FinishedJob>> ListAsync(
        HistoryFilter filter, int limit, HistoryCursor? before, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        return reader.ExecuteAsync(session => session.History.List(filter, limit, before), cancellationToken);
    }

    public Task<IReadOnlyList<FinishedJob>> SearchAsync(
        HistoryFilter filter, int limit, JobPosition? before, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        return reader.ExecuteAsync(session => session.History.Search(filter, limit, before), cancellationToken);
    }

    public Task<IReadOnlyList<ErrorCount>> CountErrorsAsync(HistoryFilter filter, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        return reader.ExecuteAsync(session => session.History.CountErrors(filter, limit), cancellationToken);
    }

    public Task<PruneResult> PruneAsync(string queue, JobState state, DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        RequireFinal(state, nameof(state));
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return writer.ExecuteAsync(new HistoryPrune(queue, state, HistoryTime.RoundUp(finishedBefore), limit), cancellationToken);
    }

    public Task<int> DeleteAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken) =>
        ids.Count == 0 ? Task.FromResult(0) : writer.ExecuteAsync(new HistoryDelete(ids), cancellationToken);

    private static void RequireFinal(JobState state, string parameter)
    {
        if (state is not (JobState.Succeeded or JobState.Failed or JobState.Cancelled))
        {
            throw new ArgumentException($"The history holds finished jobs: Succeeded, Failed or Cancelled, not {state}.", parameter);
        }
    }
}
