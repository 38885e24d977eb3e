using Actors.Jobs;

namespace Actors.Sql.Sqlite;

/// <summary>Writes and prunes finished jobs on the writer's connection, inside its transaction.</summary>
internal sealed class HistoryTable(Connection connection)
{
    private readonly Dictionary<string, long> _names = new(StringComparer.Ordinal);
    private readonly Statement _findName = connection.Prepare("SELECT id FROM names WHERE name = ?");
    private readonly Statement _insertName = connection.Prepare("INSERT INTO names (name) VALUES (?)");
    private readonly Statement _insert = connection.Prepare(
        """
        INSERT INTO history (id, queue, type, type_version, state, attempts, enqueued_at, finished_at, error, args)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT (id) DO UPDATE SET queue = ?2, type = ?3, type_version = ?4, state = ?5, attempts = ?6,
            enqueued_at = ?7, finished_at = ?8, error = ?9, args = ?10
        """);
    private readonly Statement _delete = connection.Prepare("DELETE FROM history WHERE id = ?");
    private readonly Statement _prune = connection.Prepare(
        """
        DELETE FROM history WHERE number IN (
            SELECT number FROM history INDEXED BY history_by_time
            WHERE state = ? AND finished_at < ? ORDER BY finished_at LIMIT ?)
        """);

    public unsafe void Write(FinishedJob job)
    {
        var queue = Intern(job.Queue);
        var type = Intern(job.Type);
        Span<byte> id = stackalloc byte[16];
        job.Id.WriteTo(id);
        fixed (byte* pinnedId = id)
        fixed (byte* pinnedArgs = job.Args.Span)
        {
            _insert.BindPinned(1, pinnedId, id.Length).Bind(2, queue).Bind(3, type).Bind(4, job.TypeVersion).Bind(5, (int)job.State)
                .Bind(6, job.Attempts).Bind(7, job.EnqueuedAt.ToUnixTimeMilliseconds()).Bind(8, job.FinishedAt.ToUnixTimeMilliseconds())
                .BindPinned(10, pinnedArgs, job.Args.Length);
            (job.Error is null ? _insert.BindNull(9) : _insert.Bind(9, job.Error)).Run();
        }
    }

    public int Prune(JobState state, long finishedBeforeMs, int limit)
    {
        _prune.Bind(1, (int)state).Bind(2, finishedBeforeMs).Bind(3, limit).Run();
        return connection.Changes;
    }

    /// <returns>How many were deleted: one or none.</returns>
    public unsafe int Delete(JobId job)
    {
        Span<byte> id = stackalloc byte[16];
        job.WriteTo(id);
        fixed (byte* pinnedId = id)
        {
            _delete.BindPinned(1, pinnedId, id.Length).Run();
        }

        return connection.Changes;
    }

    /// <summary>Forgets what may have been rolled back.</summary>
    public void Forget() => _names.Clear();

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
