namespace Actors.Sql.Sqlite;

/// <summary>SQLite refused a call. Never leaves this project: callers see the exceptions of the ports.</summary>
internal sealed class SqliteException(int extendedCode, string message) : Exception($"SQLite error {extendedCode}: {message}")
{
    /// <summary>The result code with its detail.</summary>
    public int ExtendedCode { get; } = extendedCode;

    /// <summary>One of <see cref="ResultCode"/>.</summary>
    public int Code => ExtendedCode & 0xff;
}
