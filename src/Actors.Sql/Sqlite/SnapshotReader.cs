using Actors.Persistence;

namespace Actors.Sql.Sqlite;

/// <summary>Reads snapshots back, and checks each.</summary>
internal sealed class SnapshotReader(Connection connection)
{
    public const string FindJournal =
        "SELECT j.id, coalesce(o.term, 0) FROM journals j LEFT JOIN owners o ON o.journal = j.id WHERE j.persistence_id = ?";

    private readonly Statement _find = connection.Prepare(FindJournal);
    private readonly Statement _newest = connection.Prepare(
        "SELECT id, commit_number, term, taken_at, checksum, bytes FROM snapshots WHERE id BETWEEN ? AND ? AND taken_at <= ? ORDER BY id DESC LIMIT 1");

    /// <exception cref="JournalFencedException">The journal has another owner.</exception>
    /// <exception cref="SnapshotCorruptException">It does not match its checksum.</exception>
    public SnapshotRow? Load(string persistenceId, long term, SnapshotSelectionCriteria criteria)
    {
        var journal = Find(_find, persistenceId, term);
        if (journal == 0 || !TryRange(journal, criteria, out var first, out var last, out var takenBy)
            || !_newest.Bind(1, first).Bind(2, last).Bind(3, takenBy).Step())
        {
            return null;
        }

        var row = Current(persistenceId);
        _newest.Reset();
        return row;
    }

    /// <returns>The journal; 0 when there is none of this name.</returns>
    /// <exception cref="JournalFencedException">Its term is higher.</exception>
    public static long Find(Statement find, string persistenceId, long term)
    {
        var (journal, highest) = find.Bind(1, persistenceId).Step() ? (find.GetInt64(0), find.GetInt64(1)) : (0, 0);
        find.Reset();
        return term >= highest ? journal : throw Fenced(persistenceId, term, highest);
    }

    public static JournalFencedException Fenced(string persistenceId, long term, long highest) => new(
        $"The snapshots of '{persistenceId}' belong to another owner: this one has term {term}, and the highest is {highest}. Nothing was changed.");

    /// <returns>False when no snapshot can match.</returns>
    public static bool TryRange(long journal, SnapshotSelectionCriteria criteria, out long first, out long last, out long takenBy)
    {
        var max = Math.Min(criteria.MaxSequenceNr, RowKey.MaxNumber);
        var min = Math.Max(criteria.MinSequenceNr, 0);
        var isPossible = min <= max;
        first = isPossible ? RowKey.Of(journal, min) : 0;
        last = isPossible ? RowKey.Of(journal, max) : 0;
        takenBy = criteria.MaxTimestamp?.ToUnixTimeMilliseconds() ?? long.MaxValue;
        return isPossible;
    }

    private SnapshotRow Current(string persistenceId)
    {
        var key = _newest.GetInt64(0);
        var (commitNumber, term, takenAt) = (_newest.GetInt64(1), _newest.GetInt64(2), _newest.GetInt64(3));
        var bytes = _newest.GetBytes(5);
        var sequenceNr = RowKey.NumberOf(key);
        return Checksum.OfSnapshot(key, commitNumber, term, takenAt, bytes) == _newest.GetInt64(4)
            ? new SnapshotRow
            {
                PersistenceId = persistenceId,
                SequenceNr = sequenceNr,
                CommitNumber = commitNumber,
                Term = term,
                Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(takenAt),
                Bytes = bytes.ToArray(),
            }
            : throw new SnapshotCorruptException(
                $"The snapshot of '{persistenceId}' at event {sequenceNr} in '{connection.Path}' does not match its checksum.", persistenceId, sequenceNr);
    }
}
