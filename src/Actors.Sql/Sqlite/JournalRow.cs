namespace Actors.Sql.Sqlite;

/// <summary>A row of <c>journals</c> with the term of its row in <c>owners</c>.</summary>
internal readonly record struct JournalRow(long Id, long Term, int Format, long CommitsFrom, long PayloadsFrom);

/// <summary>The newest commit of a journal; zeros when it is empty.</summary>
internal readonly record struct NewestCommit(long SequenceNumber, long LastPayloadRow);
