namespace Actors.Persistence;

/// <summary>Journals in memory, for tests and for work that may be lost with the process.</summary>
/// <remarks>
/// Every call completes before it returns, so it adds no thread and no chance. Its content outlives its owners: a test that
/// "crashes" an actor system opens the next one on the same object. Disposing it changes nothing.
/// </remarks>
public sealed class InMemoryJournal : IJournal
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Kept> _journals = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<JournalOpening> OpenAsync(string persistenceId, Guid writer, int readableFormat, CancellationToken cancellationToken) =>
        Answer(() =>
        {
            var kept = _journals.GetValueOrDefault(persistenceId) ?? new Kept();
            var newest = kept.Commits.Values.Select(commit => commit.FormatVersion).DefaultIfEmpty().Max();
            if (newest > readableFormat)
            {
                throw new JournalFormatException(
                    $"The journal '{persistenceId}' in memory holds a commit of format {newest}; this program reads formats up to {readableFormat}. Run the newer version.",
                    newest, readableFormat);
            }

            _journals[persistenceId] = kept;
            kept.Term++;
            return new JournalOpening(kept.Term, kept.Commits.Keys.FirstOrDefault(), kept.LastSequenceNumber, kept.LastPayloadRow);
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken)
    {
        foreach (var commit in commits)
        {
            CheckPayloads(commit);
        }

        return Answer(() => commits.Select(Append).ToArray(), cancellationToken);
    }

    /// <inheritdoc/>
    public Task ResetAsync(CancellationToken cancellationToken) => Answer(() => true, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CommitRow>> ReadAsync(
        string persistenceId, long fromSequenceNumber, int maxBytes, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<CommitRow>>(() =>
        {
            var rows = new List<CommitRow>();
            if (!_journals.TryGetValue(persistenceId, out var kept) || kept.Commits.Count == 0)
            {
                return rows;
            }

            var bytes = 0;
            for (var next = Math.Max(fromSequenceNumber, kept.Commits.Keys.First()); kept.Commits.TryGetValue(next, out var row); next++)
            {
                rows.Add(row);
                bytes += row.Events.Length;
                if (bytes >= maxBytes)
                {
                    break;
                }
            }

            return rows;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPayloadsAsync(
        string persistenceId, IReadOnlyList<long> rows, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<ReadOnlyMemory<byte>>>(() =>
        {
            var kept = _journals.GetValueOrDefault(persistenceId) ?? new Kept();
            return [.. rows.Select(row => kept.Payloads.TryGetValue(row, out var bytes)
                ? bytes
                : throw new JournalCorruptException(
                    $"The journal '{persistenceId}' in memory is damaged: payload row {row} is missing.", persistenceId, row, kept.LastBefore(row)))];
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void CheckPayloads(Commit commit)
    {
        var last = 0L;
        foreach (var payload in commit.Payloads)
        {
            if (payload.Row <= last)
            {
                throw new ArgumentException(
                    $"Commit {commit.SequenceNumber} of '{commit.PersistenceId}' names payload row {payload.Row} after row {last}. Number them upwards from 1.");
            }

            last = payload.Row;
        }
    }

    private Task<T> Answer<T>(Func<T> answer, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        try
        {
            lock (_gate)
            {
                return Task.FromResult(answer());
            }
        }
        catch (JournalException e)
        {
            return Task.FromException<T>(e);
        }
    }

    private AppendOutcome Append(Commit commit)
    {
        if (!_journals.TryGetValue(commit.PersistenceId, out var kept) || kept.Term != commit.Term)
        {
            return AppendOutcome.Fenced;
        }

        if (commit.SequenceNumber != kept.LastSequenceNumber + 1
            || (commit.Payloads.Count > 0 && commit.Payloads[0].Row <= kept.LastPayloadRow))
        {
            return AppendOutcome.OutOfSequence;
        }

        kept.Add(commit);
        return AppendOutcome.Appended;
    }

    private sealed class Kept
    {
        // Sorted, because a prefix is deleted and the oldest is asked for. The last payload row of each commit is kept for LastBefore.
        public SortedDictionary<long, CommitRow> Commits { get; } = [];

        public SortedDictionary<long, ReadOnlyMemory<byte>> Payloads { get; } = [];

        public long Term { get; set; }

        public long LastSequenceNumber { get; private set; }

        public long LastPayloadRow { get; private set; }

        private SortedDictionary<long, long> LastPayloads { get; } = [];

        public void Add(Commit commit)
        {
            Commits.Add(commit.SequenceNumber, new CommitRow(
                commit.SequenceNumber, commit.Term, commit.Writer, commit.FormatVersion, commit.Events.ToArray()));
            LastSequenceNumber = commit.SequenceNumber;
            foreach (var payload in commit.Payloads)
            {
                Payloads.Add(payload.Row, payload.Bytes.ToArray());
                LastPayloadRow = payload.Row;
            }

            LastPayloads.Add(commit.SequenceNumber, LastPayloadRow);
            DeletePrefix(Commits, Math.Min(commit.DeleteCommitsBefore, commit.SequenceNumber));
            DeletePrefix(LastPayloads, Math.Min(commit.DeleteCommitsBefore, commit.SequenceNumber));
            DeletePrefix(Payloads, commit.DeletePayloadsBefore);
        }

        public long LastBefore(long payloadRow) =>
            LastPayloads.LastOrDefault(commit => commit.Value < payloadRow).Key;

        private static void DeletePrefix<T>(SortedDictionary<long, T> rows, long before)
        {
            while (rows.Count > 0 && rows.First().Key is var first && first < before)
            {
                rows.Remove(first);
            }
        }
    }
}
