namespace Actors.Cells;

/// <summary>What every reference of this library is: something with a user lane and a system lane.</summary>
/// <remarks>A synchronization context only because the cell of an actor is one, which saves an object for each actor.</remarks>
internal abstract class ActorRef : SynchronizationContext, IActorRef
{
    public abstract ActorPath Path { get; }

    public abstract void Tell(object message, IActorRef? sender);

    /// <summary>The system lane; most references have no use for it.</summary>
    public virtual void TellSystem(SystemMessage message)
    {
    }

    /// <summary>Has a reference told when this actor ends; at once when it has. References that do not end ignore it. For any thread.</summary>
    public virtual void AddWatcher(ActorRef watcher)
    {
    }

    /// <summary>Undoes <see cref="AddWatcher"/>.</summary>
    public virtual void RemoveWatcher(ActorRef watcher)
    {
    }

    /// <summary>The actor that answers when this reference is asked; null when it is not for asking.</summary>
    public virtual ActorCell? Asked => null;

    public override string ToString() => Path.ToString();
}
