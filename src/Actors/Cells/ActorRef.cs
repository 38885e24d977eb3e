namespace Actors.Cells;

/// <summary>What every reference of this library is: something with a user lane and a system lane.</summary>
internal abstract class ActorRef : IActorRef
{
    public abstract ActorPath Path { get; }

    public abstract void Tell(object message, IActorRef? sender);

    /// <summary>The system lane; most references have no use for it.</summary>
    public virtual void TellSystem(SystemMessage message)
    {
    }

    /// <summary>Whether this is the sender of a question that still waits for its answer, so that the question can wait for room in a mailbox.</summary>
    public virtual bool IsAsking => false;

    /// <summary>Called when a message that names this reference as its sender cannot be answered any more.</summary>
    /// <param name="message">The message.</param>
    /// <param name="recipient">For whom it was.</param>
    /// <param name="cause">Why; null when the recipient has ended.</param>
    public virtual void OnUndeliverable(object message, IActorRef recipient, Exception? cause)
    {
    }

    public override string ToString() => Path.ToString();
}
