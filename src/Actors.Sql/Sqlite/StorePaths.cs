namespace Actors.Sql.Sqlite;

/// <summary>The files that a store consists of.</summary>
internal sealed class StorePaths(SqliteStoreOptions options, TimeProvider time)
{
    /// <summary>The file of the journals.</summary>
    public string Journal { get; } = StoreFile.Resolve(options.Path, mustExist: false);

    /// <summary>In the order in which they must be copied. What the inbox has lost, the journal has; what the journal has lost, the history has.</summary>
    public IEnumerable<StoreFile> All =>
    [
        File(SqliteStore.PathBeside(Journal, "inbox"), StoreSchema.Inbox),
        File(Journal, StoreSchema.Journal),
        File(SqliteStore.PathBeside(Journal, "history"), StoreSchema.History),
    ];

    public StoreFile File(string path, StoreSchema schema) => new(path, schema, options.BusyTimeout, time);
}
