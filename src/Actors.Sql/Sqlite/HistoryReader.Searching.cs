using System.Text;
using Actors.Jobs;

namespace Actors.Sql.Sqlite;

/// <summary>Finds finished jobs in the order in which they were enqueued.</summary>
internal sealed partial class HistoryReader
{
    private const string AllBuckets =
        """
        WITH RECURSIVE buckets (bucket) AS (
            SELECT max(bucket) FROM history_marks
            UNION ALL
            SELECT (SELECT max(bucket) FROM history_marks WHERE bucket < b.bucket) FROM buckets b WHERE b.bucket IS NOT NULL)
        """;
    private const string ByMark = "buckets b CROSS JOIN history_marks m ON m.bucket = b.bucket CROSS JOIN history h ON h.number = m.number";
    private const string ByError = "history h INDEXED BY history_by_error";

    /// <summary>A job is found by its rarest property that has an index; else by queue, type and state, of which there are few combinations.</summary>
    public IReadOnlyList<FinishedJob> Search(HistoryFilter filter, int limit, JobPosition? before)
    {
        RequireSearchable();
        return Names(filter) is not { } names ? []
            : Mark(filter) is not null ? SearchByMark(filter, names, limit, before)
            : filter.ErrorFingerprint is not null ? SearchByError(filter, names, limit, before)
            : SearchByRanges(filter, names, limit, before);
    }

    public IReadOnlyList<ErrorCount> CountErrors(HistoryFilter filter, int limit)
    {
        RequireSearchable();
        if (Names(filter) is not { } names)
        {
            return [];
        }

        // Beside max(), SQLite takes the other columns from the row that has the maximum.
        var conditions = Start(filter).Add("h.error_fingerprint IS NOT NULL").AddFilter(filter, names);
        var statement = Prepare($"""
            {AllBuckets}
            SELECT h.error_fingerprint, count(*) AS jobs, max(h.enqueued_at), h.id, h.error
            FROM {(Mark(filter) is null ? ByError : ByMark)} WHERE {conditions.Text}
            GROUP BY h.error_fingerprint ORDER BY jobs DESC LIMIT ?
            """);
        statement.Bind(conditions.Bind(statement), limit);
        var errors = new List<ErrorCount>();
        while (statement.Step())
        {
            errors.Add(new ErrorCount(
                HistoryMarks.Digits(statement.GetInt64(0)),
                statement.GetInt64(1),
                JobId.Read(statement.GetBytes(3)),
                statement.IsNull(4) ? "" : statement.GetText(4)));
        }

        return [.. errors.OrderByDescending(error => error.Count).ThenBy(error => error.Fingerprint, StringComparer.Ordinal)];
    }

    private long CountMarked(HistoryFilter filter, (long Queue, long Type) names)
    {
        var conditions = Start(filter).AddFilter(filter, names);
        var statement = Prepare($"{AllBuckets} SELECT count(*) FROM {(Mark(filter) is null ? ByError : ByMark)} WHERE {conditions.Text}");
        conditions.Bind(statement);
        statement.Step();
        var count = statement.GetInt64(0);
        statement.Reset();
        return count;
    }

    /// <summary>Looks into one bucket after the other: each has its rows in order, and only those that are newer than the page so far count.</summary>
    private List<FinishedJob> SearchByMark(HistoryFilter filter, (long Queue, long Type) names, int limit, JobPosition? before)
    {
        var conditions = Start(filter).AddFilter(filter, names);
        if (before is { } last)
        {
            var enqueuedAt = last.EnqueuedAt.ToUnixTimeMilliseconds();
            conditions.Add("m.enqueued_at <= ?", enqueuedAt).Add("(m.enqueued_at < ? OR h.id < ?)", enqueuedAt, IdOf(last));
        }

        var newest = new List<(JobPosition Position, long Number)>();
        var from = long.MinValue;
        for (var bucket = BucketBefore(long.MaxValue); bucket is not null; bucket = BucketBefore(bucket.Value))
        {
            var statement = Prepare($"""
                SELECT h.enqueued_at, h.id, h.number FROM history_marks m CROSS JOIN history h ON h.number = m.number
                WHERE {conditions.Text} AND m.bucket = ? AND m.enqueued_at >= ? ORDER BY m.enqueued_at DESC, h.id DESC LIMIT ?
                """);
            var next = conditions.Bind(statement);
            AddNewest(newest, statement.Bind(next, bucket.Value).Bind(next + 1, from).Bind(next + 2, limit), limit);
            from = newest.Count < limit ? long.MinValue : newest[^1].Position.EnqueuedAt.ToUnixTimeMilliseconds();
        }

        return Read(newest);
    }

    private long? BucketBefore(long bucket)
    {
        var statement = Prepare("SELECT max(bucket) FROM history_marks WHERE bucket < ?").Bind(1, bucket);
        statement.Step();
        long? before = statement.IsNull(0) ? null : statement.GetInt64(0);
        statement.Reset();
        return before;
    }

    private List<FinishedJob> SearchByError(HistoryFilter filter, (long Queue, long Type) names, int limit, JobPosition? before)
    {
        var conditions = Start(filter).AddFilter(filter, names);
        if (before is { } last)
        {
            conditions.Add("(h.enqueued_at, h.id) < (?, ?)", last.EnqueuedAt.ToUnixTimeMilliseconds(), IdOf(last));
        }

        return Read(
            $"""
            SELECT {Columns} FROM {ByError} {NamedHistory}
            WHERE {conditions.Text} ORDER BY h.enqueued_at DESC, h.id DESC LIMIT ?
            """,
            conditions.Then(limit));
    }

    private List<FinishedJob> SearchByRanges(HistoryFilter filter, (long Queue, long Type) names, int limit, JobPosition? before)
    {
        var newest = new List<(JobPosition Position, long Number)>();
        foreach (var (queue, type, state) in Ranges().Where(range =>
            (names.Queue == 0 || range.Queue == names.Queue)
            && (names.Type == 0 || range.Type == names.Type)
            && (filter.State is null || filter.State == (JobState)range.State)
            && (filter.States.Count == 0 || filter.States.Contains((JobState)range.State))))
        {
            var conditions = new Conditions("h.queue = ? AND h.type = ? AND h.state = ?", queue, type, state).AddTimes(filter);
            if (before is { } last)
            {
                conditions.Add("(h.enqueued_at, h.id) < (?, ?)", last.EnqueuedAt.ToUnixTimeMilliseconds(), IdOf(last));
            }

            var statement = Prepare($"""
                SELECT h.enqueued_at, h.id, h.number FROM history h INDEXED BY history_by_enqueue
                WHERE {conditions.Text} ORDER BY h.enqueued_at DESC, h.id DESC LIMIT ?
                """);
            statement.Bind(conditions.Bind(statement), limit);
            AddNewest(newest, statement, limit);
        }

        return Read(newest);
    }

    /// <summary>Merges what a statement finds into a page, the newest first.</summary>
    private static void AddNewest(List<(JobPosition Position, long Number)> newest, Statement found, int limit)
    {
        while (found.Step())
        {
            newest.Add((
                new JobPosition(DateTimeOffset.FromUnixTimeMilliseconds(found.GetInt64(0)), JobId.Read(found.GetBytes(1))),
                found.GetInt64(2)));
        }

        newest.Sort(static (a, b) => b.Position.CompareTo(a.Position));
        newest.RemoveRange(Math.Min(limit, newest.Count), Math.Max(0, newest.Count - limit));
    }

    private List<FinishedJob> Read(List<(JobPosition Position, long Number)> newest)
    {
        var jobs = new List<FinishedJob>();
        foreach (var (_, number) in newest)
        {
            jobs.AddRange(Read($"SELECT {Columns} FROM history h {NamedHistory} WHERE h.number = ?", new Conditions("", number)));
        }

        return jobs;
    }

    /// <summary>The combinations of queue, type and state that there are, each found by one step into the index.</summary>
    private List<(long Queue, long Type, long State)> Ranges()
    {
        var statement = Prepare("""
            SELECT queue, type, state FROM history INDEXED BY history_by_enqueue
            WHERE (queue, type, state) > (?, ?, ?) ORDER BY queue, type, state LIMIT 1
            """);
        var ranges = new List<(long Queue, long Type, long State)>();
        var last = (Queue: 0L, Type: 0L, State: 0L);
        while (statement.Bind(1, last.Queue).Bind(2, last.Type).Bind(3, last.State).Step())
        {
            last = (statement.GetInt64(0), statement.GetInt64(1), statement.GetInt64(2));
            ranges.Add(last);
            statement.Reset();
        }

        return ranges;
    }

    /// <returns>The stored names, 0 for those that are not asked for; null when no job can match.</returns>
    private (long Queue, long Type)? Names(HistoryFilter filter)
    {
        var names = (Queue: filter.Queue is null ? 0 : FindName(filter.Queue), Type: filter.Type is null ? 0 : FindName(filter.Type));
        return StatesOf(filter).Count == 0 || (filter.Queue is not null && names.Queue == 0) || (filter.Type is not null && names.Type == 0) ? null : names;
    }

    private static Conditions Start(HistoryFilter filter) =>
        Mark(filter) is { } mark ? new Conditions("m.mark = ? AND m.enqueued_at = h.enqueued_at", mark) : new Conditions("1");

    private static long? Mark(HistoryFilter filter) => filter.IndexedArgs.Count > 0 ? unchecked((long)filter.IndexedArgs[0])
        : filter.Key is { } key ? HistoryMarks.OfKey(key)
        : filter.Tag is { } tag ? HistoryMarks.OfTag(tag)
        : null;

    private List<FinishedJob> Read(string sql, Conditions conditions)
    {
        var statement = Prepare(sql);
        conditions.Bind(statement);
        var jobs = new List<FinishedJob>();
        while (statement.Step())
        {
            jobs.Add(Current(statement));
        }

        return jobs;
    }

    private static byte[] IdOf(JobPosition position)
    {
        var id = new byte[16];
        position.Id.WriteTo(id);
        return id;
    }

    /// <summary>Conditions and their values, in one order.</summary>
    private sealed class Conditions
    {
        private readonly StringBuilder _text;
        private readonly List<object> _values = [];

        public Conditions(string text, params object[] values)
        {
            _text = new StringBuilder(text);
            _values.AddRange(values);
        }

        public string Text => _text.ToString();

        public Conditions Add(string text, params object[] values)
        {
            _text.Append(" AND ").Append(text);
            _values.AddRange(values);
            return this;
        }

        /// <summary>A value that stands behind the conditions.</summary>
        public Conditions Then(long value)
        {
            _values.Add(value);
            return this;
        }

        public Conditions AddFilter(HistoryFilter filter, (long Queue, long Type) names)
        {
            AddTimes(filter);
            if (names.Queue != 0)
            {
                Add("h.queue = ?", names.Queue);
            }

            if (names.Type != 0)
            {
                Add("h.type = ?", names.Type);
            }

            var states = StatesOf(filter);
            Add($"h.state IN ({string.Join(", ", states.Select(state => (int)state))})");
            return AddBeside(filter);
        }

        public Conditions AddTimes(HistoryFilter filter)
        {
            foreach (var (text, bound) in new[]
            {
                ("h.enqueued_at >= ?", filter.EnqueuedFrom), ("h.enqueued_at < ?", filter.EnqueuedBefore),
                ("h.finished_at >= ?", filter.FinishedFrom), ("h.finished_at < ?", filter.FinishedBefore),
            })
            {
                if (bound is { } time)
                {
                    Add(text, HistoryTime.RoundUp(time));
                }
            }

            return this;
        }

        /// <param name="statement">The statement.</param>
        /// <param name="first">The first of its parameters that is of these conditions.</param>
        /// <returns>The next parameter.</returns>
        public int Bind(Statement statement, int first = 1)
        {
            foreach (var value in _values)
            {
                _ = value switch
                {
                    long number => statement.Bind(first, number),
                    string text => statement.Bind(first, text),
                    byte[] bytes => statement.Bind(first, bytes),
                    _ => throw new InvalidOperationException($"A condition has a value of {value.GetType()}."),
                };
                first++;
            }

            return first;
        }

        /// <summary>What the row itself must say. The marks lead to the rows, and the rows say for certain.</summary>
        public Conditions AddBeside(HistoryFilter filter)
        {
            if (filter.ErrorFingerprint is { } fingerprint)
            {
                Add("h.error_fingerprint = ?", HistoryMarks.Fingerprint(fingerprint));
            }

            if (filter.Key is not null)
            {
                Add("h.key = ?", filter.Key);
            }

            if (filter.Tag is not null)
            {
                Add("instr(h.tags, ?)", HistoryMarks.Tag(filter.Tag));
            }

            foreach (var arg in filter.IndexedArgs)
            {
                Add("EXISTS (SELECT 1 FROM history_marks a WHERE a.bucket = h.number >> 14 AND a.mark = ? AND a.enqueued_at = h.enqueued_at AND a.number = h.number)", unchecked((long)arg));
            }

            return this;
        }
    }
}
