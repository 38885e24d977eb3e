namespace Actors;

/// <summary>An actor was asked to do what actors cannot do.</summary>
public abstract class ActorException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>A name cannot be used for an actor.</summary>
public sealed class InvalidActorNameException(string name, string message) : ActorException(message)
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;
}

/// <summary>The constructor or the start hook of an actor threw. By default the actor is stopped.</summary>
public sealed class ActorInitializationException(ActorPath actor, Exception cause)
    : ActorException($"Actor '{actor}' could not be started: {cause.Message}", cause)
{
    /// <summary>The actor.</summary>
    public ActorPath Actor { get; } = actor;
}

/// <summary>The new instance of a restarted actor threw while it was made or started. It counts as a failure of its own.</summary>
public sealed class PostRestartException(ActorPath actor, Exception cause, Exception original)
    : ActorException($"Actor '{actor}' could not be restarted: {cause.Message} (it was being restarted after: {original.Message})", cause)
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

/// <summary>An Ask was not answered in time.</summary>
public sealed class AskTimeoutException(ActorPath target, Type request, TimeSpan timeout)
    : ActorException(
        $"'{target}' did not answer {request.Name} within {timeout.TotalSeconds:0.###} s. " +
        "It may be busy, or have no handler that replies; pass a longer timeout if the work needs it.")
{
    /// <summary>The actor that was asked.</summary>
    public ActorPath Target { get; } = target;

    /// <summary>The type of the request.</summary>
    public Type Request { get; } = request;
}

/// <summary>An Ask went to an actor that has ended, or that ended before it answered.</summary>
public sealed class ActorNotFoundException(ActorPath target, Type request)
    : ActorException($"'{target}' cannot answer {request.Name}: there is no such actor, or it has ended.")
{
    /// <summary>The actor that was asked.</summary>
    public ActorPath Target { get; } = target;

    /// <summary>The type of the request.</summary>
    public Type Request { get; } = request;
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
