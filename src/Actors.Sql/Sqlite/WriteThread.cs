using Actors.Persistence;
using Microsoft.Extensions.Logging;

namespace Actors.Sql.Sqlite;

/// <summary>The one thread that writes to a store. It takes everything that waits, writes it in one transaction, and answers all callers.</summary>
internal sealed partial class WriteThread
{
    private readonly StoreFile _file;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WorkQueue<Operation<WriteSession>> _queue = new();
    private readonly List<Operation<WriteSession>> _batch = [];
    private readonly List<Exception?> _faults = [];
    private readonly Queue<IHistoryOperation> _history = new();
    private readonly List<IHistoryOperation> _finished = [];
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WriteSession? _session;

    public WriteThread(StoreFile file, TimeProvider time, ILogger logger, bool checkpoints = true)
    {
        Checkpoints = checkpoints;
        _file = file;
        _time = time;
        _logger = logger;
        new Thread(Loop) { IsBackground = true, Name = $"actors-store-write {Path.GetFileName(file.Path)}" }.Start();
    }

    /// <summary>Whether this thread copies the log into the file. One process of a store does, its owner: SQLite has had a defect when several do.</summary>
    public bool Checkpoints { get; set; }

    /// <summary>Completes when the store is open; fails with a <see cref="StoreException"/> when it cannot be opened.</summary>
    public Task Opened => _opened.Task;

    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public Task<TResult> ExecuteAsync<TResult>(Operation<WriteSession, TResult> operation, CancellationToken cancellationToken)
    {
        operation.CancelWith(cancellationToken);
        return _queue.Post(operation)
            ? operation.Task
            : Task.FromException<TResult>(new ObjectDisposedException(nameof(SqliteStore), $"The store '{_file.Path}' is closed."));
    }

    /// <summary>Writes what waits, then closes the file.</summary>
    public Task EndAsync()
    {
        _queue.Close();
        return _ended.Task;
    }

    private void Loop()
    {
        try
        {
            _session = new WriteSession(_file.OpenWriter(create: true), _time);
            _opened.SetResult();
        }
        catch (Exception e)
        {
            _queue.Close();
            _opened.SetException(e);
            _ended.SetResult();
            return;
        }

        var taken = new List<Operation<WriteSession>>();
        while (_queue.Take(ref taken, wait: _history.Count == 0 && _session?.Upkeep.IsDue != true) || _history.Count > 0)
        {
            foreach (var operation in taken)
            {
                Sort(operation);
            }

            taken.Clear();
            Write();
            DoUpkeep();
        }

        _session?.Dispose();
        _ended.SetResult();
    }

    private void Sort(Operation<WriteSession> operation)
    {
        if (!operation.TryTake())
        {
            return;
        }

        switch (operation)
        {
            case IHistoryOperation history:
                _history.Enqueue(history);
                break;
            case ResetOperation:
                Write();
                Reset();
                operation.Complete();
                break;
            default:
                _batch.Add(operation);
                break;
        }
    }

    /// <summary>Ends the connection; the next transaction opens another.</summary>
    private void Reset()
    {
        _session?.Dispose();
        _session = null;
    }

    private void DoUpkeep()
    {
        try
        {
            _session?.Upkeep.Step(isIdle: !_queue.HasItems && _history.Count == 0, Checkpoints);
        }
        catch (Exception e) when (e is SqliteException or FileGoneException)
        {
            Log.UpkeepFailed(_logger, _file.Path, e);
            _session?.Upkeep.Postpone();
            Undo(isFileInDoubt: e is FileGoneException);
        }
    }
}

/// <summary>Ends the writer's connection, so that nothing which it began can still take effect.</summary>
internal sealed class ResetOperation : Operation<WriteSession, bool>
{
    public override void Run(WriteSession session) => throw new NotSupportedException("The writer resets itself between two transactions.");
}
