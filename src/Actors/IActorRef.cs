namespace Actors;

/// <summary>The address of an actor: the only way to reach it. It stays valid, and the same, across restarts.</summary>
/// <remarks>Implemented by this library only. All members may be called from any thread.</remarks>
public interface IActorRef
{
    /// <summary>Where the actor stands in the tree.</summary>
    ActorPath Path { get; }

    /// <summary>Sends a message and returns at once. A message that cannot be delivered becomes a <see cref="DeadLetter"/>.</summary>
    /// <param name="message">The message. It must not be changed afterwards.</param>
    /// <param name="sender">Whom the receiver answers; null means nobody.</param>
    /// <exception cref="ArgumentNullException"><paramref name="message"/> is null.</exception>
    void Tell(object message, IActorRef? sender);
}
