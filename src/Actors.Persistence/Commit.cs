namespace Actors.Persistence;

/// <summary>Everything that the owner of a journal decided in one turn: it is stored whole or not at all.</summary>
public sealed class Commit
{
    /// <summary>The journal.</summary>
    public required string PersistenceId { get; init; }

    /// <summary>The term of the owner, from <see cref="JournalOpening.Term"/>. A commit of an older term is fenced.</summary>
    public required long Term { get; init; }

    /// <summary>The identity of the ownership, as given to <see cref="IJournal.OpenAsync"/>.</summary>
    public required Guid Writer { get; init; }

    /// <summary>The place of this commit in its journal: one more than the commit before it; the first is 1.</summary>
    public required long SequenceNumber { get; init; }

    /// <summary>The lowest reader version that understands <see cref="Events"/>.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>The events, encoded by the owner. Must not change until the append is answered.</summary>
    public required ReadOnlyMemory<byte> Events { get; init; }

    /// <summary>Payload rows written with the events. Empty by default.</summary>
    public IReadOnlyList<PayloadRow> Payloads { get; init; } = [];

    /// <summary>Deletes the commits before this sequence number in the same transaction. 0, the default, deletes none.</summary>
    public long DeleteCommitsBefore { get; init; }

    /// <summary>Deletes the payload rows before this number in the same transaction. 0, the default, deletes none.</summary>
    public long DeletePayloadsBefore { get; init; }
}

/// <summary>A page of payloads. Events name a payload by row, offset and length.</summary>
/// <param name="Row">The number of the row in its journal: rising, starting at 1, never used again.</param>
/// <param name="Bytes">Up to <see cref="PageBytes"/>; a larger payload lies alone in its row.</param>
public readonly record struct PayloadRow(long Row, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>How many bytes of payloads to gather in one row: it then fills a page of 4,096 bytes, and one byte too many does not cost a second page.</summary>
    public const int PageBytes = 4000;
}

/// <summary>A commit as it is read back.</summary>
/// <param name="SequenceNumber">Its place in the journal.</param>
/// <param name="Term">The term under which it was written.</param>
/// <param name="Writer">The ownership that wrote it.</param>
/// <param name="FormatVersion">The lowest reader version that understands the events.</param>
/// <param name="Events">The events as they were given.</param>
public sealed record CommitRow(long SequenceNumber, long Term, Guid Writer, int FormatVersion, ReadOnlyMemory<byte> Events);

/// <summary>What a new owner must know of its journal.</summary>
/// <param name="Term">The term of this ownership.</param>
/// <param name="FirstSequenceNumber">The oldest commit kept; 0 when the journal is empty.</param>
/// <param name="LastSequenceNumber">The newest commit; 0 when the journal is empty.</param>
/// <param name="LastPayloadRow">The highest payload row ever written; 0 when there was none.</param>
/// <param name="Incarnation">A number that is another after each restore of the store from a backup; 0 before the first.</param>
public sealed record JournalOpening(long Term, long FirstSequenceNumber, long LastSequenceNumber, long LastPayloadRow, long Incarnation = 0);

/// <summary>What became of one commit.</summary>
public enum AppendOutcome
{
    /// <summary>The commit is durable.</summary>
    Appended,

    /// <summary>Refused: another owner has raised the term. The caller owns the journal no more.</summary>
    Fenced,

    /// <summary>Refused: the sequence number does not follow the newest commit. The caller's view of the journal is wrong, so it must step down.</summary>
    OutOfSequence,
}
