namespace Actors;

/// <summary>A message that nobody got. Published on the event stream, and kept in <see cref="ActorSystem.DeadLetterBox"/>. Immutable.</summary>
/// <param name="Message">The message.</param>
/// <param name="Sender">Who sent it, if known.</param>
/// <param name="Recipient">For whom it was; <see cref="ActorSystem.DeadLetters"/> when it was for nobody.</param>
public sealed record DeadLetter(object Message, IActorRef? Sender, IActorRef Recipient)
{
    /// <summary>The number of this dead letter in its system, by which it can be replayed. They count from 1.</summary>
    public long Id { get; init; }

    /// <summary>When the message was found to be undeliverable.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Why nobody got it.</summary>
    public DeadLetterReason Reason { get; init; }

    /// <summary>What lies behind the reason, or null: <see cref="MessageQuarantinedException"/> has the failures of a poison message.</summary>
    public Exception? Cause { get; init; }
}

/// <summary>
/// A message that nobody got, and that says by <see cref="IDeadLetterSuppression"/> that its loss is normal. Published on the event
/// stream for those who ask for it; neither logged nor kept.
/// </summary>
/// <param name="Message">The message.</param>
/// <param name="Sender">Who sent it, if known.</param>
/// <param name="Recipient">For whom it was.</param>
/// <param name="Reason">Why nobody got it.</param>
public sealed record SuppressedDeadLetter(object Message, IActorRef? Sender, IActorRef Recipient, DeadLetterReason Reason);

/// <summary>Why nobody got a message.</summary>
public enum DeadLetterReason
{
    /// <summary>It was for nobody, such as the answer to a message that named no sender.</summary>
    NoRecipient,

    /// <summary>The recipient had ended, or ended before it took the message.</summary>
    RecipientEnded,

    /// <summary>The recipient's bounded mailbox had no room for it.</summary>
    MailboxFull,

    /// <summary>The recipient wanted to stash it and failed because the stash had no room.</summary>
    StashFull,

    /// <summary>It had failed so often in the recipient that it is not given to it again.</summary>
    Quarantined,

    /// <summary>It was an answer, and whoever asked had stopped waiting or had an answer already.</summary>
    AskEnded,

    /// <summary>The recipient had ended because the actor system is ending.</summary>
    SystemEnding,
}

/// <summary>Marks a message whose loss is normal: it is reported as <see cref="SuppressedDeadLetter"/> only.</summary>
public interface IDeadLetterSuppression;
