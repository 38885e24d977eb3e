using Actors.Jobs;
using Actors.Persistence;
using Actors.Sql.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Sql;

/// <summary>A store in two SQLite files side by side: the journals with their snapshots, and the history of finished jobs.</summary>
/// <remarks>
/// One process owns the files at a time. Each has one thread that writes, and every transaction that it has answered is on the disk; the history is
/// apart so that its many rows never stand in the way of a commit. Reads have threads of their own.
/// All members may be called from any thread. docs/storage.md describes the tables and the guarantees.
/// </remarks>
public sealed class SqliteStore : IAsyncDisposable
{
    private readonly StoreLock _lock;
    private readonly WriteThread _writer;
    private readonly WriteThread _historyWriter;
    private readonly ReadThread _journalReader;
    private readonly ReadThread _historyReader;
    private readonly ILogger _logger;
    private readonly Lazy<Task> _closing;

    private SqliteStore(StoreLock storeLock, WriteThread writer, StoreFile file, WriteThread historyWriter, StoreFile historyFile, ILogger logger)
    {
        _lock = storeLock;
        _writer = writer;
        _historyWriter = historyWriter;
        _logger = logger;
        _journalReader = new ReadThread(file, "read");
        _historyReader = new ReadThread(historyFile, "search");
        _closing = new Lazy<Task>(CloseAsync);
        Path = file.Path;
        HistoryPath = historyFile.Path;
        Journal = new SqliteJournal(writer, _journalReader);
        Snapshots = new SqliteSnapshotStore(writer, _journalReader);
        History = new SqliteHistory(historyWriter, _historyReader);
        BegunAttempts = new BegunFiles(file.Path, InboxMessage.Owner);
    }

    /// <summary>The file, as a full path.</summary>
    public string Path { get; }

    /// <summary>The file of the history, beside the other: <c>shop-history.db</c> for <c>shop.db</c>.</summary>
    public string HistoryPath { get; }

    /// <summary>The journals. Disposing it does nothing; the store is closed by <see cref="DisposeAsync"/>.</summary>
    public IJournal Journal { get; }

    /// <summary>The snapshots of persistent actors, in the file of the journals. Disposing it does nothing.</summary>
    public ISnapshotStore Snapshots { get; }

    /// <summary>The finished jobs.</summary>
    /// <remarks>
    /// Writes are cut into pieces so that no append waits for more than about 500 rows. A write that fails may have stored a part of its
    /// jobs; writing them again is harmless. It fails with the exceptions of <see cref="IJournal.AppendAsync"/>.
    /// </remarks>
    public IHistory History { get; }

    /// <summary>Which attempts have begun and not ended: a small file for each queue, <c>shop.db.emails.begun</c>.</summary>
    public IBegunAttempts BegunAttempts { get; }

    /// <summary>Opens a store, creating its file or bringing its tables to the version of this program when needed.</summary>
    /// <param name="options">The file and how to open it.</param>
    /// <param name="logger">Where failed transactions are logged. None by default.</param>
    /// <param name="time">The clock of the times stored for people to read. The system's by default.</param>
    /// <param name="cancellationToken">Ends the wait; the store is then closed again.</param>
    /// <exception cref="StoreException">The file is not a store, cannot be written, was made by a newer version, or is in use by another process.</exception>
    public static async Task<SqliteStore> OpenAsync(
        SqliteStoreOptions options, ILogger? logger = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        time ??= TimeProvider.System;
        logger ??= NullLogger.Instance;
        var file = JournalFile(options, time);
        return await OpenAsync(StoreLock.Acquire(file.Path), file, logger, time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Carries out what was asked before, closes the file and lets other processes open it. Later calls fail with <see cref="ObjectDisposedException"/>.</summary>
    public async ValueTask DisposeAsync() => await _closing.Value.ConfigureAwait(false);

    /// <summary>As <see cref="OpenAsync(SqliteStoreOptions, ILogger?, TimeProvider?, CancellationToken)"/>, but null when another process has it open.</summary>
    internal static async Task<SqliteStore?> TryOpenAsync(
        SqliteStoreOptions options, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        var file = JournalFile(options, time);
        return StoreLock.TryAcquire(file.Path) is { } storeLock
            ? await OpenAsync(storeLock, file, logger, time, cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <summary>The path of another file of a store: <c>shop-history.db</c> for <c>shop.db</c>.</summary>
    internal static string PathBeside(string path, string kind) => System.IO.Path.Combine(
        System.IO.Path.GetDirectoryName(path) ?? "",
        $"{System.IO.Path.GetFileNameWithoutExtension(path)}-{kind}{System.IO.Path.GetExtension(path)}");

    private static StoreFile JournalFile(SqliteStoreOptions options, TimeProvider time) =>
        new(StoreFile.Resolve(options.Path, options.MustExist), StoreSchema.Journal, options.BusyTimeout, time);

    private static async Task<SqliteStore> OpenAsync(
        StoreLock storeLock, StoreFile file, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        StoreFile historyFile;
        try
        {
            historyFile = new StoreFile(
                StoreFile.Resolve(PathBeside(file.Path, "history"), mustExist: false), StoreSchema.History, file.BusyTimeout, time);
            CheckLogs([file, historyFile], logger);
        }
        catch
        {
            storeLock.Dispose();
            throw;
        }

        WriteThread[] writers = [new WriteThread(file, time, logger), new WriteThread(historyFile, time, logger)];
        try
        {
            foreach (var writer in writers)
            {
                await writer.Opened.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            foreach (var writer in writers)
            {
                await writer.EndAsync().ConfigureAwait(false);
            }

            storeLock.Dispose();
            throw;
        }

        Log.StoreOpened(logger, file.Path);
        return new SqliteStore(storeLock, writers[0], file, writers[1], historyFile, logger);
    }

    /// <summary>Before SQLite opens a file, which would drop the end of its log without a word.</summary>
    internal static void CheckLogs(IEnumerable<StoreFile> files, ILogger logger)
    {
        foreach (var file in files)
        {
            if (!File.Exists(file.Path) || WriteAheadLog.Inspect(file.Path) is not { } found)
            {
                continue;
            }

            if (found.LostTransactions > 0)
            {
                throw new StoreException(
                    $"The log '{file.Path}-wal' is damaged in page {found.DamagedPage}, before {found.LostTransactions} transactions that were confirmed. " +
                    "Nothing is skipped. Restore a backup, or give them up with 'actors journal repair --log'.");
            }

            if (found.CutPages > 0)
            {
                Log.TornTailCut(logger, file.Path, found.CutPages);
            }
        }
    }

    private async Task CloseAsync()
    {
        await _journalReader.EndAsync().ConfigureAwait(false);
        await _historyReader.EndAsync().ConfigureAwait(false);
        await _writer.EndAsync().ConfigureAwait(false);
        await _historyWriter.EndAsync().ConfigureAwait(false);
        _lock.Dispose();
        Log.StoreClosed(_logger, Path);
    }
}
