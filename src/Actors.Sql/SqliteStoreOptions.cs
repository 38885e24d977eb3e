using System.Data.Common;
using System.Globalization;

namespace Actors.Sql;

/// <summary>Where a SQLite store is, and how it is opened.</summary>
public sealed class SqliteStoreOptions
{
    private const string Keywords =
        "'Data Source' (the file), 'Mode' (ReadWriteCreate or ReadWrite), 'Default Timeout' (seconds) and 'Shared' (true or false)";

    /// <summary>The file of the store. It belongs to one store alone: tables of other programs are not accepted in it.</summary>
    /// <value>Relative to the current directory. Connection string keyword <c>Data Source</c>.</value>
    public required string Path { get; init; }

    /// <summary>Whether a missing file is an error. Otherwise it is created.</summary>
    /// <value>Default false. Connection string keyword <c>Mode</c>: <c>ReadWrite</c> is true, <c>ReadWriteCreate</c> is false.</value>
    public bool MustExist { get; init; }

    /// <summary>How long a write waits for another program that has locked the file, before its callers are told.</summary>
    /// <value>Default 1 s; <see cref="TimeSpan.Zero"/> does not wait. Connection string keyword <c>Default Timeout</c>, in seconds.</value>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether several processes of this machine use the store: one owns the queues, all enqueue and run jobs. See <see cref="SqliteSharedStore"/>.</summary>
    /// <value>Default false: a second process is refused. Connection string keyword <c>Shared</c>; all processes must say the same.</value>
    public bool IsShared { get; init; }

    /// <summary>Reads a connection string such as <c>Data Source=shop.db</c>, or the bare path of a file.</summary>
    /// <exception cref="ArgumentException">It names no file, has a keyword that does not apply here, or a value that cannot be read.</exception>
    public static SqliteStoreOptions Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        if (!connectionString.Contains('='))
        {
            return new SqliteStoreOptions { Path = FilePath(connectionString) };
        }

        var builder = new DbConnectionStringBuilder { ConnectionString = connectionString };
        string? path = null;
        var mustExist = false;
        var isShared = false;
        var busyTimeout = TimeSpan.FromSeconds(1);
        foreach (string keyword in builder.Keys)
        {
            var value = Convert.ToString(builder[keyword], CultureInfo.InvariantCulture) ?? "";
            switch (keyword.ToLowerInvariant())
            {
                case "data source" or "datasource" or "filename":
                    path = FilePath(value);
                    break;
                case "mode":
                    mustExist = ParseMode(value);
                    break;
                case "default timeout" or "command timeout":
                    busyTimeout = ParseTimeout(keyword, value);
                    break;
                case "shared":
                    isShared = bool.TryParse(value, out var shared)
                        ? shared
                        : throw new ArgumentException($"'Shared={value}' is neither true nor false.");
                    break;
                default:
                    throw new ArgumentException($"The connection string has the keyword '{keyword}', which a store does not know. It knows {Keywords}.");
            }
        }

        return new SqliteStoreOptions
        {
            Path = path ?? throw new ArgumentException($"The connection string names no file. Add 'Data Source=shop.db'."),
            MustExist = mustExist,
            BusyTimeout = busyTimeout,
            IsShared = isShared,
        };
    }

    /// <summary>The same store, where a relative path begins at a directory instead of the current one.</summary>
    /// <param name="directory">The directory, as a full path.</param>
    public SqliteStoreOptions BeginningAt(string directory) =>
        new() { Path = System.IO.Path.GetFullPath(Path, directory), MustExist = MustExist, BusyTimeout = BusyTimeout, IsShared = IsShared };

    private static string FilePath(string value) =>
        value.Length == 0 || value.Contains(":memory:", StringComparison.OrdinalIgnoreCase) || value.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
            ? throw new ArgumentException($"'Data Source={value}' is not the path of a file. A store keeps its promises only in a file; for tests there is InMemoryJournal.")
            : value;

    private static bool ParseMode(string value) => value.ToLowerInvariant() switch
    {
        "readwritecreate" => false,
        "readwrite" => true,
        _ => throw new ArgumentException($"'Mode={value}' does not suit a store: it must be written. Use ReadWriteCreate or ReadWrite."),
    };

    private static TimeSpan ParseTimeout(string keyword, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : throw new ArgumentException($"'{keyword}={value}' is not a number of whole seconds between 0 and 3600.");
}
