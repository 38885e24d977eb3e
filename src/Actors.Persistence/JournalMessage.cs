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

    /// <summary>Owner to itself: try to open the journal again.</summary>
    public sealed record Recover : JournalMessage, INeverDropped
    {
        public static Recover Instance { get; } = new();
    }
}
