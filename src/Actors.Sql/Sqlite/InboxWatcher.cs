namespace Actors.Sql.Sqlite;

/// <summary>
/// Notices that another process has posted. SQLite sends no signals, so a thread looks at a counter in shared memory: every millisecond while messages
/// come, every ten when they do not. One look takes about a microsecond.
/// </summary>
internal sealed class InboxWatcher
{
    private static readonly TimeSpan BusyInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan IdleInterval = TimeSpan.FromMilliseconds(10);
    private const int BusyLooks = 50;

    private readonly StoreFile _file;
    private readonly Lock _lock = new();
    private readonly List<(long Recipient, long After, TaskCompletionSource Waiter)> _waiters = [];
    private readonly ManualResetEventSlim _wake = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isClosed;
    private bool _hasNewWaiter;

    public InboxWatcher(StoreFile file)
    {
        _file = file;
        new Thread(Loop) { IsBackground = true, Name = $"actors-store-inbox {Path.GetFileName(file.Path)}" }.Start();
    }

    public Task WaitAsync(long recipient, long after, CancellationToken cancellationToken)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_isClosed)
            {
                return Task.FromException(new ObjectDisposedException(nameof(SqliteSharedStore)));
            }

            _waiters.Add((recipient, after, waiter));
            Volatile.Write(ref _hasNewWaiter, true);
        }

        _wake.Set();
        return waiter.Task.WaitAsync(cancellationToken);
    }

    public Task EndAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            foreach (var (_, _, waiter) in _waiters)
            {
                waiter.TrySetException(new ObjectDisposedException(nameof(SqliteSharedStore)));
            }

            _waiters.Clear();
        }

        _wake.Set();
        return _ended.Task;
    }

    private void Loop()
    {
        Connection? connection = null;
        InboxReader? reader = null;
        var version = -1L;
        var looks = 0;
        while (!_isClosed)
        {
            try
            {
                if (reader is null)
                {
                    connection = _file.OpenReader();
                    reader = new InboxReader(connection);
                    version = -1;
                }

                // Taken in one step, and first: a waiter that comes later is seen by the next look.
                var hasNewWaiter = Interlocked.Exchange(ref _hasNewWaiter, false);
                var found = reader.Version;
                if (found != version || hasNewWaiter)
                {
                    looks = found != version ? 0 : looks;
                    version = found;
                    Answer(reader);
                }
            }
            catch (SqliteException)
            {
                // Whoever waits looks for itself, and meets the error where it can say what it was doing.
                connection?.Dispose();
                (connection, reader) = (null, null);
                AnswerAll();
            }

            looks++;
            _wake.Wait(looks < BusyLooks ? BusyInterval : IdleInterval);
            _wake.Reset();
        }

        connection?.Dispose();
        _ended.SetResult();
    }

    private void Answer(InboxReader reader)
    {
        lock (_lock)
        {
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                var (recipient, after, waiter) = _waiters[i];
                if (waiter.Task.IsCompleted || reader.HasAfter(recipient, after))
                {
                    _waiters.RemoveAt(i);
                    waiter.TrySetResult();
                }
            }
        }
    }

    private void AnswerAll()
    {
        lock (_lock)
        {
            foreach (var (_, _, waiter) in _waiters)
            {
                waiter.TrySetResult();
            }

            _waiters.Clear();
        }
    }
}
