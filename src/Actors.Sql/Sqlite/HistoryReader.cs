using System.Text;
using Actors.Jobs;
using Actors.Persistence;

namespace Actors.Sql.Sqlite;

/// <summary>Finds, counts and lists finished jobs.</summary>
internal sealed partial class HistoryReader(Connection connection)
{
    private const string OldColumns = "h.id, q.name, t.name, h.type_version, h.state, h.attempts, h.enqueued_at, h.finished_at, h.error, h.args";
    private const string NamedHistory = "JOIN names q ON q.id = h.queue JOIN names t ON t.id = h.type";

    private static readonly JobState[] FinalStates = [JobState.Succeeded, JobState.Failed, JobState.Cancelled];

    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);
    private bool _isSearchable;
    private bool _hasResults;

    /// <summary>A process of an older version may own the store: its tables do not have all.</summary>
    private bool IsSearchable => _isSearchable =
        _isSearchable || connection.QueryInt64("SELECT count(*) FROM pragma_table_info('history') WHERE name = 'indexed_args'") > 0;

    private bool HasResults => _hasResults =
        _hasResults || connection.QueryInt64("SELECT count(*) FROM pragma_table_info('history') WHERE name = 'copy_of'") > 0;

    private string Columns => OldColumns
        + (IsSearchable ? ", h.key, h.tags, h.error_fingerprint, h.indexed_args" : ", NULL, NULL, NULL, NULL")
        + (HasResults ? ", h.result, h.copy_of" : ", NULL, NULL");

    public FinishedJob? Find(JobId id)
    {
        var statement = Prepare($"SELECT {Columns} FROM history h {NamedHistory} WHERE h.id = ?");
        Span<byte> key = stackalloc byte[16];
        id.WriteTo(key);
        var job = statement.Bind(1, key).Step() ? Current(statement) : null;
        statement.Reset();
        return job;
    }

    public long Count(HistoryFilter filter)
    {
        if (Mark(filter) is not null || filter.ErrorFingerprint is not null)
        {
            RequireSearchable();
            return Names(filter) is { } names ? CountMarked(filter, names) : 0;
        }

        var count = 0L;
        foreach (var state in StatesOf(filter))
        {
            var statement = Prepare($"SELECT count(*) FROM history h INDEXED BY history_by_time WHERE {Where(filter)}");
            if (!Bind(statement, filter, state, out _))
            {
                return 0;
            }

            statement.Step();
            count += statement.GetInt64(0);
            statement.Reset();
        }

        return count;
    }

    public IReadOnlyList<FinishedJob> List(HistoryFilter filter, int limit, HistoryCursor? before)
    {
        // One index range per state, each newest first and cut at the limit; together they hold the newest of all states.
        var jobs = new List<FinishedJob>();
        if (Mark(filter) is not null || filter.ErrorFingerprint is not null)
        {
            RequireSearchable();
        }

        var beside = new Conditions("").AddBeside(filter);
        var cursor = before is null ? "" : " AND h.finished_at <= ? AND (h.finished_at < ? OR h.id < ?)";
        var sql = $"""
            SELECT {Columns} FROM history h INDEXED BY history_by_time {NamedHistory}
            WHERE {Where(filter)}{beside.Text}{cursor} ORDER BY h.finished_at DESC, h.id DESC LIMIT ?
            """;
        Span<byte> id = stackalloc byte[16];
        foreach (var state in StatesOf(filter))
        {
            var statement = Prepare(sql);
            if (!Bind(statement, filter, state, out var next))
            {
                return [];
            }

            next = beside.Bind(statement, next);
            if (before is { } last)
            {
                last.Id.WriteTo(id);
                var finishedAt = last.FinishedAt.ToUnixTimeMilliseconds();
                statement.Bind(next++, finishedAt).Bind(next++, finishedAt).Bind(next++, id);
            }

            statement.Bind(next, limit);
            while (statement.Step())
            {
                jobs.Add(Current(statement));
            }
        }

        jobs.Sort(static (a, b) => a.FinishedAt != b.FinishedAt ? b.FinishedAt.CompareTo(a.FinishedAt) : b.Id.CompareTo(a.Id));
        return jobs.Count <= limit ? jobs : jobs[..limit];
    }

    private static IReadOnlyList<JobState> StatesOf(HistoryFilter filter) =>
        [.. FinalStates.Where(state => (filter.State ?? state) == state && (filter.States.Count == 0 || filter.States.Contains(state)))];

    private static string Where(HistoryFilter filter)
    {
        var where = new StringBuilder("h.state = ?");
        where.Append(filter.EnqueuedFrom is null ? "" : " AND h.enqueued_at >= ?");
        where.Append(filter.EnqueuedBefore is null ? "" : " AND h.enqueued_at < ?");
        where.Append(filter.FinishedFrom is null ? "" : " AND h.finished_at >= ?");
        where.Append(filter.FinishedBefore is null ? "" : " AND h.finished_at < ?");
        where.Append(filter.Queue is null ? "" : " AND h.queue = ?");
        where.Append(filter.Type is null ? "" : " AND h.type = ?");
        return where.ToString();
    }

    /// <returns>False when the filter names a queue or type that has no history.</returns>
    private bool Bind(Statement statement, HistoryFilter filter, JobState state, out int next)
    {
        statement.Bind(1, (int)state);
        next = 2;
        foreach (var bound in (ReadOnlySpan<DateTimeOffset?>)[filter.EnqueuedFrom, filter.EnqueuedBefore, filter.FinishedFrom, filter.FinishedBefore])
        {
            if (bound is { } time)
            {
                statement.Bind(next++, HistoryTime.RoundUp(time));
            }
        }

        foreach (var name in (ReadOnlySpan<string?>)[filter.Queue, filter.Type])
        {
            if (name is null)
            {
                continue;
            }

            var id = FindName(name);
            if (id == 0)
            {
                return false;
            }

            statement.Bind(next++, id);
        }

        return true;
    }

    private long FindName(string name)
    {
        var statement = Prepare("SELECT id FROM names WHERE name = ?");
        var id = statement.Bind(1, name).Step() ? statement.GetInt64(0) : 0;
        statement.Reset();
        return id;
    }

    private Statement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = connection.Prepare(sql);
            _statements.Add(sql, statement);
        }

        return statement;
    }

    private static FinishedJob Current(Statement row) => new(
        JobId.Read(row.GetBytes(0)),
        row.GetText(1),
        row.GetText(2),
        (int)row.GetInt64(3),
        (JobState)row.GetInt64(4),
        (int)row.GetInt64(5),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(7)),
        row.IsNull(8) ? null : row.GetText(8),
        row.GetBytes(9).ToArray())
    {
        Key = row.IsNull(10) ? null : row.GetText(10),
        Tags = row.IsNull(11) ? [] : HistoryMarks.ReadTags(row.GetText(11)),
        ErrorFingerprint = row.IsNull(12) ? null : HistoryMarks.Digits(row.GetInt64(12)),
        IndexedArgs = HistoryMarks.ReadArgs(row.GetBytes(13)),
        Result = row.IsNull(14) ? null : row.GetText(14),
        CopyOf = row.IsNull(15) ? null : JobId.Read(row.GetBytes(15)),
    };

    private void RequireSearchable()
    {
        if (!IsSearchable)
        {
            throw new StoreException($"The history '{connection.Path}' was made by an older version of this software, which still owns it, and cannot be searched. Upgrade the owner.");
        }
    }
}
