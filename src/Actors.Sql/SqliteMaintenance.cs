using Actors.Sql.Sqlite;

namespace Actors.Sql;

/// <summary>What is done to a store from outside: copies, restores and repairs. All members may be called from any thread.</summary>
public static class SqliteMaintenance
{
    /// <summary>Copies a store into a directory, whether it is in use or not, with SQLite's online backup. Writers do not wait for it.</summary>
    /// <param name="options">The store.</param>
    /// <param name="directory">An empty directory, or one that does not exist yet. The files keep their names in it.</param>
    /// <param name="time">The clock. The system's by default.</param>
    /// <param name="cancellationToken">Ends the copying; what was copied is removed.</param>
    /// <returns>What was copied. It is on the disk.</returns>
    /// <exception cref="Persistence.StoreException">There is no such store, the directory is not empty, or copying has failed.</exception>
    public static Task<StoreBackup> BackupAsync(
        SqliteStoreOptions options, string directory, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return Work.OnThreadAsync("backup", () => new BackupJob(options, time ?? TimeProvider.System).Backup(directory, cancellationToken));
    }

    /// <summary>
    /// Puts the files of a backup in the place of a store that nobody has open. The store gets a new incarnation: each of its queues is paused when it is next
    /// opened, because jobs that ran since the backup was taken would run again.
    /// </summary>
    /// <param name="directory">The directory of the backup; it is not changed.</param>
    /// <param name="options">The store. Its present files are kept beside it, as <c>shop.db.before-restore-1</c>.</param>
    /// <param name="time">The clock. The system's by default.</param>
    /// <param name="cancellationToken">Ends the copying; the store is then as it was.</param>
    /// <exception cref="Persistence.StoreException">There is no backup of this store, it is damaged, or the store is in use.</exception>
    public static Task<StoreRestore> RestoreAsync(
        string directory, SqliteStoreOptions options, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return Work.OnThreadAsync("restore", () => new RestoreJob(options, time ?? TimeProvider.System).Restore(directory, cancellationToken));
    }

    /// <summary>Looks at every row of one journal of a store that nobody has open, and, if asked to, gives up those that are damaged.</summary>
    /// <param name="options">The store.</param>
    /// <param name="persistenceId">The journal: <c>queue/emails</c> for the queue <c>emails</c>.</param>
    /// <param name="mode">What to do with damaged commits.</param>
    /// <param name="isDryRun">Whether to look only. Take a backup before anything else.</param>
    /// <param name="time">The clock. The system's by default.</param>
    /// <returns>What was found, and what was or would be given up.</returns>
    /// <exception cref="Persistence.StoreException">There is no such store or journal, the store is in use, or too much is missing.</exception>
    public static Task<JournalRepair> RepairAsync(
        SqliteStoreOptions options, string persistenceId, RepairMode mode = RepairMode.Skip, bool isDryRun = true, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(persistenceId);
        return Work.OnThreadAsync("repair", () => new RepairJob(options, time ?? TimeProvider.System).Repair(persistenceId, mode, isDryRun));
    }

    /// <summary>
    /// Looks at the write-ahead logs of a store that nobody has open. Where a log is damaged before transactions that were confirmed, the store refuses to open, because
    /// SQLite would drop those in silence; this gives them up, if asked to.
    /// </summary>
    /// <param name="options">The store.</param>
    /// <param name="isDryRun">Whether to look only.</param>
    /// <param name="time">The clock. The system's by default.</param>
    /// <returns>One entry for each file that has a log.</returns>
    /// <exception cref="Persistence.StoreException">There is no such store, or it is in use.</exception>
    public static Task<IReadOnlyList<LogRepair>> RepairLogsAsync(SqliteStoreOptions options, bool isDryRun = true, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Work.OnThreadAsync("repair", () => new RepairJob(options, time ?? TimeProvider.System).RepairLogs(isDryRun));
    }
}

/// <summary>A copy of a store.</summary>
/// <param name="Directory">Where it is.</param>
/// <param name="Files">The names of its files.</param>
/// <param name="Bytes">The bytes of all of them.</param>
public sealed record StoreBackup(string Directory, IReadOnlyList<string> Files, long Bytes);

/// <summary>A store that was put back.</summary>
/// <param name="Path">The file of its journals.</param>
/// <param name="Incarnation">How often this store has been restored, this time included.</param>
/// <param name="Files">The names of the files that were put in place.</param>
/// <param name="KeptAs">Where the files that were there before are now; empty when there were none.</param>
public sealed record StoreRestore(string Path, long Incarnation, IReadOnlyList<string> Files, IReadOnlyList<string> KeptAs);
