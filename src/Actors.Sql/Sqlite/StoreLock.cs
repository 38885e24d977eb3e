using System.Globalization;
using Actors.Persistence;

namespace Actors.Sql.Sqlite;

/// <summary>The operating-system lock that makes this process the only owner of a store. The system releases it when the process ends, however it ends.</summary>
/// <remarks>
/// The lock is on a file of its own beside the database, because closing any descriptor of the database file would drop SQLite's
/// own locks. That file is never deleted: a deleted lock file could be held by two processes. Who holds it stands in a second file,
/// because a locked file cannot be read everywhere.
/// </remarks>
internal sealed class StoreLock : IDisposable
{
    // "In use by another process": EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows.
    private static readonly int[] InUse = [11, 35, unchecked((int)0x80070020)];

    private const int MaxWaits = 500;
    private static readonly TimeSpan WaitStep = TimeSpan.FromMilliseconds(20);

    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    /// <exception cref="StoreException">Another process, or another store of this one, holds the lock; or the lock file cannot be written.</exception>
    public static StoreLock Acquire(string databasePath) => TryAcquire(databasePath) ?? throw InUseBy(databasePath);

    /// <returns>Null when another process, or another store of this one, holds the lock.</returns>
    /// <exception cref="StoreException">The lock file cannot be written.</exception>
    public static StoreLock? TryAcquire(string databasePath)
    {
        var path = databasePath + ".lock";
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            NoteHolder(databasePath);
            return new StoreLock(file);
        }
        catch (IOException e) when (InUse.Contains(e.HResult))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The store '{databasePath}' cannot be opened: its lock file '{path}' cannot be written ({e.Message}). " +
                "Let this user write files in that directory.", e);
        }
    }

    /// <summary>Waits for the lock, which others hold for moments only.</summary>
    public static async Task<StoreLock> WaitAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var waited = 0; ; waited++)
        {
            if (TryAcquire(path) is { } acquired)
            {
                return acquired;
            }

            if (waited == MaxWaits)
            {
                throw InUseBy(path);
            }

            await Task.Delay(WaitStep, time, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _file.Dispose();

    private static StoreException InUseBy(string databasePath)
    {
        var holder = FindHolder(databasePath);
        return new StoreException($"The store '{databasePath}' is in use by {(holder is null ? "another process" : $"process {holder}")}" +
            (holder == Environment.ProcessId ? " (this process opened it already). Open it once and share it." :
            ". End that process, give this one a file of its own, or let them share it: 'Shared=true' in the connection string of both."));
    }

    private static string HolderPath(string databasePath) => databasePath + ".pid";

    private static void NoteHolder(string databasePath)
    {
        try
        {
            File.WriteAllText(HolderPath(databasePath), string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The note only makes the message of another process better; a full disk must not keep the store closed.
        }
    }

    private static int? FindHolder(string databasePath)
    {
        try
        {
            return int.TryParse(File.ReadAllText(HolderPath(databasePath)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                ? process
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
