using Actors.Persistence;

namespace Actors.Sql.Sqlite;

/// <summary>Reads commits and payload rows back, and checks each.</summary>
internal sealed class JournalReader(Connection connection)
{
    private readonly Statement _find = connection.Prepare("SELECT id, commits_from, payloads_from FROM journals WHERE persistence_id = ?");
    private readonly Statement _commits = connection.Prepare("SELECT id, term, writer, format, last_payload_row, written_at, checksum, events FROM commits WHERE id BETWEEN ? AND ? ORDER BY id");
    private readonly Statement _payload = connection.Prepare("SELECT checksum, bytes FROM payloads WHERE id = ?");
    private readonly Statement _lastGood = connection.Prepare("SELECT coalesce(max(id), 0) FROM commits WHERE id BETWEEN ? AND ? AND last_payload_row < ?");

    public IReadOnlyList<CommitRow> Read(string persistenceId, long fromSequenceNumber, int maxBytes)
    {
        var rows = new List<CommitRow>();
        var (journal, commitsFrom, _) = Find(persistenceId);
        if (journal == 0)
        {
            return rows;
        }

        var expected = Math.Max(fromSequenceNumber, commitsFrom);
        var bytes = 0;
        _commits.Bind(1, RowKey.Of(journal, expected)).Bind(2, RowKey.Last(journal));
        while (_commits.Step())
        {
            var row = Current(persistenceId, expected);
            rows.Add(row);
            bytes += row.Events.Length;
            expected++;
            if (bytes >= maxBytes)
            {
                break;
            }
        }

        _commits.Reset();
        return rows;
    }

    public IReadOnlyList<ReadOnlyMemory<byte>> ReadPayloads(string persistenceId, IReadOnlyList<long> rows)
    {
        var (journal, _, payloadsFrom) = Find(persistenceId);
        var payloads = new ReadOnlyMemory<byte>[rows.Count];
        for (var i = 0; i < payloads.Length; i++)
        {
            payloads[i] = Payload(persistenceId, journal, payloadsFrom, rows[i]);
        }

        return payloads;
    }

    private (long Journal, long CommitsFrom, long PayloadsFrom) Find(string persistenceId)
    {
        var found = _find.Bind(1, persistenceId).Step() ? (_find.GetInt64(0), _find.GetInt64(1), _find.GetInt64(2)) : (0, 1, 1);
        _find.Reset();
        return found;
    }

    private CommitRow Current(string persistenceId, long expected)
    {
        var key = _commits.GetInt64(0);
        var number = RowKey.NumberOf(key);
        if (number != expected)
        {
            throw Corrupt($"commit {expected} is missing", persistenceId, expected, expected - 1);
        }

        var writer = _commits.GetBytes(2);
        var events = _commits.GetBytes(7);
        var (term, format) = (_commits.GetInt64(1), (int)_commits.GetInt64(3));
        var checksum = Checksum.OfCommit(key, term, writer, format, _commits.GetInt64(4), _commits.GetInt64(5), events);
        if (checksum != _commits.GetInt64(6) || writer.Length != 16)
        {
            throw Corrupt($"commit {number} does not match its checksum", persistenceId, number, number - 1);
        }

        return new CommitRow(number, term, new Guid(writer, bigEndian: true), format, events.ToArray());
    }

    private ReadOnlyMemory<byte> Payload(string persistenceId, long journal, long payloadsFrom, long row)
    {
        var key = RowKey.Of(journal, row);
        if (journal == 0 || row < payloadsFrom || !_payload.Bind(1, key).Step())
        {
            throw Corrupt($"payload row {row} is missing", persistenceId, row, LastBefore(journal, row));
        }

        var bytes = _payload.GetBytes(1);
        if (Checksum.OfPayload(key, bytes) != _payload.GetInt64(0))
        {
            throw Corrupt($"payload row {row} does not match its checksum", persistenceId, row, LastBefore(journal, row));
        }

        var copy = bytes.ToArray();
        _payload.Reset();
        return copy;
    }

    private long LastBefore(long journal, long payloadRow)
    {
        _lastGood.Bind(1, RowKey.First(journal)).Bind(2, RowKey.Last(journal)).Bind(3, payloadRow).Step();
        var last = RowKey.NumberOf(_lastGood.GetInt64(0));
        _lastGood.Reset();
        return last;
    }

    private JournalCorruptException Corrupt(string what, string persistenceId, long row, long lastGood)
    {
        _commits.Reset();
        _payload.Reset();
        return new JournalCorruptException(
            $"The journal '{persistenceId}' in '{connection.Path}' is damaged: {what}; the last good commit is {lastGood}. " +
            "Nothing is skipped. Restore a backup, or run 'actors journal repair'.", persistenceId, row, lastGood);
    }
}
