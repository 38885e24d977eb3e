namespace Actors.Persistence;

/// <summary>Port: where the journals of persistent actors are kept. One instance serves all journals of a store.</summary>
/// <remarks>
/// The duties of an implementer:
/// <list type="bullet">
/// <item>A task that completes without an exception is <b>durable</b>: it survives kill -9 and a power loss at the next instruction.</item>
/// <item><see cref="AppendAsync"/> applies all commits in one transaction, in order, each behind its own fence: a commit that is
/// refused leaves no trace and does not disturb the others.</item>
/// <item>The newest commit of a journal is never deleted, and only a prefix ever is.</item>
/// <item>When the outcome of a call is unknown, it throws <see cref="JournalOutcomeUnknownException"/>, after which
/// <see cref="ResetAsync"/> ends everything that may still be under way before a new call is answered.</item>
/// <item>Any other exception promises that nothing was written.</item>
/// </list>
/// All members may be called from any thread at any time; calls are carried out in the order in which they arrive.
/// The conformance suite in tests/Actors.Sql.Tests/Conformance states these duties as tests.
/// </remarks>
public interface IJournal : IAsyncDisposable
{
    /// <summary>Makes the caller the owner of a journal by raising its term, which fences every earlier owner.</summary>
    /// <param name="persistenceId">The name of the journal; it is created when it does not exist.</param>
    /// <param name="writer">The identity of this ownership, new for each opening.</param>
    /// <param name="readableFormat">The highest format version that the caller can read.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="JournalFormatException">The journal holds a commit in a newer format. Its term was not raised.</exception>
    Task<JournalOpening> OpenAsync(string persistenceId, Guid writer, int readableFormat, CancellationToken cancellationToken);

    /// <summary>Appends commits of any number of journals in one transaction.</summary>
    /// <returns>One outcome for each commit, in the order given.</returns>
    /// <exception cref="JournalOutcomeUnknownException">The transaction may or may not have been committed.</exception>
    /// <exception cref="JournalUnavailableException">Nothing was written; trying again may help (disk full, locked, read-only).</exception>
    Task<AppendOutcome[]> AppendAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken);

    /// <summary>Ends the connection that made the last append, so that nothing which it began can still take effect.</summary>
    Task ResetAsync(CancellationToken cancellationToken);

    /// <summary>Reads commits in order, starting at <paramref name="fromSequenceNumber"/> or, when that part was deleted, at the oldest kept.</summary>
    /// <returns>At least one commit if there is any, and no more once <paramref name="maxBytes"/> of events are read; empty at the end.</returns>
    /// <exception cref="JournalCorruptException">A row does not match its checksum, or a row is missing in the middle.</exception>
    Task<IReadOnlyList<CommitRow>> ReadAsync(
        string persistenceId, long fromSequenceNumber, int maxBytes, CancellationToken cancellationToken);

    /// <summary>Reads payload rows by number, in the order given.</summary>
    /// <exception cref="JournalCorruptException">A row is missing or does not match its checksum.</exception>
    Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPayloadsAsync(
        string persistenceId, IReadOnlyList<long> rows, CancellationToken cancellationToken);
}
