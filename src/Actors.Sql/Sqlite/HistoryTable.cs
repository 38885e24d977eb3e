using Actors.Jobs;

namespace Actors.Sql.Sqlite;

/// <summary>Writes and deletes finished jobs on the writer's connection, inside its transaction.</summary>
internal sealed partial class HistoryTable(Connection connection)
{
    private const string Insert =
        """
        INSERT INTO history (id, queue, type, type_version, state, attempts, enqueued_at, finished_at, error, args, key, tags, error_fingerprint, indexed_args, result, copy_of)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
        ON CONFLICT (id) DO
        """;
    private const string Update =
        """
         UPDATE SET queue = ?2, type = ?3, type_version = ?4, state = ?5, attempts = ?6,
            enqueued_at = ?7, finished_at = ?8, error = ?9, args = ?10, key = ?11, tags = ?12, error_fingerprint = ?13, indexed_args = ?14,
            result = ?15, copy_of = ?16
        """;

    private readonly Dictionary<string, long> _names = new(StringComparer.Ordinal);
    private readonly Statement _findName = connection.Prepare("SELECT id FROM names WHERE name = ?");
    private readonly Statement _insertName = connection.Prepare("INSERT INTO names (name) VALUES (?)");
    private readonly Statement _insert = connection.Prepare(Insert + Update);
    private readonly Statement _insertNew = connection.Prepare(Insert + " NOTHING");
    private readonly Statement _findNumber = connection.Prepare("SELECT number FROM history WHERE id = ?");
    private readonly List<long> _marks = [];
    private readonly Statement _insertMark = connection.Prepare("INSERT OR IGNORE INTO history_marks (bucket, mark, enqueued_at, number) VALUES (?3 >> 14, ?1, ?2, ?3)");
    private readonly Statement _findMarkedById = connection.Prepare(
        """
        SELECT number, enqueued_at, key, tags, indexed_args FROM history
        WHERE id = ? AND (key IS NOT NULL OR tags IS NOT NULL OR indexed_args IS NOT NULL)
        """);
    private readonly Statement _delete = connection.Prepare("DELETE FROM history WHERE id = ?");
    private readonly Statement _deleteMark = connection.Prepare("DELETE FROM history_marks WHERE bucket = ?3 >> 14 AND mark = ?1 AND enqueued_at = ?2 AND number = ?3");

    public void Write(FinishedJob job)
    {
        if (!HistoryMarks.HasAny(job))
        {
            _insert.BindNull(11).BindNull(12).BindNull(14);
            Run(_insert, job);
            return;
        }

        RunMarked(_insertNew, job);
        var isNew = connection.Changes > 0;
        var number = isNew ? connection.LastInserted : NumberOf(job.Id);
        if (!isNew)
        {
            RunMarked(_insert, job);
        }

        _marks.Clear();
        HistoryMarks.Add(_marks, job.Key, job.Tags, job.IndexedArgs);
        var enqueuedAt = job.EnqueuedAt.ToUnixTimeMilliseconds();
        foreach (var mark in _marks)
        {
            _insertMark.Bind(1, mark).Bind(2, enqueuedAt).Bind(3, number).Run();
        }
    }

    /// <returns>How many were deleted: one or none.</returns>
    public unsafe int Delete(JobId job)
    {
        Span<byte> id = stackalloc byte[16];
        job.WriteTo(id);
        fixed (byte* pinnedId = id)
        {
            DeleteMarks(_findMarkedById.BindPinned(1, pinnedId, id.Length));
            _delete.BindPinned(1, pinnedId, id.Length).Run();
        }

        return connection.Changes;
    }

    /// <summary>Forgets what may have been rolled back.</summary>
    public void Forget()
    {
        _names.Clear();
        ForgetLookedAt();
    }

    private void DeleteMarks(Statement marked)
    {
        while (marked.Step())
        {
            var (number, enqueuedAt) = (marked.GetInt64(0), marked.GetInt64(1));
            _marks.Clear();
            HistoryMarks.Add(
                _marks,
                marked.IsNull(2) ? null : marked.GetText(2),
                marked.IsNull(3) ? [] : HistoryMarks.ReadTags(marked.GetText(3)),
                HistoryMarks.ReadArgs(marked.GetBytes(4)));
            foreach (var mark in _marks)
            {
                _deleteMark.Bind(1, mark).Bind(2, enqueuedAt).Bind(3, number).Run();
            }
        }
    }

    private void RunMarked(Statement insert, FinishedJob job)
    {
        _ = job.Key is null ? insert.BindNull(11) : insert.Bind(11, job.Key);
        _ = job.Tags.Count == 0 ? insert.BindNull(12) : insert.Bind(12, HistoryMarks.Tags(job.Tags));
        _ = job.IndexedArgs.Count == 0 ? insert.BindNull(14) : insert.Bind(14, HistoryMarks.Args(job.IndexedArgs));
        Run(insert, job);
    }

    private unsafe long NumberOf(JobId job)
    {
        Span<byte> id = stackalloc byte[16];
        job.WriteTo(id);
        fixed (byte* pinnedId = id)
        {
            _findNumber.BindPinned(1, pinnedId, id.Length).Step();
            var number = _findNumber.GetInt64(0);
            _findNumber.Reset();
            return number;
        }
    }

    private unsafe void Run(Statement insert, FinishedJob job)
    {
        var queue = Intern(job.Queue);
        var type = Intern(job.Type);
        Span<byte> id = stackalloc byte[16];
        job.Id.WriteTo(id);
        fixed (byte* pinnedId = id)
        fixed (byte* pinnedArgs = job.Args.Span)
        {
            insert.BindPinned(1, pinnedId, id.Length).Bind(2, queue).Bind(3, type).Bind(4, job.TypeVersion).Bind(5, (int)job.State)
                .Bind(6, job.Attempts).Bind(7, job.EnqueuedAt.ToUnixTimeMilliseconds()).Bind(8, job.FinishedAt.ToUnixTimeMilliseconds())
                .BindPinned(10, pinnedArgs, job.Args.Length);
            _ = job.Error is null ? insert.BindNull(9) : insert.Bind(9, job.Error);
            _ = job.Result is null ? insert.BindNull(15) : insert.Bind(15, job.Result);
            _ = job.CopyOf is { } copyOf ? insert.Bind(16, IdOf(copyOf)) : insert.BindNull(16);
            _ = job.ErrorFingerprint is null ? insert.BindNull(13) : insert.Bind(13, HistoryMarks.Fingerprint(job.ErrorFingerprint));
            insert.Run();
            NoteWritten(queue, job.State, job.FinishedAt.ToUnixTimeMilliseconds());
        }
    }

    private static byte[] IdOf(JobId job)
    {
        var id = new byte[16];
        job.WriteTo(id);
        return id;
    }

    private long Intern(string name)
    {
        if (_names.TryGetValue(name, out var id))
        {
            return id;
        }

        id = FindName(name);
        if (id == 0)
        {
            _insertName.Bind(1, name).Run();
            id = FindName(name);
        }

        _names.Add(name, id);
        return id;
    }

    private long FindName(string name)
    {
        var id = _findName.Bind(1, name).Step() ? _findName.GetInt64(0) : 0;
        _findName.Reset();
        return id;
    }
}
