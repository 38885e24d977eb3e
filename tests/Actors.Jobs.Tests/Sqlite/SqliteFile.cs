using SQLitePCL;

namespace Actors.Jobs.Tests.Sqlite;

/// <summary>Looks into the file of a store, as another program does.</summary>
internal static class SqliteFile
{
    /// <summary>The first column of the first row, as a number.</summary>
    public static long Query(string path, string sql)
    {
        Batteries_V2.Init();
        raw.sqlite3_open_v2(path, out var connection, raw.SQLITE_OPEN_READWRITE, null).ShouldBe(raw.SQLITE_OK);
        using (connection)
        {
            raw.sqlite3_busy_timeout(connection, 10_000);
            raw.sqlite3_prepare_v2(connection, sql, out var statement).ShouldBe(raw.SQLITE_OK);
            using (statement)
            {
                raw.sqlite3_step(statement).ShouldBe(raw.SQLITE_ROW);
                return raw.sqlite3_column_int64(statement, 0);
            }
        }
    }

    /// <summary>Whether somebody keeps others from writing for longer than a write takes.</summary>
    public static bool IsLocked(string path)
    {
        Batteries_V2.Init();
        raw.sqlite3_open_v2(path, out var connection, raw.SQLITE_OPEN_READWRITE, null).ShouldBe(raw.SQLITE_OK);
        using (connection)
        {
            raw.sqlite3_busy_timeout(connection, 1_000);
            var begun = raw.sqlite3_exec(connection, "BEGIN IMMEDIATE; ROLLBACK");
            begun.ShouldBeOneOf(raw.SQLITE_OK, raw.SQLITE_BUSY);
            return begun == raw.SQLITE_BUSY;
        }
    }

    public static void Execute(string path, string sql)
    {
        Batteries_V2.Init();
        raw.sqlite3_open_v2(path, out var connection, raw.SQLITE_OPEN_READWRITE, null).ShouldBe(raw.SQLITE_OK);
        using (connection)
        {
            raw.sqlite3_busy_timeout(connection, 10_000);
            raw.sqlite3_exec(connection, sql).ShouldBe(raw.SQLITE_OK);
        }
    }
}
