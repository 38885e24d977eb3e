using Actors.Sql.Sqlite;

namespace Actors.Sql.Tests;

/// <summary>A database file in a directory of its own, removed with it.</summary>
internal sealed class TestFile : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("actors-sql-");

    public string Folder => _directory.FullName;

    public string Path => System.IO.Path.Combine(_directory.FullName, "shop.db");

    public string HistoryPath => System.IO.Path.Combine(_directory.FullName, "shop-history.db");

    public Task<SqliteStore> OpenAsync(TimeSpan? busyTimeout = null) =>
        SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path, BusyTimeout = busyTimeout ?? TimeSpan.FromSeconds(1) });

    /// <summary>Another program's connection to the file.</summary>
    public Connection Connect(bool create = false) => new(Path, create, TimeSpan.Zero);

    public void Execute(string sql)
    {
        using var connection = Connect();
        connection.Execute(sql);
    }

    public long Query(string sql)
    {
        using var connection = Connect();
        return connection.QueryInt64(sql);
    }

    public void ExecuteInHistory(string sql)
    {
        using var connection = new Connection(HistoryPath, create: false, TimeSpan.Zero);
        connection.Execute(sql);
    }

    public long QueryHistory(string sql)
    {
        using var connection = new Connection(HistoryPath, create: false, TimeSpan.Zero);
        return connection.QueryInt64(sql);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
