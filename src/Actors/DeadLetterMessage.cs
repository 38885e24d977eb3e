namespace Actors;

/// <summary>
/// What <see cref="ActorSystem.DeadLetters"/> can be asked: the same as <see cref="DeadLetterBox"/> offers, as messages. Anything else
/// that is told to it becomes a dead letter.
/// </summary>
public abstract record DeadLetterMessage
{
    private DeadLetterMessage()
    {
    }

    /// <summary>Lists the dead letters that are kept, newest first.</summary>
    /// <param name="Filter">Which; null means all.</param>
    /// <param name="Limit">How many at most; null means all.</param>
    public sealed record List(DeadLetterFilter? Filter = null, int? Limit = null) : DeadLetterMessage, IRequest<IReadOnlyList<DeadLetter>>;

    /// <summary>Sends a message again and forgets its dead letter.</summary>
    /// <param name="Id">The number of the dead letter.</param>
    /// <param name="Recipient">To whom; null means the actor at the path of the original recipient.</param>
    public sealed record Replay(long Id, IActorRef? Recipient = null) : DeadLetterMessage, IRequest<ReplayOutcome>;

    /// <summary>Sends all messages that match again, oldest first; the answer is how many were sent.</summary>
    /// <param name="Filter">Which; null means all.</param>
    /// <param name="Recipient">To whom; null means for each the actor at the path of its original recipient.</param>
    public sealed record ReplayAll(DeadLetterFilter? Filter = null, IActorRef? Recipient = null) : DeadLetterMessage, IRequest<int>;

    /// <summary>Forgets all that match; the answer is how many.</summary>
    /// <param name="Filter">Which; null means all.</param>
    public sealed record Discard(DeadLetterFilter? Filter = null) : DeadLetterMessage, IRequest<int>;
}

/// <summary>What came of replaying one dead letter.</summary>
public enum ReplayOutcome
{
    /// <summary>The message was sent. If it cannot be delivered again, it comes back as a new dead letter.</summary>
    Sent,

    /// <summary>No dead letter of this number is kept any more.</summary>
    NotFound,

    /// <summary>There is no actor at the path of the original recipient. The dead letter is kept.</summary>
    NoRecipient,
}
