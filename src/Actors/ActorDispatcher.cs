namespace Actors;

/// <summary>What runs an actor.</summary>
public enum ActorDispatcher
{
    /// <summary>The threads that all actors share. A handler that blocks takes one of them away for as long.</summary>
    Shared,

    /// <summary>
    /// A thread of its own, which the actor's handlers and hooks may block, and which ends with the actor. It costs what a thread costs,
    /// and messages reach it more slowly. What the actor gives to <see cref="IActorContext.RunTask"/> runs elsewhere. Where the dispatcher
    /// is not the system's own, as in a simulation, that dispatcher runs the actor like any other.
    /// </summary>
    Pinned,
}
