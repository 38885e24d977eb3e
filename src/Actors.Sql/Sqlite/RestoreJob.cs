using Actors.Persistence;

namespace Actors.Sql.Sqlite;

/// <summary>Puts the files of a backup in the place of a store.</summary>
internal sealed class RestoreJob(SqliteStoreOptions options, TimeProvider time)
{
    private const string Prepared = ".restoring";

    /// <summary>Numbers of messages that an owner had taken after the copy of the inbox must not be given again.</summary>
    private const long InboxGap = 1_000_000_000;

    public StoreRestore Restore(string directory, CancellationToken cancellationToken)
    {
        var paths = new StorePaths(options, time);
        var source = Path.GetFullPath(directory);
        if (!File.Exists(Path.Combine(source, Path.GetFileName(paths.Journal))))
        {
            throw new StoreException($"'{source}' holds no backup of '{Path.GetFileName(paths.Journal)}'. Name the directory that a backup was written to.");
        }

        using var storeLock = StoreLock.Acquire(paths.Journal);
        var files = paths.All.Where(file => File.Exists(Path.Combine(source, Path.GetFileName(file.Path)))).ToList();
        var incarnation = 0L;
        try
        {
            foreach (var file in files)
            {
                cancellationToken.ThrowIfCancellationRequested();
                incarnation = Math.Max(incarnation, Prepare(paths, file, Path.Combine(source, Path.GetFileName(file.Path)), source));
            }
        }
        catch (Exception e)
        {
            foreach (var file in files)
            {
                Delete(file.Path + Prepared);
            }

            throw e is SqliteException or IOException ? new StoreException($"'{source}' cannot be restored to '{paths.Journal}': {e.Message}", e) : e;
        }

        return new StoreRestore(paths.Journal, incarnation, [.. files.Select(file => Path.GetFileName(file.Path))], Exchange(paths, files));
    }

    /// <summary>Makes a sound copy beside the store, which needs only to be renamed.</summary>
    private long Prepare(StorePaths paths, StoreFile file, string from, string source)
    {
        var path = file.Path + Prepared;
        Delete(path);
        File.Copy(from, path);
        using var copy = paths.File(path, file.Schema).OpenWriter(create: false);
        if (copy.QueryInt64("SELECT count(*) FROM pragma_quick_check(1) WHERE quick_check <> 'ok'") != 0)
        {
            throw new StoreException($"The backup '{from}' is damaged and was not restored. Use another.");
        }

        var incarnation = 0L;
        if (file.Schema == StoreSchema.Journal)
        {
            using var insert = copy.Prepare("INSERT INTO restores (restored_at, source) VALUES (?, ?)");
            insert.Bind(1, time.GetUtcNow().ToUnixTimeMilliseconds()).Bind(2, source).Run();
            incarnation = copy.QueryInt64("SELECT max(id) FROM restores");
        }
        else if (file.Schema == StoreSchema.Inbox)
        {
            copy.Execute($"DELETE FROM sqlite_sequence WHERE name = 'messages' AND seq > {long.MaxValue - InboxGap}");
            copy.Execute($"INSERT INTO sqlite_sequence (name, seq) SELECT 'messages', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'messages')");
            copy.Execute($"UPDATE sqlite_sequence SET seq = seq + {InboxGap} WHERE name = 'messages'");
        }

        // One file, without a log.
        copy.Execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;");
        return incarnation;
    }

    private static List<string> Exchange(StorePaths paths, List<StoreFile> files)
    {
        var number = 1;
        while (paths.All.Any(file => File.Exists(KeptPath(file.Path, number))))
        {
            number++;
        }

        var kept = new List<string>();
        foreach (var old in paths.All.SelectMany(file => new[] { file.Path, file.Path + "-wal", file.Path + "-shm" }).Where(File.Exists))
        {
            // A log keeps the name that belongs to its database, so that the old store can be opened as it is.
            var name = old.EndsWith("-wal", StringComparison.Ordinal) || old.EndsWith("-shm", StringComparison.Ordinal)
                ? KeptPath(old[..^4], number) + old[^4..]
                : KeptPath(old, number);
            File.Move(old, name);
            kept.Add(name);
        }

        // What had begun in the old store says nothing about the one that is put back.
        var folder = Path.GetDirectoryName(paths.Journal)!; // A full path of a file has a directory.
        foreach (var begun in Directory.EnumerateFiles(folder, Path.GetFileName(paths.Journal) + ".*begun"))
        {
            Delete(begun);
        }

        foreach (var file in files)
        {
            File.Move(file.Path + Prepared, file.Path);
        }

        return kept;
    }

    private static string KeptPath(string path, int number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}.before-restore-{number}");

    private static void Delete(string path)
    {
        foreach (var file in new[] { path, path + "-wal", path + "-shm" })
        {
            File.Delete(file);
        }
    }
}
