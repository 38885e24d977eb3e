using System.Diagnostics;
using Actors.Persistence;

namespace Actors.Benchmarks.Jobs;

/// <summary>Counts the appends of a journal, and how long they take.</summary>
internal sealed class CountingJournal(IJournal inner) : IJournal
{
    private long _commits;
    private long _appendTicks;

    public long Commits => Interlocked.Read(ref _commits);

    public double AppendMs => TimeSpan.FromTicks(Interlocked.Read(ref _appendTicks)).TotalMilliseconds;

    public Task<JournalOpening> OpenAsync(string persistenceId, Guid writer, int readableFormat, CancellationToken cancellationToken) =>
        inner.OpenAsync(persistenceId, writer, readableFormat, cancellationToken);

    public async Task<AppendOutcome[]> AppendAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _commits);
        var began = Stopwatch.GetTimestamp();
        var outcomes = await inner.AppendAsync(commits, cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _appendTicks, Stopwatch.GetElapsedTime(began).Ticks);
        return outcomes;
    }

    public Task ResetAsync(CancellationToken cancellationToken) => inner.ResetAsync(cancellationToken);

    public Task<IReadOnlyList<CommitRow>> ReadAsync(
        string persistenceId, long fromSequenceNumber, int maxBytes, CancellationToken cancellationToken) =>
        inner.ReadAsync(persistenceId, fromSequenceNumber, maxBytes, cancellationToken);

    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPayloadsAsync(
        string persistenceId, IReadOnlyList<long> rows, CancellationToken cancellationToken) =>
        inner.ReadPayloadsAsync(persistenceId, rows, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
