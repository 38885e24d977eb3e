namespace Actors.Persistence;

/// <summary>Snapshots in memory, for tests and for work that may be lost with the process. The companion of <see cref="InMemoryJournal"/>.</summary>
/// <remarks>Every call completes before it returns. Its content outlives its owners; disposing it changes nothing.</remarks>
public sealed class InMemorySnapshotStore : ISnapshotStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<SnapshotRow?> LoadAsync(
        string persistenceId, long term, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(criteria);
        return Answer(persistenceId, term, kept => kept.Rows.Values.LastOrDefault(row => Matches(criteria, row)), cancellationToken);
    }

    /// <inheritdoc/>
    public Task SaveAsync(SnapshotRow snapshot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return Answer(
            snapshot.PersistenceId,
            snapshot.Term,
            kept => kept.Rows[snapshot.SequenceNr] = new SnapshotRow
            {
                PersistenceId = snapshot.PersistenceId,
                SequenceNr = snapshot.SequenceNr,
                CommitNumber = snapshot.CommitNumber,
                Term = snapshot.Term,
                Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(snapshot.Timestamp.ToUnixTimeMilliseconds()),
                Bytes = snapshot.Bytes.ToArray(),
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string persistenceId, long term, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(criteria);
        return Answer(
            persistenceId,
            term,
            kept =>
            {
                foreach (var row in kept.Rows.Values.Where(row => Matches(criteria, row)).ToArray())
                {
                    kept.Rows.Remove(row.SequenceNr);
                }

                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static bool Matches(SnapshotSelectionCriteria criteria, SnapshotRow row) => criteria.Matches(row.SequenceNr, row.Timestamp);

    private Task<T> Answer<T>(string persistenceId, long term, Func<Kept, T> answer, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        lock (_gate)
        {
            if (!_kept.TryGetValue(persistenceId, out var kept))
            {
                _kept.Add(persistenceId, kept = new Kept());
            }

            if (term < kept.Term)
            {
                return Task.FromException<T>(new JournalFencedException(
                    $"The snapshots of '{persistenceId}' belong to another owner: this one has term {term}, and the highest is {kept.Term}. Nothing was changed."));
            }

            kept.Term = term;
            return Task.FromResult(answer(kept));
        }
    }

    private sealed class Kept
    {
        public SortedDictionary<long, SnapshotRow> Rows { get; } = [];

        public long Term { get; set; }
    }
}
