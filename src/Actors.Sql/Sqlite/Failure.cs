using Actors.Persistence;

namespace Actors.Sql.Sqlite;

/// <summary>What an error of SQLite means to the caller, and what to do about it.</summary>
internal static class Failure
{
    public static string OnOpening(string path, SqliteException e) => e.Code switch
    {
        ResultCode.NotADatabase => $"The file '{path}' is not a database (or it is damaged at its very beginning), and is left as it is. Name another file in 'Data Source', or restore a backup.",
        ResultCode.Corrupt => $"The store '{path}' is damaged: {e.Message}. Restore a backup.",
        ResultCode.CannotOpen or ResultCode.Permission => $"The store '{path}' cannot be opened: this user may not read and write it, or its directory. Change the permissions or the path.",
        _ => $"The store '{path}' cannot be opened. {Cause(path, e)}",
    };

    /// <summary>An error after which it is certain that nothing was written.</summary>
    public static JournalUnavailableException NothingWritten(string path, Exception e) =>
        new($"Nothing was written to the store '{path}'. {(e is SqliteException sqlite ? Cause(path, sqlite) : e.Message)}", e);

    public static JournalUnavailableException NotRead(string path, Exception e) =>
        new($"The store '{path}' could not be read. {(e is SqliteException sqlite ? Cause(path, sqlite) : e.Message)}", e);

    public static JournalOutcomeUnknownException InDoubt(string path, Exception e) =>
        new($"The store '{path}' failed while it made a transaction durable, so it is not known whether it was written ({e.Message}). Ask again before repeating it.", e);

    /// <summary>Whether an error at COMMIT proves that the commit mark was never written.</summary>
    /// <remarks>
    /// A full disk, a lock and a read-only file stop SQLite before it writes the last frame. Any other error may come from the sync
    /// after that frame: this process then sees a rollback, but a crash could bring the transaction back.
    /// </remarks>
    public static bool ProvesRollback(SqliteException e) => e.Code is ResultCode.Full or ResultCode.Busy or ResultCode.Locked or ResultCode.ReadOnly;

    private static string Cause(string path, SqliteException e) => e.Code switch
    {
        ResultCode.Full => "Its disk is full: free some space; the store then goes on by itself.",
        ResultCode.Busy or ResultCode.Locked => "Another program holds a lock on it: end that program's transaction; the store then goes on by itself.",
        ResultCode.ReadOnly => "It is read-only: make the file and its directory writable.",
        ResultCode.IoError => $"The operating system reported an error of the disk or file system ({e.Message}): look at its log.",
        ResultCode.Corrupt or ResultCode.NotADatabase => $"It is damaged ({e.Message}): restore a backup.",
        ResultCode.CannotOpen => $"'{path}' or a file beside it cannot be opened: put it back, or change the permissions.",
        _ => $"{e.Message}.",
    };
}
