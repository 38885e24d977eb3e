using Actors.Persistence;

namespace Actors.Sql.Sqlite;

/// <summary>Saves and deletes snapshots on the writer's connection, inside its transaction.</summary>
internal sealed class SnapshotTable(Connection connection)
{
    private readonly Statement _find = connection.Prepare(SnapshotReader.FindJournal);
    private readonly Statement _save = connection.Prepare("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)");
    private readonly Statement _delete = connection.Prepare("DELETE FROM snapshots WHERE id BETWEEN ? AND ? AND taken_at <= ?");

    /// <exception cref="JournalFencedException">The journal has another owner.</exception>
    public unsafe void Save(SnapshotRow snapshot)
    {
        var journal = SnapshotReader.Find(_find, snapshot.PersistenceId, snapshot.Term);
        if (journal == 0)
        {
            throw SnapshotReader.Fenced(snapshot.PersistenceId, snapshot.Term, 0);
        }

        var key = RowKey.Of(journal, snapshot.SequenceNr);
        var takenAt = snapshot.Timestamp.ToUnixTimeMilliseconds();
        var bytes = snapshot.Bytes.Span;
        var checksum = Checksum.OfSnapshot(key, snapshot.CommitNumber, snapshot.Term, takenAt, bytes);
        fixed (byte* pinned = bytes)
        {
            _save.Bind(1, key).Bind(2, snapshot.CommitNumber).Bind(3, snapshot.Term).Bind(4, takenAt).Bind(5, checksum)
                .BindPinned(6, pinned, bytes.Length).Run();
        }
    }

    /// <exception cref="JournalFencedException">The journal has another owner.</exception>
    public void Delete(string persistenceId, long term, SnapshotSelectionCriteria criteria)
    {
        var journal = SnapshotReader.Find(_find, persistenceId, term);
        if (journal != 0 && SnapshotReader.TryRange(journal, criteria, out var first, out var last, out var takenBy))
        {
            _delete.Bind(1, first).Bind(2, last).Bind(3, takenBy).Run();
        }
    }
}
