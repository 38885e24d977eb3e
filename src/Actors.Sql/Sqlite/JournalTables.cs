using Actors.Persistence;

namespace Actors.Sql.Sqlite;

/// <summary>Opens journals and appends commits on the writer's connection, inside its transaction.</summary>
internal sealed class JournalTables
{
    private readonly Connection _connection;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, long> _journals = new(StringComparer.Ordinal);
    private readonly Statement _find;
    private readonly Statement _insertJournal;
    private readonly Statement _incarnation;
    private readonly Statement _own;
    private readonly Statement _row;
    private readonly Statement _newest;
    private readonly Statement _highestFormat;
    private readonly Statement _insertCommit;
    private readonly Statement _insertPayload;
    private readonly Statement _setFormat;
    private readonly Statement _delete;

    public JournalTables(Connection connection, TimeProvider time)
    {
        _connection = connection;
        _time = time;
        _find = connection.Prepare("SELECT id FROM journals WHERE persistence_id = ?");
        _incarnation = connection.Prepare("SELECT coalesce(max(id), 0) FROM restores");
        _insertJournal = connection.Prepare("INSERT INTO journals (persistence_id, created_at) VALUES (?, ?)");
        _own = connection.Prepare(
            """
            INSERT INTO owners (journal, term, writer, node, process, opened_at) VALUES (?1, 1, ?2, ?3, ?4, ?5)
            ON CONFLICT (journal) DO UPDATE
            SET term = term + 1, writer = ?2, node = ?3, process = ?4, opened_at = ?5, lease_until = NULL
            """);
        _row = connection.Prepare(
            """
            SELECT coalesce(o.term, 0), j.format, j.commits_from, j.payloads_from
            FROM journals j LEFT JOIN owners o ON o.journal = j.id WHERE j.id = ?
            """);
        _newest = connection.Prepare("SELECT id, last_payload_row FROM commits WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1");
        _highestFormat = connection.Prepare("SELECT coalesce(max(format), 0) FROM commits WHERE id BETWEEN ? AND ?");
        _insertCommit = connection.Prepare("INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        _insertPayload = connection.Prepare("INSERT INTO payloads VALUES (?, ?, ?)");
        _setFormat = connection.Prepare("UPDATE journals SET format = ? WHERE id = ?");
        _delete = connection.Prepare("UPDATE journals SET commits_from = ?, payloads_from = ? WHERE id = ?");
    }

    /// <summary>The journals of which a part is deleted but still takes room.</summary>
    public HashSet<long> Shrinking { get; } = [];

    /// <exception cref="JournalFormatException">A commit that is kept needs a newer reader.</exception>
    public JournalOpening Open(string persistenceId, Guid writer, int readableFormat)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var id = Find(persistenceId);
        if (id == 0)
        {
            _insertJournal.Bind(1, persistenceId).Bind(2, now).Run();
            id = Find(persistenceId);
        }

        var row = Read(id);
        RefuseNewerFormat(persistenceId, row, readableFormat);
        Span<byte> writerBytes = stackalloc byte[16];
        writer.TryWriteBytes(writerBytes, bigEndian: true, out _);
        _own.Bind(1, id).Bind(2, writerBytes).Bind(3, Environment.MachineName).Bind(4, Environment.ProcessId).Bind(5, now).Run();
        Shrinking.Add(id);
        var newest = Newest(id);
        return new JournalOpening(
            row.Term + 1,
            newest.SequenceNumber == 0 ? 0 : row.CommitsFrom,
            newest.SequenceNumber,
            newest.LastPayloadRow,
            Incarnation());
    }

    /// <summary>Appends one commit, if its owner still owns the journal and knows where it ends.</summary>
    /// <remarks>Everything is checked before anything is written, so a refused commit leaves no trace.</remarks>
    public AppendOutcome Append(Commit commit)
    {
        var id = Find(commit.PersistenceId);
        if (id == 0)
        {
            return AppendOutcome.Fenced;
        }

        var row = Read(id);
        if (row.Term != commit.Term)
        {
            return AppendOutcome.Fenced;
        }

        var newest = Newest(id);
        var lastPayload = commit.Payloads.Count == 0 ? newest.LastPayloadRow : commit.Payloads[^1].Row;
        if (commit.SequenceNumber != newest.SequenceNumber + 1
            || (commit.Payloads.Count > 0 && commit.Payloads[0].Row <= newest.LastPayloadRow))
        {
            return AppendOutcome.OutOfSequence;
        }

        Insert(id, commit, lastPayload);
        if (commit.FormatVersion > row.Format)
        {
            _setFormat.Bind(1, commit.FormatVersion).Bind(2, id).Run();
        }

        Delete(row, commit, lastPayload);
        return AppendOutcome.Appended;
    }

    private long Incarnation()
    {
        var id = _incarnation.Step() ? _incarnation.GetInt64(0) : 0;
        _incarnation.Reset();
        return id;
    }

    /// <summary>Forgets what may have been rolled back.</summary>
    public void Forget() => _journals.Clear();

    private long Find(string persistenceId)
    {
        if (_journals.TryGetValue(persistenceId, out var id))
        {
            return id;
        }

        if (_find.Bind(1, persistenceId).Step())
        {
            id = _find.GetInt64(0);
            _journals.Add(persistenceId, id);
        }

        _find.Reset();
        return id;
    }

    private JournalRow Read(long id)
    {
        _row.Bind(1, id).Step();
        var row = new JournalRow(id, _row.GetInt64(0), (int)_row.GetInt64(1), _row.GetInt64(2), _row.GetInt64(3));
        _row.Reset();
        return row;
    }

    private NewestCommit Newest(long id)
    {
        var newest = _newest.Bind(1, RowKey.First(id)).Bind(2, RowKey.Last(id)).Step()
            ? new NewestCommit(RowKey.NumberOf(_newest.GetInt64(0)), _newest.GetInt64(1))
            : default;
        _newest.Reset();
        return newest;
    }

    private void RefuseNewerFormat(string persistenceId, JournalRow row, int readableFormat)
    {
        if (row.Format <= readableFormat)
        {
            return;
        }

        // The newest format ever written may be deleted by now, so the commits that are kept decide.
        _highestFormat.Bind(1, RowKey.Of(row.Id, row.CommitsFrom)).Bind(2, RowKey.Last(row.Id)).Step();
        var found = (int)_highestFormat.GetInt64(0);
        _highestFormat.Reset();
        if (found > readableFormat)
        {
            throw new JournalFormatException(
                $"The journal '{persistenceId}' in '{_connection.Path}' holds a commit of format {found}; this program reads formats up to " +
                $"{readableFormat}. It is left to its owner. Run the newer version.", found, readableFormat);
        }
    }

    private unsafe void Insert(long id, Commit commit, long lastPayload)
    {
        var key = RowKey.Of(id, commit.SequenceNumber);
        var writtenAt = _time.GetUtcNow().ToUnixTimeMilliseconds();
        Span<byte> writer = stackalloc byte[16];
        commit.Writer.TryWriteBytes(writer, bigEndian: true, out _);
        var events = commit.Events.Span;
        var checksum = Checksum.OfCommit(key, commit.Term, writer, commit.FormatVersion, lastPayload, writtenAt, events);
        fixed (byte* pinned = events)
        {
            _insertCommit.Bind(1, key).Bind(2, commit.Term).Bind(3, writer).Bind(4, commit.FormatVersion).Bind(5, lastPayload)
                .Bind(6, writtenAt).Bind(7, checksum).BindPinned(8, pinned, events.Length).Run();
        }

        foreach (var payload in commit.Payloads)
        {
            key = RowKey.Of(id, payload.Row);
            var bytes = payload.Bytes.Span;
            fixed (byte* pinned = bytes)
            {
                _insertPayload.Bind(1, key).Bind(2, Checksum.OfPayload(key, bytes)).BindPinned(3, pinned, bytes.Length).Run();
            }
        }
    }

    /// <summary>Moves the marks. The rows before them go later, off the path of the callers.</summary>
    private void Delete(JournalRow row, Commit commit, long lastPayload)
    {
        var commitsFrom = Math.Max(row.CommitsFrom, Math.Min(commit.DeleteCommitsBefore, commit.SequenceNumber));
        var payloadsFrom = Math.Max(row.PayloadsFrom, Math.Min(commit.DeletePayloadsBefore, lastPayload + 1));
        if (commitsFrom != row.CommitsFrom || payloadsFrom != row.PayloadsFrom)
        {
            _delete.Bind(1, commitsFrom).Bind(2, payloadsFrom).Bind(3, row.Id).Run();
            Shrinking.Add(row.Id);
        }
    }
}
