using Actors.Jobs;

namespace Actors.Sql.Sqlite;

/// <summary>The history as every process of a store sees it: the owner's own, or a reader of the owner's file.</summary>
internal sealed class SharedHistory(string path, ReadThread reader) : IHistory
{
    private volatile IHistory? _owned;

    public void Own(IHistory history) => _owned = history;

    public Task WriteAsync(IReadOnlyList<FinishedJob> jobs, CancellationToken cancellationToken) => _owned?.WriteAsync(jobs, cancellationToken)
        ?? throw NotOwner();

    public Task<FinishedJob?> FindAsync(JobId id, CancellationToken cancellationToken) => _owned?.FindAsync(id, cancellationToken)
        ?? ReadAsync(session => session.History.Find(id), null, cancellationToken);

    public Task<long> CountAsync(HistoryFilter filter, CancellationToken cancellationToken) => _owned?.CountAsync(filter, cancellationToken)
        ?? ReadAsync(session => session.History.Count(filter), 0L, cancellationToken);

    public Task<IReadOnlyList<FinishedJob>> ListAsync(
        HistoryFilter filter, int limit, HistoryCursor? before, CancellationToken cancellationToken) =>
        _owned?.ListAsync(filter, limit, before, cancellationToken)
        ?? ReadAsync<IReadOnlyList<FinishedJob>>(session => session.History.List(filter, limit, before), [], cancellationToken);

    public Task<IReadOnlyList<FinishedJob>> SearchAsync(
        HistoryFilter filter, int limit, JobPosition? before, CancellationToken cancellationToken) =>
        _owned?.SearchAsync(filter, limit, before, cancellationToken)
        ?? ReadAsync<IReadOnlyList<FinishedJob>>(session => session.History.Search(filter, limit, before), [], cancellationToken);

    public Task<IReadOnlyList<ErrorCount>> CountErrorsAsync(HistoryFilter filter, int limit, CancellationToken cancellationToken) =>
        _owned?.CountErrorsAsync(filter, limit, cancellationToken)
        ?? ReadAsync<IReadOnlyList<ErrorCount>>(session => session.History.CountErrors(filter, limit), [], cancellationToken);

    public Task<PruneResult> PruneAsync(string queue, JobState state, DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken) =>
        _owned?.PruneAsync(queue, state, finishedBefore, limit, cancellationToken) ?? throw NotOwner();

    public Task<int> DeleteAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken) =>
        _owned?.DeleteAsync(ids, cancellationToken) ?? throw NotOwner();

    /// <summary>The first owner makes the file; before that, nothing has finished.</summary>
    private Task<T> ReadAsync<T>(Func<ReadSession, T> read, T none, CancellationToken cancellationToken) =>
        File.Exists(path) ? reader.ExecuteAsync(read, cancellationToken) : Task.FromResult(none);

    private static InvalidOperationException NotOwner() => new("Only the process that owns the store writes its history.");
}
