namespace Actors;

/// <summary>Tells a watcher that an actor has ended. Delivered once for each watch, after everything that the actor sent before it ended.</summary>
/// <param name="Actor">The actor that ended.</param>
public sealed record Terminated(IActorRef Actor);

/// <summary>Stops the actor when its turn in the mailbox comes, after the messages that were sent earlier.</summary>
public sealed record PoisonPill : IDeadLetterSuppression
{
    /// <summary>The one instance.</summary>
    public static PoisonPill Instance { get; } = new();
}

/// <summary>Makes the actor fail with <see cref="ActorKilledException"/> when its turn in the mailbox comes.</summary>
public sealed record Kill
{
    /// <summary>The one instance.</summary>
    public static Kill Instance { get; } = new();
}

/// <summary>Sent to an actor that has received nothing for the time set with <see cref="IActorContext.SetReceiveTimeout"/>.</summary>
public sealed record ReceiveTimeout
{
    /// <summary>The one instance.</summary>
    public static ReceiveTimeout Instance { get; } = new();
}

/// <summary>The answer to an Ask that could not be fulfilled: the asking task fails with <paramref name="Cause"/>.</summary>
/// <param name="Cause">Why.</param>
public sealed record Failure(Exception Cause);

/// <summary>A message that its receiver had no handler for. Published on the event stream.</summary>
/// <param name="Message">The message.</param>
/// <param name="Sender">Who sent it, if known.</param>
/// <param name="Recipient">The actor that did not handle it.</param>
public sealed record UnhandledMessage(object Message, IActorRef? Sender, IActorRef Recipient);

/// <summary>Marks a message that does not put off the receive timeout of the actor that gets it.</summary>
public interface INotInfluenceReceiveTimeout;

/// <summary>
/// Marks a message that a full mailbox takes all the same: it does not count, and is not dropped for another. For what an actor cannot
/// do without, such as the answer of a store. Send so few of them that they need no bound.
/// </summary>
public interface INeverDropped;
