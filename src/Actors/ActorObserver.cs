namespace Actors;

/// <summary>Seam: sees what becomes of every actor of a system, and may decorate its instances. The simulation of the TestKit is one.</summary>
/// <remarks>
/// To derive: override what you need and set <see cref="ActorSystemOptions.Observer"/>. Everything is called on the turn of the actor that is
/// named first, so calls about different actors may be made at the same time by different threads; return soon, and do not throw. A
/// system without an observer, the default, pays one comparison where it would be called, and none where a message is handled.
/// </remarks>
public abstract class ActorObserver
{
    /// <summary>An actor has been added to its parent; nothing of it has run. Called by whoever made it, on any thread if the parent is <c>/user</c> or <c>/system</c>.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="parent">Its supervisor.</param>
    /// <param name="props">Its recipe.</param>
    public virtual void OnAdded(IActorRef actor, IActorRef parent, Props props)
    {
    }

    /// <summary>An instance has been made, at first or for a restart. What this throws counts as thrown by its constructor.</summary>
    /// <param name="actor">The actor for which it was made.</param>
    /// <param name="instance">The new instance.</param>
    /// <returns>What is to run: the instance, or an <see cref="ActorDecorator"/> around it.</returns>
    public virtual ActorBase OnCreated(IActorRef actor, ActorBase instance) => instance;

    /// <summary>The start hook of an instance has ended well: messages may be handled from now on.</summary>
    /// <param name="actor">The actor.</param>
    public virtual void OnStarted(IActorRef actor)
    {
    }

    /// <summary>An actor waits no longer for a handler that did not heed its cancelled token. Its code may still be running, and ends apart from the actor.</summary>
    /// <param name="actor">The actor. What follows is told by another call.</param>
    public virtual void OnHandlerGivenUp(IActorRef actor)
    {
    }

    /// <summary>An actor has failed and waits for the verdict of its supervisor.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="cause">Why.</param>
    public virtual void OnFailed(IActorRef actor, Exception cause)
    {
    }

    /// <summary>A supervisor has taken note of a failure that its decider answers with a restart.</summary>
    /// <param name="supervisor">The supervisor.</param>
    /// <param name="child">The child that failed, or the permanent one that ended.</param>
    /// <param name="options">The limits that hold. Not to be changed.</param>
    /// <param name="isGroup">Whether they count for all children of the supervisor together.</param>
    /// <param name="ranFor">How long it had run before; zero if it had not started.</param>
    /// <param name="decision">What the count says.</param>
    public virtual void OnRestartCounted(
        IActorRef supervisor, IActorRef child, RestartOptions options, bool isGroup, TimeSpan ranFor, RestartDecision decision)
    {
    }

    /// <summary>A supervisor has decided about a child that failed.</summary>
    /// <param name="supervisor">The supervisor.</param>
    /// <param name="child">The child.</param>
    /// <param name="directive">What its decider said.</param>
    public virtual void OnDecided(IActorRef supervisor, IActorRef child, Directive directive)
    {
    }

    /// <summary>A supervisor will restart a child, because it failed, or because another one of its group did.</summary>
    /// <param name="supervisor">The supervisor.</param>
    /// <param name="child">The child.</param>
    /// <param name="delay">After which delay; zero is at once.</param>
    /// <param name="isInTurn">Whether it then waits for its turn in a group.</param>
    public virtual void OnRestartPlanned(IActorRef supervisor, IActorRef child, TimeSpan delay, bool isInTurn)
    {
    }

    /// <summary>A failed actor goes on with the instance that it has.</summary>
    /// <param name="actor">The actor.</param>
    public virtual void OnResumed(IActorRef actor)
    {
    }

    /// <summary>The old instance of an actor begins to end; a new one follows.</summary>
    /// <param name="actor">The actor.</param>
    public virtual void OnRestarting(IActorRef actor)
    {
    }

    /// <summary>The number of reasons has changed for which an actor handles no messages, other than its own state.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="suspensions">How many there are now; with 0 it may handle messages again.</param>
    public virtual void OnSuspensions(IActorRef actor, int suspensions)
    {
    }

    /// <summary>An actor has been told to stop: it ends the handler or hook that it is in, then its children, then its last hook.</summary>
    /// <param name="actor">The actor.</param>
    public virtual void OnStopping(IActorRef actor)
    {
    }

    /// <summary>A supervisor waits no longer for a child that did not stop in time.</summary>
    /// <param name="supervisor">The supervisor.</param>
    /// <param name="child">The child. Its code may still be running.</param>
    public virtual void OnAbandoned(IActorRef supervisor, IActorRef child)
    {
    }

    /// <summary>An actor has ended.</summary>
    /// <param name="actor">The actor.</param>
    public virtual void OnEnded(IActorRef actor)
    {
    }

    /// <summary>An actor has begun to watch another.</summary>
    /// <param name="watcher">The actor that is to be told.</param>
    /// <param name="subject">The actor of whose end.</param>
    public virtual void OnWatched(IActorRef watcher, IActorRef subject)
    {
    }

    /// <summary>An actor watches another no longer: because it said so, or because it stops.</summary>
    /// <param name="watcher">The actor that would have been told.</param>
    /// <param name="subject">The actor of whose end.</param>
    public virtual void OnUnwatched(IActorRef watcher, IActorRef subject)
    {
    }

    /// <summary>A watcher is about to handle the news of an end.</summary>
    /// <param name="watcher">The watcher. It watches the other no longer.</param>
    /// <param name="subject">The actor that has ended.</param>
    public virtual void OnMourned(IActorRef watcher, IActorRef subject)
    {
    }
}
