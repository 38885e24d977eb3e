using Actors.Cells;

namespace Actors.Undelivered;

/// <summary>
/// The address of nobody. What is told to it is a dead letter there and then, without a mailbox that a storm could fill; only what asks
/// about dead letters goes to the actor that stands at its path.
/// </summary>
internal sealed class DeadLetterRef(ActorSystem system, ActorPath path) : ActorRef
{
    public override ActorPath Path => path;

    /// <summary>Set before anybody knows of the system.</summary>
    public ActorCell? Actor { get; set; }

    public override ActorCell? Asked => Actor;

    public override void Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message is DeadLetterMessage && Actor is { } actor)
        {
            actor.Tell(message, sender);
        }
        else
        {
            system.PublishDeadLetter(message, sender, this, DeadLetterReason.NoRecipient);
        }
    }
}
