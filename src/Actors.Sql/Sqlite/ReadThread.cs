using Actors.Persistence;

namespace Actors.Sql.Sqlite;

/// <summary>A thread with a connection that only reads. Each operation is a transaction of its own, so that none holds back the log for long.</summary>
internal sealed class ReadThread
{
    private readonly StoreFile _file;
    private readonly WorkQueue<Operation<ReadSession>> _queue = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReadSession? _session;

    public ReadThread(StoreFile file, string role)
    {
        _file = file;
        new Thread(Loop) { IsBackground = true, Name = $"actors-store-{role} {Path.GetFileName(file.Path)}" }.Start();
    }

    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public Task<TResult> ExecuteAsync<TResult>(Func<ReadSession, TResult> read, CancellationToken cancellationToken)
    {
        var operation = new Call<ReadSession, TResult>(read);
        operation.CancelWith(cancellationToken);
        return _queue.Post(operation)
            ? operation.Task
            : Task.FromException<TResult>(new ObjectDisposedException(nameof(SqliteStore), $"The store '{_file.Path}' is closed."));
    }

    public Task EndAsync()
    {
        _queue.Close();
        return _ended.Task;
    }

    private void Loop()
    {
        var taken = new List<Operation<ReadSession>>();
        while (_queue.Take(ref taken, wait: true))
        {
            foreach (var operation in taken)
            {
                if (operation.TryTake())
                {
                    Read(operation);
                }
            }

            taken.Clear();
        }

        _session?.Dispose();
        _ended.SetResult();
    }

    private void Read(Operation<ReadSession> operation)
    {
        try
        {
            _session ??= new ReadSession(_file.OpenReader());
            _session.Read(operation);
        }
        catch (Exception e)
        {
            _session?.Dispose();   // its statements may be anywhere; a new session costs less than a doubt
            _session = null;
            operation.Fail(e is SqliteException or FileGoneException ? Failure.NotRead(_file.Path, e) : e);
            return;
        }

        operation.Complete();
    }
}

/// <summary>A connection that reads, with its prepared statements.</summary>
internal sealed class ReadSession(Connection connection) : IDisposable
{
    private readonly Statement _begin = connection.Prepare("BEGIN");
    private readonly Statement _commit = connection.Prepare("COMMIT");
    private JournalReader? _journals;
    private SnapshotReader? _snapshots;
    private HistoryReader? _history;
    private InboxReader? _inbox;

    public JournalReader Journals => _journals ??= new JournalReader(connection);

    public SnapshotReader Snapshots => _snapshots ??= new SnapshotReader(connection);

    public HistoryReader History => _history ??= new HistoryReader(connection);

    public InboxReader Inbox => _inbox ??= new InboxReader(connection);

    public void Read(Operation<ReadSession> operation)
    {
        if (connection.IsFileGone)
        {
            throw new FileGoneException();
        }

        _begin.Run();
        operation.Run(this);
        _commit.Run();
    }

    public void Dispose() => connection.Dispose();
}
