using Actors.Persistence;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Sql.Sqlite;

/// <summary>Copies the files of a store while it is in use.</summary>
internal sealed class BackupJob(SqliteStoreOptions options, TimeProvider time)
{
    public StoreBackup Backup(string directory, CancellationToken cancellationToken)
    {
        var paths = new StorePaths(options, time);
        if (!File.Exists(paths.Journal))
        {
            throw new StoreException($"The store '{paths.Journal}' does not exist, so there is nothing to back up. Correct 'Data Source'.");
        }

        var target = Path.GetFullPath(directory);
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
        {
            throw new StoreException($"The backup cannot be written to '{target}': the directory is not empty. Name one that is, or a new one.");
        }

        // Where nobody has it open, reading it would be opening it: SQLite would drop the end of a damaged log without a word.
        using (var unused = StoreLock.TryAcquire(paths.Journal))
        {
            if (unused is not null)
            {
                SqliteStore.CheckLogs(paths.All, NullLogger.Instance);
            }
        }

        Directory.CreateDirectory(target);
        try
        {
            return Copy(paths, target, cancellationToken);
        }
        catch (Exception e)
        {
            foreach (var file in Directory.EnumerateFiles(target))
            {
                File.Delete(file);
            }

            throw e is SqliteException or IOException ? new StoreException($"The backup of '{paths.Journal}' to '{target}' failed: {e.Message}", e) : e;
        }
    }

    private static StoreBackup Copy(StorePaths paths, string target, CancellationToken cancellationToken)
    {
        // All are fixed before any is copied, so that they are of nearly one moment, whatever is written meanwhile.
        var snapshots = new List<(string Name, Snapshot Snapshot)>();
        try
        {
            foreach (var file in paths.All.Where(file => File.Exists(file.Path)))
            {
                snapshots.Add((Path.GetFileName(file.Path), Snapshot.Take(file)));
            }

            var bytes = snapshots.Sum(pair => pair.Snapshot.CopyTo(Path.Combine(target, pair.Name), cancellationToken));
            return new StoreBackup(target, [.. snapshots.Select(pair => pair.Name)], bytes);
        }
        finally
        {
            foreach (var (_, snapshot) in snapshots)
            {
                snapshot.Dispose();
            }
        }
    }
}
