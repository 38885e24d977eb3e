namespace Actors.Sql.Sqlite;

/// <summary>The content of one file as it was when the snapshot was taken, whatever is written meanwhile. Copied with SQLite's online backup.</summary>
internal sealed unsafe class Snapshot : IDisposable
{
    /// <summary>1 MB in one step; between two, the copy can be cancelled.</summary>
    private const int StepPages = 256;

    private readonly Connection _source;

    private Snapshot(Connection source) => _source = source;

    public static Snapshot Take(StoreFile file)
    {
        var source = file.OpenReader();
        try
        {
            // The first read fixes what this connection sees, until it ends.
            source.Execute("BEGIN");
            source.QueryInt64("SELECT count(*) FROM sqlite_master");
            return new Snapshot(source);
        }
        catch (SqliteException)
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Copies everything into a new file, durably.</summary>
    /// <returns>The bytes of the copy.</returns>
    public long CopyTo(string path, CancellationToken cancellationToken)
    {
        using var target = new Connection(path, create: true, TimeSpan.Zero);
        target.Execute("PRAGMA synchronous = FULL");
        var backup = Native.BackupInit(target.Handle, "main", _source.Handle, "main");
        if (backup == 0)
        {
            throw target.Error();
        }

        var code = ResultCode.Ok;
        while (code == ResultCode.Ok && !cancellationToken.IsCancellationRequested)
        {
            code = Native.BackupStep(backup, StepPages);
        }

        var finished = Native.BackupFinish(backup);
        cancellationToken.ThrowIfCancellationRequested();
        if (code != ResultCode.Done || finished != ResultCode.Ok)
        {
            throw target.Error();
        }

        return target.QueryInt64("PRAGMA page_count") * target.QueryInt64("PRAGMA page_size");
    }

    public void Dispose() => _source.Dispose();
}
