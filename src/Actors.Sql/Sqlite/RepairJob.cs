using Actors.Persistence;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Sql.Sqlite;

/// <summary>Repairs a store that nobody has open.</summary>
internal sealed class RepairJob(SqliteStoreOptions options, TimeProvider time)
{
    public JournalRepair Repair(string persistenceId, RepairMode mode, bool isDryRun)
    {
        var path = Existing().Journal;
        using var storeLock = StoreLock.Acquire(path);
        var file = new StorePaths(options, time).File(path, StoreSchema.Journal);
        SqliteStore.CheckLogs([file], NullLogger.Instance); // Opening it would drop the end of a damaged log without a word.
        using var connection = file.OpenWriter(create: false);
        connection.Execute("BEGIN IMMEDIATE");
        var repair = new JournalRepairer(connection, persistenceId, time).Repair(mode, isDryRun);
        connection.Execute(isDryRun ? "ROLLBACK" : "COMMIT");
        return repair;
    }

    public IReadOnlyList<LogRepair> RepairLogs(bool isDryRun)
    {
        var paths = Existing();
        using var storeLock = StoreLock.Acquire(paths.Journal);
        var repairs = new List<LogRepair>();
        foreach (var file in paths.All)
        {
            if (!File.Exists(file.Path) || WriteAheadLog.Inspect(file.Path) is not { } found)
            {
                continue;
            }

            var isApplied = !isDryRun && found.LostTransactions > 0;
            if (isApplied)
            {
                // Opening drops what is behind the damage; a checkpoint puts the rest into the file.
                using var connection = file.OpenWriter(create: false);
                connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            }

            repairs.Add(new LogRepair(file.Path, found.Transactions, found.LostTransactions, isApplied));
        }

        return repairs;
    }

    private StorePaths Existing()
    {
        var paths = new StorePaths(options, time);
        return File.Exists(paths.Journal)
            ? paths
            : throw new StoreException($"The store '{paths.Journal}' does not exist. Correct 'Data Source'.");
    }
}
