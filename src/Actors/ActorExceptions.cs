namespace Actors;

/// <summary>An actor was asked to do what actors cannot do.</summary>
public abstract class ActorException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What an exception of user code says; its class when it cannot even say that. What reports a failure must not fail by it.</summary>
    internal static string TextOf(Exception exception)
    {
        try
        {
            return exception.Message;
        }
        catch (Exception)
        {
            return exception.GetType().Name;
        }
    }
}

/// <summary>A name cannot be used for an actor.</summary>
public sealed class InvalidActorNameException(string name, string message) : ActorException(message)
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;
}

/// <summary>The constructor or the start hook of an actor threw. By default the actor is stopped.</summary>
public sealed class ActorInitializationException(ActorPath actor, Exception cause)
    : ActorException($"Actor '{actor}' could not be started: {TextOf(cause)}", cause)
{
    /// <summary>The actor.</summary>
    public ActorPath Actor { get; } = actor;
}

/// <summary>The new instance of a restarted actor threw while it was made or started. It counts as a failure of its own.</summary>
public sealed class PostRestartException(ActorPath actor, Exception cause, Exception original)
    : ActorException($"Actor '{actor}' could not be restarted: {TextOf(cause)} (it was being restarted after: {TextOf(original)})", cause)
{
    /// <summary>The actor.</summary>
    public ActorPath Actor { get; } = actor;

    /// <summary>The failure that led to the first of the restarts which have failed since.</summary>
    public Exception Original { get; } = original;
}

/// <summary>The actor was sent <see cref="Kill"/>.</summary>
public sealed class ActorKilledException(ActorPath actor) : ActorException($"Actor '{actor}' was killed by a Kill message.")
{
    /// <summary>The actor.</summary>
    public ActorPath Actor { get; } = actor;
}

/// <summary>The actor watched another, which ended, and had no handler for its <see cref="Terminated"/>.</summary>
public sealed class DeathPactException(ActorPath actor, ActorPath dead)
    : ActorException($"Actor '{actor}' watches '{dead}', which ended, and has no handler for Terminated. Handle it, or unwatch.")
{
    /// <summary>The watcher.</summary>
    public ActorPath Actor { get; } = actor;

    /// <summary>The actor that ended.</summary>
    public ActorPath Dead { get; } = dead;
}

/// <summary>A child failed more often than its limit allows.</summary>
public sealed class RestartLimitException(ActorPath child, int limit, TimeSpan window, Exception cause)
    : ActorException(
        $"Actor '{child}' failed {limit + 1} times{(window == Timeout.InfiniteTimeSpan ? "" : $" in {window.TotalSeconds:0.#} s")} " +
        $"(limit {limit}) and its supervisor gave up. Fix the inner exception, or raise the restart limit of its supervisor's strategy.", cause)
{
    /// <summary>The child.</summary>
    public ActorPath Child { get; } = child;

    /// <summary>The restarts that were allowed.</summary>
    public int Limit { get; } = limit;

    /// <summary>Within which time; infinite when they were counted without an end.</summary>
    public TimeSpan Window { get; } = window;
}

/// <summary>A child cannot be significant: it is permanent, or its supervisor never shuts down by itself.</summary>
public sealed class SignificantChildException(ActorPath parent, string child, string message) : ActorException(message)
{
    /// <summary>The supervisor.</summary>
    public ActorPath Parent { get; } = parent;

    /// <summary>The name of the child, or its class when it has no name yet.</summary>
    public string Child { get; } = child;
}

/// <summary>Why an instance is replaced when the supervisor called <see cref="IActorContext.Restart"/>: nothing failed.</summary>
public sealed class RestartRequestedException(ActorPath child) : ActorException($"Actor '{child}' is restarted because its supervisor says so.")
{
    /// <summary>The child.</summary>
    public ActorPath Child { get; } = child;
}

/// <summary>A permanent actor ended by itself, which counts as a failure: the actor, and the group that restarts with it, are started again.</summary>
public sealed class PermanentActorEndedException(ActorPath child) : ActorException($"Actor '{child}' is permanent, but ended by itself.")
{
    /// <summary>The child.</summary>
    public ActorPath Child { get; } = child;
}

/// <summary>An Ask was not answered in time.</summary>
public sealed class AskTimeoutException(ActorPath target, Type request, TimeSpan timeout)
    : ActorException(
        $"'{target}' did not answer {request.Name} within {timeout.TotalSeconds:0.###} s. " +
        "It may be busy, have no handler that replies, or wait itself for an answer of whoever asks it (a cycle of asks). " +
        "Pass a longer timeout if the work needs it.")
{
    /// <summary>The actor that was asked.</summary>
    public ActorPath Target { get; } = target;

    /// <summary>The type of the request.</summary>
    public Type Request { get; } = request;
}

/// <summary>An Ask went to an actor that has ended, or that ended before it answered.</summary>
public sealed class ActorNotFoundException(ActorPath target, Type request, bool wasTaken = false)
    : ActorException(
        $"'{target}' cannot answer {request.Name}: " +
        (wasTaken ? "it took the request and has ended without an answer." : "there is no such actor, or it has ended."))
{
    /// <summary>The actor that was asked, or to which it had handed the request on.</summary>
    public ActorPath Target { get; } = target;

    /// <summary>The type of the request.</summary>
    public Type Request { get; } = request;

    /// <summary>Whether the actor had begun with the request, so that part of what it asks for may have been done.</summary>
    public bool WasTaken { get; } = wasTaken;
}

/// <summary>The actor that was asked goes on, but it will not answer: it failed on the request, was restarted with it, or had no room for it.</summary>
/// <remarks>Unless there was no room for it, part of what the request asks for may have been done.</remarks>
public sealed class AskFailedException(ActorPath target, Type request, string why, Exception? cause = null)
    : ActorException($"'{target}' cannot answer {request.Name}: {why}", cause)
{
    /// <summary>The actor that was asked, or to which it had handed the request on.</summary>
    public ActorPath Target { get; } = target;

    /// <summary>The type of the request.</summary>
    public Type Request { get; } = request;
}

/// <summary>An actor has failed so often on one message that it is not given that message any more.</summary>
/// <remarks>
/// The message is kept as a <see cref="DeadLetter"/>, and to replay it ends its quarantine. <see cref="Props.QuarantineAfter"/> says how
/// often it must fail.
/// </remarks>
public sealed class MessageQuarantinedException(ActorPath actor, Type messageType, int count, IReadOnlyList<Exception> failures)
    : ActorException(
        $"'{actor}' has failed {count} times on the same {messageType.Name}, so the message is quarantined. " +
        $"Mend what the inner exception says, then replay the dead letter. The last failure: {TextOf(failures[^1])}", failures[^1])
{
    /// <summary>The actor.</summary>
    public ActorPath Actor { get; } = actor;

    /// <summary>The type of the message.</summary>
    public Type MessageType { get; } = messageType;

    /// <summary>How often it failed.</summary>
    public int Count { get; } = count;

    /// <summary>How it failed, oldest first; the last ten.</summary>
    public IReadOnlyList<Exception> Failures { get; } = failures;
}

/// <summary>Code that runs in the turn of an actor would wait for what that actor can do only after this turn: for ever.</summary>
public sealed class ActorAwaitsItselfException(ActorPath actor, string what, string instead)
    : ActorException($"'{actor}' would wait for itself: {what}, and cannot go on before the handler has ended. {instead}")
{
    /// <summary>The actor.</summary>
    public ActorPath Actor { get; } = actor;
}

/// <summary>An Ask was answered with something else than its request promises.</summary>
public sealed class UnexpectedReplyException(ActorPath target, Type request, Type expected, object reply)
    : ActorException($"'{target}' answered {request.Name} with {reply.GetType().Name}, but {expected.Name} was expected.")
{
    /// <summary>The actor that was asked.</summary>
    public ActorPath Target { get; } = target;

    /// <summary>What it answered.</summary>
    public object Reply { get; } = reply;
}

/// <summary>The actor system is shutting down, so no new actor can be made.</summary>
public sealed class ActorSystemTerminatedException(string system)
    : ActorException($"Actor system '{system}' is terminating: no new actors can be made in it.")
{
    /// <summary>The name of the system.</summary>
    public string System { get; } = system;
}

/// <summary>More messages were stashed than the stash holds.</summary>
public sealed class StashOverflowException(ActorPath actor, int capacity)
    : ActorException($"The stash of '{actor}' is full ({capacity} messages). Unstash earlier, or give its Props a larger stash capacity.")
{
    /// <summary>The actor.</summary>
    public ActorPath Actor { get; } = actor;

    /// <summary>How many messages the stash holds.</summary>
    public int Capacity { get; } = capacity;
}

/// <summary>A mailbox had no room for a message. An Ask fails with this; a message becomes a <see cref="DeadLetter"/> whose cause it is.</summary>
public sealed class MailboxFullException(ActorPath actor, int capacity)
    : ActorException(
        $"The mailbox of '{actor}' is full ({capacity} messages). Send less or later, give its Props a larger mailbox, or have asks wait " +
        "for room with MailboxOverflow.WaitAsker.")
{
    /// <summary>The actor with the full mailbox.</summary>
    public ActorPath Actor { get; } = actor;

    /// <summary>How many messages the mailbox holds.</summary>
    public int Capacity { get; } = capacity;
}

/// <summary>The priority function of an actor's mailbox threw. The actor fails with this in place of handling the message.</summary>
public sealed class MailboxPriorityException(ActorPath actor, Type message, Exception cause)
    : ActorException($"The priority function of the mailbox of '{actor}' threw for {message.Name}: {TextOf(cause)}", cause)
{
    /// <summary>The actor.</summary>
    public ActorPath Actor { get; } = actor;

    /// <summary>The type of the message.</summary>
    public Type MessageType { get; } = message;
}

/// <summary>A handler took longer than its limit, and the Props of its actor say <see cref="OverdueAction.Restart"/>.</summary>
public sealed class HandlerOverdueException(ActorPath actor, Type message, TimeSpan age, TimeSpan limit, Exception? cause = null)
    : ActorException(
        $"'{actor}' took {age.TotalSeconds:0.###} s for {message.Name} (limit {limit.TotalSeconds:0.###} s). Pass the actor's cancellation " +
        "token to what its handler awaits, hand long work to RunTask, or raise Props.HandlerLimit.",
        cause)
{
    /// <summary>The actor.</summary>
    public ActorPath Actor { get; } = actor;

    /// <summary>The type of the message.</summary>
    public Type MessageType { get; } = message;

    /// <summary>How long the handler has taken, at least.</summary>
    public TimeSpan Age { get; } = age;

    /// <summary>How long it may take.</summary>
    public TimeSpan Limit { get; } = limit;
}
