using SQLitePCL;

namespace Actors.Benchmarks.Jobs;

/// <summary>How much room the journal takes, looked at as another program does.</summary>
internal static class JournalFile
{
    private const int PageBytes = 4096;

    /// <summary>Pages in use: free ones are used again, or given back.</summary>
    public static long BytesInUse(string folder)
    {
        var path = Path.Combine(folder, "jobs.db");
        if (!File.Exists(path))
        {
            return 0; // The store is in memory.
        }

        Batteries_V2.Init();
        Check(raw.sqlite3_open_v2(path, out var connection, raw.SQLITE_OPEN_READWRITE, null), raw.SQLITE_OK);
        using (connection)
        {
            Check(raw.sqlite3_busy_timeout(connection, 10_000), raw.SQLITE_OK);
            Check(
                raw.sqlite3_prepare_v2(connection, "SELECT (SELECT * FROM pragma_page_count) - (SELECT * FROM pragma_freelist_count)", out var statement),
                raw.SQLITE_OK);
            using (statement)
            {
                Check(raw.sqlite3_step(statement), raw.SQLITE_ROW);
                return raw.sqlite3_column_int64(statement, 0) * PageBytes;
            }
        }
    }

    /// <summary>The files themselves, with the log.</summary>
    public static long BytesOnDisk(string folder) => Directory.GetFiles(folder, "jobs.db*").Sum(file => new FileInfo(file).Length);

    private static void Check(int code, int expected)
    {
        if (code != expected)
        {
            throw new InvalidOperationException($"SQLite answered {code}.");
        }
    }
}
