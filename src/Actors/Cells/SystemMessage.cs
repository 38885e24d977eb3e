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
    public sealed class Recreate(Exception cause, bool isInGroup) : SystemMessage
    {
        public Exception Cause { get; } = cause;

        /// <summary>Whether the new instance has to wait for <see cref="Rebuild"/>, because those of its siblings must end first.</summary>
        public bool IsInGroup { get; } = isInGroup;
    }

    /// <summary>All old instances of the group have ended, and those before this actor have started again: it is its turn.</summary>
    public sealed class Rebuild : SystemMessage;

    /// <summary>The old instance of a child has ended, and it waits for <see cref="Rebuild"/>.</summary>
    public sealed class ChildHalted(ActorCell child) : SystemMessage
    {
        public ActorCell Child { get; } = child;
    }

    /// <summary>A child of a group has started again.</summary>
    public sealed class ChildStarted(ActorCell child) : SystemMessage
    {
        public ActorCell Child { get; } = child;
    }

    /// <summary>The delay before the restart of a group is over.</summary>
    public sealed class GroupDue(GroupRestart group) : SystemMessage
    {
        public GroupRestart Group { get; } = group;
    }

    /// <summary>A child has failed and awaits its verdict.</summary>
    public sealed class ChildFailed(ActorCell child, Exception cause, TimeSpan ranFor, int restarts) : SystemMessage
    {
        public ActorCell Child { get; } = child;

        public Exception Cause { get; } = cause;

        /// <summary>How long it had been running; zero when it failed before it ran.</summary>
        public TimeSpan RanFor { get; } = ranFor;

        /// <summary>How often it had been restarted: a failure from before a restart that has been ordered needs no verdict.</summary>
        public int Restarts { get; } = restarts;
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
    public sealed class ChildEnded(ActorCell child, TimeSpan ranFor) : SystemMessage
    {
        public ActorCell Child { get; } = child;

        /// <summary>How long it had been running.</summary>
        public TimeSpan RanFor { get; } = ranFor;
    }

    /// <summary>A child has not stopped within its limit.</summary>
    public sealed class ChildOverdue(ActorCell child, ActorCell.StopTimeoutTimer timer) : SystemMessage
    {
        public ActorCell Child { get; } = child;

        public ActorCell.StopTimeoutTimer Timer { get; } = timer;
    }

    /// <summary>The parent waits no longer.</summary>
    public sealed class Abandon : SystemMessage;

    /// <summary>Somebody asks what the children are doing.</summary>
    public sealed class DescribeChildren(GetChildren request, IActorRef asker) : SystemMessage
    {
        public GetChildren Request { get; } = request;

        public IActorRef Asker { get; } = asker;
    }

    /// <summary>A watched actor has ended.</summary>
    public sealed class WatchedEnded(ActorRef actor) : SystemMessage
    {
        public ActorRef Actor { get; } = actor;
    }

    /// <summary>A handler awaits past its limit.</summary>
    public sealed class HandlerOverdue(int turn, bool isGivenUp) : SystemMessage
    {
        public int Turn { get; } = turn;

        /// <summary>Whether its token was cancelled a stop timeout ago.</summary>
        public bool IsGivenUp { get; } = isGivenUp;
    }

    /// <summary>A handler has kept its thread past its limit.</summary>
    public sealed class ThreadOverdue(ActorBase instance, object message, HandlerOverdueException cause) : SystemMessage
    {
        public ActorBase Instance { get; } = instance;

        public object Message { get; } = message;

        public HandlerOverdueException Cause { get; } = cause;
    }

    /// <summary>The rest of an asynchronous handler or hook.</summary>
    public sealed class Continuation(SendOrPostCallback callback, object? state) : SystemMessage
    {
        public SendOrPostCallback Callback { get; } = callback;

        public object? State { get; } = state;
    }
}
