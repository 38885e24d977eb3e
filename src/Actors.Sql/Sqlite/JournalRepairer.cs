using Actors.Persistence;

namespace Actors.Sql.Sqlite;

/// <summary>Looks at every row of a journal, and puts an empty one in the place of each that is damaged. Runs inside a transaction.</summary>
internal sealed class JournalRepairer(Connection connection, string persistenceId, TimeProvider time)
{
    /// <summary>More missing rows than this at one place are no damage that could be repaired row by row.</summary>
    private const long MaxGap = 1_000_000;

    private readonly List<JournalDamage> _damages = [];
    private long _journal;
    private long _term;

    public JournalRepair Repair(RepairMode mode, bool isDryRun)
    {
        var (commitsFrom, payloadsFrom) = Find();
        var (last, lastGood, lastPayload) = ScanCommits(commitsFrom);
        var firstDamaged = _damages.Count == 0 ? 0 : _damages[0].FirstRow;
        var isCut = mode == RepairMode.Cut && firstDamaged != 0;
        var cutPayload = isCut ? LastPayloadOf(lastGood) : lastPayload;
        ScanPayloads(payloadsFrom, cutPayload);
        var commitsGivenUp = isCut ? last - firstDamaged + 1 : Sum(isCommit: true);
        var payloadsGivenUp = Sum(isCommit: false) + (isCut ? lastPayload - cutPayload : 0);
        if (!isDryRun && _damages.Count > 0)
        {
            Apply(isCut ? firstDamaged : 0, cutPayload);
        }

        return new JournalRepair(
            connection.Path, persistenceId, mode, !isDryRun && _damages.Count > 0, last == 0 ? 0 : commitsFrom, last, lastGood, commitsGivenUp,
            payloadsGivenUp, _damages);
    }

    private (long CommitsFrom, long PayloadsFrom) Find()
    {
        using var find = connection.Prepare(
            "SELECT j.id, j.commits_from, j.payloads_from, coalesce(o.term, 1) FROM journals j LEFT JOIN owners o ON o.journal = j.id WHERE j.persistence_id = ?");
        if (!find.Bind(1, persistenceId).Step())
        {
            throw new StoreException($"The store '{connection.Path}' has no journal '{persistenceId}'. It has: {string.Join(", ", Names())}.");
        }

        (_journal, _term) = (find.GetInt64(0), find.GetInt64(3));
        return (find.GetInt64(1), find.GetInt64(2));
    }

    private List<string> Names()
    {
        using var all = connection.Prepare("SELECT persistence_id FROM journals ORDER BY persistence_id LIMIT 100");
        var names = new List<string>();
        while (all.Step())
        {
            names.Add(all.GetText(0));
        }

        return names;
    }

    private (long Last, long LastGood, long LastPayload) ScanCommits(long from)
    {
        var (expected, lastGood, lastPayload) = (from, from - 1, 0L);
        using var commits = connection.Prepare(
            "SELECT id, term, writer, format, last_payload_row, written_at, checksum, events FROM commits WHERE id BETWEEN ? AND ? ORDER BY id");
        commits.Bind(1, RowKey.Of(_journal, from)).Bind(2, RowKey.Last(_journal));
        while (commits.Step())
        {
            var number = RowKey.NumberOf(commits.GetInt64(0));
            AddGap(isCommit: true, expected, number);
            if (IsGood(commits))
            {
                lastGood = _damages.Count == 0 ? number : lastGood;
                lastPayload = Math.Max(lastPayload, commits.GetInt64(4));
            }
            else
            {
                Add(new JournalDamage(true, number, number, "does not match its checksum"));
            }

            expected = number + 1;
        }

        lastPayload = Math.Max(lastPayload, RowKey.NumberOf(Query("SELECT coalesce(max(id), 0) FROM payloads WHERE id BETWEEN ? AND ?")));
        return (expected == from ? 0 : expected - 1, lastGood, lastPayload);
    }

    private void ScanPayloads(long from, long through)
    {
        var expected = from;
        using var payloads = connection.Prepare("SELECT id, checksum, bytes FROM payloads WHERE id BETWEEN ? AND ? ORDER BY id");
        payloads.Bind(1, RowKey.Of(_journal, from)).Bind(2, RowKey.Of(_journal, Math.Max(from, through)));
        while (payloads.Step())
        {
            var key = payloads.GetInt64(0);
            AddGap(isCommit: false, expected, RowKey.NumberOf(key));
            if (Checksum.OfPayload(key, payloads.GetBytes(2)) != payloads.GetInt64(1))
            {
                Add(new JournalDamage(false, RowKey.NumberOf(key), RowKey.NumberOf(key), "does not match its checksum"));
            }

            expected = RowKey.NumberOf(key) + 1;
        }

        AddGap(isCommit: false, expected, through + 1);
    }

    private static bool IsGood(Statement commit) => commit.GetBytes(2).Length == 16
        && Checksum.OfCommit(
            commit.GetInt64(0), commit.GetInt64(1), commit.GetBytes(2), (int)commit.GetInt64(3), commit.GetInt64(4), commit.GetInt64(5), commit.GetBytes(7))
        == commit.GetInt64(6);

    private void AddGap(bool isCommit, long expected, long found)
    {
        if (found - expected > MaxGap)
        {
            throw new StoreException(
                $"The journal '{persistenceId}' in '{connection.Path}' cannot be repaired: rows {expected} to {found - 1} are missing. Restore a backup.");
        }

        if (found > expected)
        {
            Add(new JournalDamage(isCommit, expected, found - 1, "missing"));
        }
    }

    private void Add(JournalDamage damage)
    {
        if (_damages.Count > 0 && _damages[^1] is var last && last.IsCommit == damage.IsCommit && last.LastRow + 1 == damage.FirstRow && last.What == damage.What)
        {
            _damages[^1] = last with { LastRow = damage.LastRow };
        }
        else
        {
            _damages.Add(damage);
        }
    }

    private long Sum(bool isCommit) =>
        _damages.Where(damage => damage.IsCommit == isCommit).Sum(damage => damage.LastRow - damage.FirstRow + 1);

    private long LastPayloadOf(long commit)
    {
        using var find = connection.Prepare("SELECT last_payload_row FROM commits WHERE id = ?");
        return find.Bind(1, RowKey.Of(_journal, commit)).Step() ? find.GetInt64(0) : 0;
    }

    /// <param name="cutFrom">The commit in whose place an empty one is the last; 0 to cut nothing.</param>
    /// <param name="lastPayload">The highest payload row that was ever written, or is left.</param>
    private void Apply(long cutFrom, long lastPayload)
    {
        if (cutFrom != 0)
        {
            Delete("commits", cutFrom);
            Delete("payloads", lastPayload + 1);
        }

        foreach (var damage in _damages)
        {
            for (var row = damage.FirstRow; row <= damage.LastRow; row++)
            {
                if (!damage.IsCommit)
                {
                    ReplacePayload(row);
                }
                else if (cutFrom == 0 || row == cutFrom)
                {
                    // The number of the last payload row rises with the commits, so that none is used twice.
                    ReplaceCommit(row, row == cutFrom ? lastPayload : PayloadBefore(row));
                }
            }
        }

        // The newest commit says where payload rows go on.
        using var raise = connection.Prepare("SELECT max(id) FROM commits WHERE id BETWEEN ? AND ?");
        raise.Bind(1, RowKey.First(_journal)).Bind(2, RowKey.Last(_journal)).Step();
        var newest = RowKey.NumberOf(raise.GetInt64(0));
        if (_damages.Exists(damage => damage.IsCommit && damage.LastRow == newest))
        {
            ReplaceCommit(newest, lastPayload);
        }
    }

    private long PayloadBefore(long commit)
    {
        using var find = connection.Prepare("SELECT last_payload_row FROM commits WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1");
        return find.Bind(1, RowKey.First(_journal)).Bind(2, RowKey.Of(_journal, commit - 1)).Step() ? find.GetInt64(0) : 0;
    }

    private void ReplaceCommit(long number, long lastPayload)
    {
        var key = RowKey.Of(_journal, number);
        var writtenAt = time.GetUtcNow().ToUnixTimeMilliseconds();
        Span<byte> writer = stackalloc byte[16];
        writer.Clear();
        using var replace = connection.Prepare("INSERT OR REPLACE INTO commits VALUES (?, ?, ?, 1, ?, ?, ?, x'')");
        replace.Bind(1, key).Bind(2, _term).Bind(3, writer).Bind(4, lastPayload).Bind(5, writtenAt)
            .Bind(6, Checksum.OfCommit(key, _term, writer, 1, lastPayload, writtenAt, [])).Run();
    }

    private void ReplacePayload(long row)
    {
        var key = RowKey.Of(_journal, row);
        using var replace = connection.Prepare("INSERT OR REPLACE INTO payloads VALUES (?, ?, x'')");
        replace.Bind(1, key).Bind(2, Checksum.OfPayload(key, [])).Run();
    }

    private void Delete(string table, long from)
    {
        using var delete = connection.Prepare($"DELETE FROM {table} WHERE id BETWEEN ? AND ?");
        delete.Bind(1, RowKey.Of(_journal, from)).Bind(2, RowKey.Last(_journal)).Run();
    }

    private long Query(string sql)
    {
        using var query = connection.Prepare(sql);
        return query.Bind(1, RowKey.First(_journal)).Bind(2, RowKey.Last(_journal)).Step() ? query.GetInt64(0) : 0;
    }
}
