using Actors.Cells;
using Microsoft.Extensions.Logging;

namespace Actors;

/// <summary>The base of every actor. Derive from <see cref="ReceiveActor"/> unless you want the raw message.</summary>
/// <remarks>
/// One message is handled at a time. While a handler awaits, no other user message is handled, but a stop is: it cancels
/// <see cref="IActorContext.CancellationToken"/>, and the handler's <c>finally</c> blocks run before <see cref="PostStopAsync"/>.
/// Do not block in a handler: hand long or blocking work to <see cref="IActorContext.RunTask"/>.
/// </remarks>
public abstract class ActorBase
{
    /// <summary>Attaches the new instance to the actor for which it is being made.</summary>
    /// <exception cref="InvalidOperationException">The constructor was called by hand, outside Props.</exception>
    protected ActorBase()
    {
        Cell = ActorCell.BeingCreated ?? throw new InvalidOperationException(
            $"{GetType().Name} is an actor and cannot be made with 'new'. Use ActorOf(Props.Create(() => new {GetType().Name}(…))).");
    }

    internal ActorCell Cell { get; }

    /// <summary>What the actor knows and may do.</summary>
    protected IActorContext Context => Cell;

    /// <summary>The actor itself.</summary>
    protected IActorRef Self => Cell.Self;

    /// <summary>Who sent the current message; the dead letters when nobody did.</summary>
    protected IActorRef Sender => Cell.Sender;

    /// <summary>A logger whose category is the path, written <c>Actors.shop.user.queues.emails</c>, so that log levels can be set by prefix.</summary>
    protected ILogger Logger => Cell.Logger;

    /// <summary>
    /// Changes who <see cref="Sender"/> is until the current message is handled. For base classes that run code on behalf of an earlier message;
    /// put the sender back afterwards.
    /// </summary>
    /// <param name="sender">The sender of the earlier message; null means nobody.</param>
    protected void SetSender(IActorRef? sender) => Cell.ReplaceSender(sender);

    /// <summary>Handles one message. Throwing, or returning a task that fails, makes the actor fail: its supervisor decides what follows.</summary>
    protected internal abstract ValueTask OnReceiveAsync(object message);

    /// <summary>Runs before the first message. Throwing stops the actor, unless the supervisor's decider says otherwise.</summary>
    protected internal virtual ValueTask PreStartAsync() => default;

    /// <summary>Runs after the last message and after all children have ended. What it throws is logged.</summary>
    protected internal virtual ValueTask PostStopAsync() => default;

    /// <summary>Runs on the failed instance before a restart. By default unwatches and stops all children, then runs <see cref="PostStopAsync"/>.</summary>
    /// <param name="reason">The failure.</param>
    /// <param name="message">The message that was being handled, or null.</param>
    protected internal virtual ValueTask PreRestartAsync(Exception reason, object? message)
    {
        Cell.StopAllChildren();
        return PostStopAsync();
    }

    /// <summary>Runs on the new instance after a restart. By default runs <see cref="PreStartAsync"/>.</summary>
    /// <param name="reason">The failure that led to the restart.</param>
    protected internal virtual ValueTask PostRestartAsync(Exception reason) => PreStartAsync();

    /// <summary>How the children of this actor are supervised. Null, the default, takes that of its Props, or else <see cref="Actors.SupervisorStrategy.Default"/>.</summary>
    protected internal virtual SupervisorStrategy? SupervisorStrategy => null;

    /// <summary>Called for a message without a handler. By default publishes <see cref="UnhandledMessage"/>; for <see cref="Terminated"/> throws <see cref="DeathPactException"/>.</summary>
    protected internal virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
        {
            throw new DeathPactException(Self.Path, terminated.Actor.Path);
        }

        Cell.System.PublishUnhandled(message, Cell.CurrentSender, Self);
    }
}
