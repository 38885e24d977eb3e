using Microsoft.Extensions.Logging;

namespace Actors;

/// <summary>What an actor knows and may do, beyond its own fields. For use on the actor's turn only; do not hand it to other threads.</summary>
public interface IActorContext
{
    /// <summary>The system.</summary>
    ActorSystem System { get; }

    /// <summary>The actor itself.</summary>
    IActorRef Self { get; }

    /// <summary>Its supervisor.</summary>
    IActorRef Parent { get; }

    /// <summary>Who sent the current message; the dead letters when nobody did.</summary>
    IActorRef Sender { get; }

    /// <summary>Cancelled as soon as the actor is told to stop, also in the middle of an await, and before a restart.</summary>
    CancellationToken CancellationToken { get; }

    /// <summary>A logger whose category is the path, written <c>Actors.shop.user.queues.emails</c>, so that log levels can be set by prefix.</summary>
    ILogger Logger { get; }

    /// <summary>The actor's own timers: they end with it.</summary>
    IActorTimers Timers { get; }

    /// <summary>The children, in the order in which they were started. Those that have ended and wait to be started again are left out.</summary>
    IReadOnlyList<IActorRef> Children { get; }

    /// <summary>What each child is doing, in the order in which they were started. Others learn the same by asking <see cref="Actors.GetChildren"/>.</summary>
    IReadOnlyList<ChildStatus> GetChildren();

    /// <summary>Starts a child.</summary>
    /// <param name="props">Its recipe.</param>
    /// <param name="name">Its name, unique among the children; null has one made.</param>
    /// <exception cref="InvalidActorNameException">The name is taken or not legal.</exception>
    /// <exception cref="SignificantChildException">The recipe says significant, but it is permanent too, or this actor's strategy never shuts down.</exception>
    IActorRef ActorOf(Props props, string? name = null);

    /// <summary>The child of this name, or null.</summary>
    IActorRef? Child(string name);

    /// <summary>Stops a child, or the actor itself. The stop overtakes queued messages, which become dead letters.</summary>
    /// <remarks>A child that was stopped so is not started again, whatever its restart type. One that waits for its next incarnation is given up.</remarks>
    void Stop(IActorRef actor);

    /// <summary>Gives a child a new instance, as after a failure: its address, mailbox and stash stay. The group of a strategy is not restarted with it.</summary>
    /// <remarks>
    /// The hooks get <see cref="RestartRequestedException"/>. It counts against no limit, and forgives nothing. A child in the middle of an await
    /// is cancelled first; one that waits for its delay is restarted now; one that is stopping, or has ended, is left alone.
    /// </remarks>
    /// <exception cref="ArgumentException">It is not a child of this actor.</exception>
    void Restart(IActorRef child);

    /// <summary>Asks for one <see cref="Terminated"/> when the other actor ends; at once when it has ended already. Watching twice changes nothing.</summary>
    void Watch(IActorRef actor);

    /// <summary>As <see cref="Watch"/>, with a message of one's own instead of <see cref="Terminated"/>.</summary>
    void WatchWith(IActorRef actor, object message);

    /// <summary>Ends a watch. No <see cref="Terminated"/> is delivered after this, even if it is already in the mailbox.</summary>
    void Unwatch(IActorRef actor);

    /// <summary>Keeps the current message aside until it is unstashed.</summary>
    /// <exception cref="StashOverflowException">The stash is full.</exception>
    /// <exception cref="InvalidOperationException">There is no current message, or it is in the stash already.</exception>
    void Stash();

    /// <summary>Puts the message that was stashed first in front of the mailbox; does nothing when there is none.</summary>
    void Unstash();

    /// <summary>Puts all stashed messages in front of the mailbox, in the order in which they were stashed.</summary>
    void UnstashAll();

    /// <summary>Puts the stashed messages that satisfy a condition in front of the mailbox, in the order in which they were stashed. The others stay in the stash.</summary>
    /// <param name="predicate">The condition. When it throws, the stash stays as it was.</param>
    void UnstashAll(Predicate<object> predicate);

    /// <summary>Sends <see cref="ReceiveTimeout"/> to this actor whenever it has received nothing for so long.</summary>
    /// <param name="timeout">Longer than zero, or <see cref="Timeout.InfiniteTimeSpan"/> to end it.</param>
    void SetReceiveTimeout(TimeSpan timeout);

    /// <summary>Runs a task that this actor owns, beside the mailbox: the actor goes on receiving, and is told how it ended.</summary>
    /// <remarks>The task's code runs on the dispatcher's task pool, never on the actor's turn, so it may block or compute.</remarks>
    /// <param name="body">The work.</param>
    /// <param name="completed">Makes the message that tells the actor of the end: the argument is null on success, else the exception.</param>
    void RunTask(Func<Task> body, Func<Exception?, object> completed);

    /// <summary>Waits until the task pool has got to everything that was given to it before, so that what follows from it is in the mailbox.</summary>
    /// <remarks>While a handler awaits this, messages gather without waking anybody. For actors that do work in groups.</remarks>
    /// <param name="atMost">The longest wait, for when the pool is kept by code that blocks.</param>
    ValueTask YieldToTasksAsync(TimeSpan atMost);
}

/// <summary>Timers of one actor, by key. All are cancelled when the actor restarts or stops; no tick of a cancelled or replaced timer is ever delivered.</summary>
public interface IActorTimers
{
    /// <summary>Sends a message to the actor once, after a delay. Replaces the timer of the same key.</summary>
    void StartSingle(object key, object message, TimeSpan delay);

    /// <summary>Sends a message to the actor at a fixed rate. Replaces the timer of the same key. Ticks that were missed are not made up for.</summary>
    void StartPeriodic(object key, object message, TimeSpan initialDelay, TimeSpan interval);

    /// <summary>Ends a timer; does nothing if there is none of this key.</summary>
    void Cancel(object key);

    /// <summary>Whether a timer of this key is to fire yet.</summary>
    bool IsActive(object key);
}
