namespace Actors.Persistence;

/// <summary>A journal could not do what was asked.</summary>
public abstract class JournalException(string message, Exception? cause) : Exception(message, cause);

/// <summary>Nothing was written, and trying again may help: the disk is full, the file is locked or read-only, the server is away.</summary>
public sealed class JournalUnavailableException(string message, Exception? cause = null) : JournalException(message, cause);

/// <summary>It is not known whether the write took effect. Ask the journal, after <see cref="IJournal.ResetAsync"/>, before trying again.</summary>
public sealed class JournalOutcomeUnknownException(string message, Exception? cause = null) : JournalException(message, cause);

/// <summary>The journal was written by a newer version of this software, and is left as it is.</summary>
public sealed class JournalFormatException(string message, int foundFormat, int readableFormat) : JournalException(message, null)
{
    /// <summary>The version that the journal or store is in.</summary>
    public int FoundFormat { get; } = foundFormat;

    /// <summary>The highest version that this software can read.</summary>
    public int ReadableFormat { get; } = readableFormat;
}

/// <summary>A row of the journal is damaged or missing. The journal is not served, and nothing is skipped.</summary>
public sealed class JournalCorruptException(string message, string persistenceId, long row, long lastGoodSequenceNumber, Exception? cause = null)
    : JournalException(message, cause)
{
    /// <summary>The journal.</summary>
    public string PersistenceId { get; } = persistenceId;

    /// <summary>The sequence number, or payload row, that is damaged or missing.</summary>
    public long Row { get; } = row;

    /// <summary>The newest commit before the damage; 0 when there is none.</summary>
    public long LastGoodSequenceNumber { get; } = lastGoodSequenceNumber;
}

/// <summary>The store as a whole cannot be opened: not a database, no access, or made by a newer version.</summary>
public sealed class StoreException(string message, Exception? cause = null) : JournalException(message, cause);

/// <summary>Another owner has taken the journal over; this one must not write any more.</summary>
public sealed class JournalFencedException(string message) : JournalException(message, null);
