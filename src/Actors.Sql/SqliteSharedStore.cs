using Actors.Jobs;
using Actors.Persistence;
using Actors.Sql.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Sql;

/// <summary>A <see cref="SqliteStore"/> that several processes of one machine use, with a third file for the messages between them.</summary>
/// <remarks>
/// The process that holds the operating-system lock owns the journals; when it ends, however it ends, the lock is free and another takes over.
/// All members may be called from any thread. docs/storage.md describes the files and the guarantees.
/// </remarks>
public sealed class SqliteSharedStore : ISharedStore
{
    /// <summary>All processes write to the inbox, each with a flush to the disk, and SQLite is not fair among those that wait.</summary>
    private static readonly TimeSpan InboxPatience = TimeSpan.FromSeconds(15);

    private readonly SqliteStoreOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly FileStream _nodeLock;
    private readonly WriteThread _writer;
    private readonly ReadThread _reader;
    private readonly ReadThread _historyReader;
    private readonly InboxWatcher _watcher;
    private readonly SharedHistory _history;
    private readonly SemaphoreSlim _owning = new(1, 1);
    private SqliteStore? _owned;
    private bool _isDisposed;

    private SqliteSharedStore(
        SqliteStoreOptions options,
        string path,
        ILogger logger,
        TimeProvider time,
        StoreFile inbox,
        WriteThread writer,
        FileStream nodeLock,
        long node)
    {
        (_options, _logger, _time, _writer, _nodeLock) = (options, logger, time, writer, nodeLock);
        Path = path;
        Node = node;
        _reader = new ReadThread(inbox, "inbox-read");
        var historyPath = SqliteStore.PathBeside(path, "history");
        _historyReader = new ReadThread(new StoreFile(historyPath, StoreSchema.History, options.BusyTimeout, time), "search");
        _watcher = new InboxWatcher(inbox);
        _history = new SharedHistory(historyPath, _historyReader);
        Inbox = new SqliteInbox(writer, _reader, _watcher);
    }

    /// <summary>The file of the journals, as a full path.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public long Node { get; }

    /// <inheritdoc/>
    public IInbox Inbox { get; }

    /// <inheritdoc/>
    public IHistory History => _history;

    /// <summary>Joins a store, creating its files when needed.</summary>
    /// <param name="options">The file and how to open it.</param>
    /// <param name="logger">Where failed transactions are logged. None by default.</param>
    /// <param name="time">The clock of the times stored for people to read. The system's by default.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreException">The file is not a store, cannot be written, or was made by a newer version.</exception>
    public static async Task<SqliteSharedStore> JoinAsync(
        SqliteStoreOptions options, ILogger? logger = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        time ??= TimeProvider.System;
        logger ??= NullLogger.Instance;
        var path = StoreFile.Resolve(options.Path, options.MustExist);
        var inbox = new StoreFile(
            StoreFile.Resolve(SqliteStore.PathBeside(path, "inbox"), mustExist: false),
            StoreSchema.Inbox,
            options.BusyTimeout > InboxPatience ? options.BusyTimeout : InboxPatience,
            time);

        // Several processes may come at once: one makes the file, the others wait for it.
        using (await StoreLock.WaitAsync(path + ".join", time, cancellationToken).ConfigureAwait(false))
        {
            if (!NodeLocks.IsAnyHeld(path))
            {
                SqliteStore.CheckLogs([inbox], logger);
            }

            var writer = new WriteThread(inbox, time, logger, checkpoints: false);
            FileStream? nodeLock = null;
            try
            {
                await writer.Opened.WaitAsync(cancellationToken).ConfigureAwait(false);
                var node = await writer.ExecuteAsync(
                    new Call<WriteSession, long>(session =>
                    {
                        // Locked before anybody can see it: a node without a lock is one that has ended.
                        var id = session.Inbox.AddNode(Environment.MachineName, Environment.ProcessId, StoreFormats.ProgramVersion, StoreFormats.OfThisProgram);
                        nodeLock?.Dispose();
                        nodeLock = NodeLocks.Acquire(path, id);
                        return id;
                    }),
                    cancellationToken).ConfigureAwait(false);
                Log.StoreJoined(logger, path, node);
                return new SqliteSharedStore(options, path, logger, time, inbox, writer, nodeLock!, node); // Made by the operation.
            }
            catch
            {
                nodeLock?.Dispose();
                await writer.EndAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<IJournal?> TryOwnAsync(CancellationToken cancellationToken)
    {
        await _owning.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_owned is null && await SqliteStore.TryOpenAsync(_options, _logger, _time, cancellationToken).ConfigureAwait(false) is { } owned)
            {
                _owned = owned;
                _history.Own(owned.History);
                _writer.Checkpoints = true;
                Log.StoreOwned(_logger, Path, Node);
            }

            return _owned?.Journal;
        }
        finally
        {
            _owning.Release();
        }
    }

    /// <inheritdoc/>
    public IBegunAttempts BegunAttemptsOf(long node) => new BegunFiles(Path, node);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoreNode>> GetNodesAsync(CancellationToken cancellationToken) =>
        _reader.ExecuteAsync(static session => session.Inbox.Nodes(), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> IsAliveAsync(long node, CancellationToken cancellationToken) =>
        _reader.ExecuteAsync(_ => node == Node || NodeLocks.IsHeld(Path, node), cancellationToken);

    /// <inheritdoc/>
    public Task RemoveAsync(long node, CancellationToken cancellationToken) => _writer.ExecuteAsync(
        new Call<WriteSession, bool>(session =>
        {
            session.Inbox.RemoveNode(node);
            NodeLocks.Delete(Path, node);
            return true;
        }),
        cancellationToken);

    /// <summary>Carries out what was asked before, closes the files and leaves: the next process may own the store.</summary>
    public async ValueTask DisposeAsync()
    {
        await _owning.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            await _watcher.EndAsync().ConfigureAwait(false);
            await _reader.EndAsync().ConfigureAwait(false);
            await _historyReader.EndAsync().ConfigureAwait(false);
            await _writer.EndAsync().ConfigureAwait(false);
            if (_owned is not null)
            {
                await _owned.DisposeAsync().ConfigureAwait(false);
            }

            await _nodeLock.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _owning.Release();
        }
    }
}
