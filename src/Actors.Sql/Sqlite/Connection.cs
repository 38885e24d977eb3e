using System.Runtime.InteropServices;
using System.Text;

namespace Actors.Sql.Sqlite;

/// <summary>One connection to a database file. It is used by one thread at a time.</summary>
internal sealed unsafe class Connection : IDisposable
{
    private const int ReadWrite = 0x2;
    private const int Create = 0x4;
    private const int NoMutex = 0x8000;
    private const int PersistentStatement = 0x1;
    private const int HasMovedControl = 20;
    private const int CacheWriteCounter = 9;

    private readonly nint _handle;
    private readonly List<Statement> _statements = [];

    public Connection(string path, bool create, TimeSpan busyTimeout)
    {
        Path = path;
        var code = Native.Open(path, out _handle, ReadWrite | NoMutex | (create ? Create : 0), 0);
        if (code != ResultCode.Ok)
        {
            var exception = _handle == 0 ? new SqliteException(code, "out of memory") : Error();
            Dispose();
            throw exception;
        }

        _ = Native.ExtendedResultCodes(_handle, 1);
        _ = Native.BusyTimeout(_handle, (int)busyTimeout.TotalMilliseconds);
    }

    public string Path { get; }

    /// <summary>For functions that take two connections.</summary>
    public nint Handle => _handle;

    public bool IsInTransaction => Native.GetAutocommit(_handle) == 0;

    public bool IsReadOnly => Native.IsReadOnly(_handle, "main") == 1;

    public int Changes => Native.Changes(_handle);

    /// <summary>The number of the row that was inserted last.</summary>
    public long LastInserted => Native.LastInsertRowId(_handle);

    /// <summary>Whether the file that is open is no longer the one at its path. SQLite itself would go on writing to a deleted file.</summary>
    public bool IsFileGone
    {
        get
        {
            var hasMoved = 0;
            return Native.FileControl(_handle, "main", HasMovedControl, &hasMoved) == ResultCode.Ok && hasMoved != 0;
        }
    }

    public Statement Prepare(string sql)
    {
        var utf8 = Encoding.UTF8.GetBytes(sql);
        fixed (byte* start = utf8)
        {
            Check(Native.Prepare(_handle, start, utf8.Length, PersistentStatement, out var handle, out _));
            var statement = new Statement(this, handle);
            _statements.Add(statement);
            return statement;
        }
    }

    /// <summary>Runs any number of statements and ignores the rows that they return.</summary>
    public void Execute(string sql)
    {
        var utf8 = Encoding.UTF8.GetBytes(sql);
        fixed (byte* start = utf8)
        {
            for (var next = start; next < start + utf8.Length;)
            {
                Check(Native.Prepare(_handle, next, (int)(start + utf8.Length - next), 0, out var handle, out next));
                if (handle == 0)
                {
                    continue;   // a comment or white space
                }

                using var statement = new Statement(this, handle);
                while (statement.Step())
                {
                }
            }
        }
    }

    /// <summary>The first column of the first row, as a number; 0 when there is no row.</summary>
    public long QueryInt64(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.GetInt64(0) : 0;
    }

    /// <summary>Copies the write-ahead log into the database file, as far as readers allow, without waiting for them.</summary>
    /// <returns>Whether all of it was copied.</returns>
    public bool Checkpoint()
    {
        Check(Native.Checkpoint(_handle, "main", 0, out var frames, out var checkpointed));
        return frames == checkpointed;
    }

    /// <summary>The number of pages that this connection has written since the last call.</summary>
    public int TakePagesWritten() =>
        Native.Status(_handle, CacheWriteCounter, out var pages, out _, 1) == ResultCode.Ok ? pages : 0;

    public SqliteException Error() => new(
        Native.ExtendedErrorCode(_handle),
        Marshal.PtrToStringUTF8((nint)Native.ErrorMessage(_handle)) ?? "no message");

    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }

        _ = Native.Close(_handle);
    }

    private void Check(int code)
    {
        if (code != ResultCode.Ok)
        {
            throw Error();
        }
    }
}
