namespace Actors.Sql.Sqlite;

/// <summary>The connection that writes, with its prepared statements. Replaced as a whole when its state is in doubt.</summary>
internal sealed class WriteSession : IDisposable
{
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Statement _savepoint;
    private readonly Statement _release;
    private readonly Statement _rollbackToSavepoint;

    private readonly TimeProvider _time;
    private JournalTables? _journals;
    private SnapshotTable? _snapshots;
    private HistoryTable? _history;
    private InboxTables? _inbox;

    public WriteSession(Connection connection, TimeProvider time)
    {
        Connection = connection;
        _time = time;
        _begin = connection.Prepare("BEGIN IMMEDIATE");
        _commit = connection.Prepare("COMMIT");
        _rollback = connection.Prepare("ROLLBACK");
        _savepoint = connection.Prepare("SAVEPOINT operation");
        _release = connection.Prepare("RELEASE operation");
        _rollbackToSavepoint = connection.Prepare("ROLLBACK TO operation");
        Upkeep = new Upkeep(this);
    }

    public Connection Connection { get; }

    /// <summary>The tables of a journal file; made when they are first used, because a file has those of its kind only.</summary>
    public JournalTables Journals => _journals ??= new JournalTables(Connection, _time);

    public SnapshotTable Snapshots => _snapshots ??= new SnapshotTable(Connection);

    /// <summary>The table of a history file.</summary>
    public HistoryTable History => _history ??= new HistoryTable(Connection);

    /// <summary>The tables of an inbox file.</summary>
    public InboxTables Inbox => _inbox ??= new InboxTables(Connection, _time);

    /// <summary>The journals of which a part is deleted but still takes room.</summary>
    public HashSet<long>? Shrinking => _journals?.Shrinking;

    public Upkeep Upkeep { get; }

    public void Begin()
    {
        if (Connection.IsFileGone)
        {
            throw new FileGoneException();
        }

        _begin.Run();
    }

    public void Commit() => _commit.Run();

    /// <summary>Undoes the transaction, if SQLite has not done so itself.</summary>
    public void Rollback()
    {
        if (Connection.IsInTransaction)
        {
            _rollback.Run();
        }

        _journals?.Forget();
        _history?.Forget();
    }

    public void Savepoint() => _savepoint.Run();

    public void Release() => _release.Run();

    public void RollbackToSavepoint()
    {
        _rollbackToSavepoint.Run();
        _release.Run();
        _journals?.Forget();
        _history?.Forget();
    }

    public void Dispose() => Connection.Dispose();
}

/// <summary>The database file was deleted, moved or replaced while it was open.</summary>
internal sealed class FileGoneException() : IOException("Its file was deleted, moved or replaced while it was open. Put the file back; nothing new is accepted until then.");
