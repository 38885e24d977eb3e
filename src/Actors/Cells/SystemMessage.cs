namespace Actors.Cells;

/// <summary>The system lane's messages: a closed family, linked into the lane without further allocation.</summary>
internal abstract class SystemMessage
{
    private SystemMessage()
    {
    }

    public SystemMessage? Next { get; set; }

    /// <summary>Makes the first instance.</summary>
    public sealed class Start : SystemMessage;

    /// <summary>Ends the actor.</summary>
    public sealed class Stop : SystemMessage;

    /// <summary>A supervisor above has failed: handle no user messages.</summary>
    public sealed class Suspend : SystemMessage;

    /// <summary>Undoes one <see cref="Suspend"/>.</summary>
    public sealed class Unsuspend : SystemMessage;

    /// <summary>The verdict after a failure: go on.</summary>
    public sealed class Resume : SystemMessage;

    /// <summary>The verdict after a failure: a new instance.</summary>
    public sealed class Recreate(Exception cause) : SystemMessage
    {
        public Exception Cause { get; } = cause;
    }

    /// <summary>A child has failed and awaits its verdict.</summary>
    public sealed class ChildFailed(ActorCell child, Exception cause, TimeSpan ranFor) : SystemMessage
    {
        public ActorCell Child { get; } = child;

        public Exception Cause { get; } = cause;

        /// <summary>How long it had been running; zero when it failed before it ran.</summary>
        public TimeSpan RanFor { get; } = ranFor;
    }

    /// <summary>Somebody else than the parent wants a child stopped, for good.</summary>
    public sealed class StopChild(ActorCell child) : SystemMessage
    {
        public ActorCell Child { get; } = child;
    }

    /// <summary>The delay before the next incarnation of a permanent child is over.</summary>
    public sealed class ReplaceChild(ActorCell ended) : SystemMessage
    {
        public ActorCell Ended { get; } = ended;
    }

    /// <summary>A child has ended; its name is free.</summary>
    public sealed class ChildEnded(ActorCell child) : SystemMessage
    {
        public ActorCell Child { get; } = child;
    }

    /// <summary>A child has not stopped within its limit.</summary>
    public sealed class ChildOverdue(ActorCell child, ActorCell.StopTimeoutTimer timer) : SystemMessage
    {
        public ActorCell Child { get; } = child;

        public ActorCell.StopTimeoutTimer Timer { get; } = timer;
    }

    /// <summary>The parent waits no longer.</summary>
    public sealed class Abandon : SystemMessage;

    /// <summary>Somebody wants to know of this actor's end.</summary>
    public sealed class Watch(ActorRef watcher) : SystemMessage
    {
        public ActorRef Watcher { get; } = watcher;
    }

    /// <summary>Undoes <see cref="Watch"/>.</summary>
    public sealed class Unwatch(ActorRef watcher) : SystemMessage
    {
        public ActorRef Watcher { get; } = watcher;
    }

    /// <summary>A watched actor has ended.</summary>
    public sealed class WatchedEnded(ActorRef actor) : SystemMessage
    {
        public ActorRef Actor { get; } = actor;
    }

    /// <summary>The rest of an asynchronous handler or hook.</summary>
    public sealed class Continuation(SendOrPostCallback callback, object? state) : SystemMessage
    {
        public SendOrPostCallback Callback { get; } = callback;

        public object? State { get; } = state;
    }
}
