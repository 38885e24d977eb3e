using Actors.Persistence;
using Actors.Sql.Migrations;

namespace Actors.Sql.Sqlite;

/// <summary>Opens connections to the file of a store, and refuses a file that is not one.</summary>
internal sealed class StoreFile(string path, StoreSchema schema, TimeSpan busyTimeout, TimeProvider time)
{
    public string Path { get; } = path;

    public StoreSchema Schema { get; } = schema;

    public TimeSpan BusyTimeout { get; } = busyTimeout;

    /// <summary>The path that all names of the file share, so that a symbolic link does not make two locks.</summary>
    /// <exception cref="StoreException">The path cannot be that of a file.</exception>
    public static string Resolve(string path, bool mustExist)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new StoreException($"The store '{full}' cannot be opened: it is a directory. Name a file in it, such as '{full}/actors.db'.");
        }

        var directory = System.IO.Path.GetDirectoryName(full);
        if (!Directory.Exists(directory))
        {
            throw new StoreException($"The store '{full}' cannot be opened: the directory '{directory}' does not exist. Create it, or correct 'Data Source'.");
        }

        if (File.Exists(full))
        {
            return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        }

        return mustExist
            ? throw new StoreException($"The store '{full}' does not exist. Correct 'Data Source', or allow its creation with 'Mode=ReadWriteCreate'.")
            : full;
    }

    /// <summary>Opens the connection that writes, and brings the tables to the version of this program.</summary>
    /// <param name="create">Whether an empty or missing file becomes a new store.</param>
    /// <exception cref="StoreException">The file is not a store that this program can write.</exception>
    public Connection OpenWriter(bool create)
    {
        Connection? connection = null;
        try
        {
            connection = new Connection(Path, create, BusyTimeout);
            if (connection.IsReadOnly)
            {
                throw new StoreException($"The store '{Path}' is read-only. Make the file and its directory writable for this user.");
            }

            if (IsEmpty(connection))
            {
                Prepare(connection, create);
            }
            else if (connection.QueryInt64("PRAGMA application_id") != Schema.ApplicationId)
            {
                throw new StoreException($"The file '{Path}' is the database of another program, or another part of a store, and is left as it is. Give the store a file of its own.");
            }

            Configure(connection);
            Migrator.Migrate(connection, Schema, time);
            return connection;
        }
        catch (SqliteException e)
        {
            connection?.Dispose();
            throw new StoreException(Failure.OnOpening(Path, e), e);
        }
        catch (StoreException)
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection that only reads. The writer has opened the file before.</summary>
    public Connection OpenReader()
    {
        var connection = new Connection(Path, create: false, BusyTimeout);
        try
        {
            connection.Execute("PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;");
            return connection;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }

    private static bool IsEmpty(Connection connection) => connection.QueryInt64("SELECT count(*) FROM sqlite_master") == 0;

    private void Prepare(Connection connection, bool create)
    {
        if (!create)
        {
            throw new StoreException($"The store '{Path}' is empty: its file was deleted or replaced while it was open. Put the file back; nothing new is accepted until then.");
        }

        // Page size and auto_vacuum cannot change once there is a table; VACUUM applies them to an empty file that another program made.
        connection.Execute("PRAGMA journal_mode = DELETE; PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL; VACUUM;");
    }

    private static void Configure(Connection connection) => connection.Execute(
        """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 0;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA cache_size = -32768;
        PRAGMA temp_store = MEMORY;
        """);
}
