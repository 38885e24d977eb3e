namespace Actors.Persistence;

/// <summary>What the journal actor and the owners of journals say to each other.</summary>
internal abstract record JournalMessage
{
    private JournalMessage()
    {
    }

    /// <summary>Owner to journal: store this.</summary>
    public sealed record Append(Commit Commit, IActorRef Owner, int Bytes) : JournalMessage;

    /// <summary>Journal to owner: what became of a commit.</summary>
    public sealed record Answered(Guid Writer, long SequenceNumber, AppendOutcome Outcome) : JournalMessage, INeverDropped;

    /// <summary>Journal to owner: nothing is stored at present; it is being tried again.</summary>
    public sealed record Delayed(Guid Writer, Exception Cause) : JournalMessage, INeverDropped;

    /// <summary>Owner to journal: answer when everything that you were told to write to this journal has been answered.</summary>
    public sealed record AwaitWrites(string PersistenceId, IActorRef Owner) : JournalMessage;

    /// <summary>Journal to owner: the answer to <see cref="AwaitWrites"/>.</summary>
    public sealed record WritesAnswered : JournalMessage
    {
        public static WritesAnswered Instance { get; } = new();
    }

    /// <summary>Journal to itself: a write has ended.</summary>
    public sealed record Written(Task<AppendOutcome[]> Outcomes) : JournalMessage;

    /// <summary>Journal to itself: a write in doubt has been looked up.</summary>
    public sealed record Resolved(Task<AppendOutcome?[]> Outcomes) : JournalMessage;

    /// <summary>Journal to itself: try the same bytes again.</summary>
    public sealed record Retry : JournalMessage
    {
        public static Retry Instance { get; } = new();
    }

    /// <summary>Journal to itself: look again what became of a write in doubt.</summary>
    public sealed record Resolve : JournalMessage
    {
        public static Resolve Instance { get; } = new();
    }

    /// <summary>Persistent actor to itself, among the answers: look whether one is overdue.</summary>
    public sealed record Overdue : JournalMessage
    {
        public static Overdue Instance { get; } = new();
    }

    /// <summary>Persistent actor to itself: commits before this one hold no event after <paramref name="ToSequenceNr"/>.</summary>
    /// <remarks><paramref name="Term"/> is that of the ownership in which the deletion was asked for: in a later one the snapshot may be gone.</remarks>
    public sealed record Deletable(long ToSequenceNr, long CommitsBefore, long Term) : JournalMessage, INeverDropped, IDeadLetterSuppression;

    /// <summary>Owner to itself: try to open the journal again.</summary>
    public sealed record Recover : JournalMessage, INeverDropped
    {
        public static Recover Instance { get; } = new();
    }
}

/// <summary>
/// Persistent actor to itself: there are answers to take. No record, and a new one each time: a handler that throws must not bring the next of them
/// into quarantine.
/// </summary>
internal sealed class AnswersWait : INeverDropped, IDeadLetterSuppression;
