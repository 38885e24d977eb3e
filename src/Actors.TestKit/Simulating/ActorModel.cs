namespace Actors.TestKit.Simulating;

/// <summary>Where an actor is in its life, as far as it can be told from outside.</summary>
internal enum ModelState
{
    Starting,
    Running,
    Failed,
    Restarting,
    Stopping,
    Ended,
}

/// <summary>What must be true of one actor at present.</summary>
internal sealed class ActorModel(IActorRef actor, ActorModel? parent, TimeSpan stopTimeout, int ordinal, bool isSystem, bool isSpared)
{
    public IActorRef Actor => actor;

    public ActorModel? Parent => parent;

    public TimeSpan StopTimeout => stopTimeout;

    /// <summary>Its place among all actors that were made, the same in every run of a seed.</summary>
    public int Ordinal => ordinal;

    /// <summary>Whether it is <c>/system</c> or below it.</summary>
    public bool IsSystem => isSystem;

    /// <summary>Whether faults pass it over.</summary>
    public bool IsSpared => isSpared;

    public ModelState State { get; set; } = ModelState.Starting;

    /// <summary>An instance has been made and not disposed of.</summary>
    public bool HasInstance { get; set; }

    /// <summary>The start hook of the present instance has ended well, and no last hook of it has begun.</summary>
    public bool IsStarted { get; set; }

    /// <summary>Some instance has started.</summary>
    public bool HasStarted { get; set; }

    /// <summary>The code of the user that runs, or awaits, at present.</summary>
    public FaultPoint? Inside { get; set; }

    /// <summary>Counts what begins, so that the end of a handler that was given up is not taken for the end of what runs now.</summary>
    public int Run { get; set; }

    /// <summary>A handler of it has thrown, and the kernel has not said yet what follows.</summary>
    public bool HasThrown { get; set; }

    public int Suspensions { get; set; }

    /// <summary>When the delay ends that a restart waits for; the past if none does.</summary>
    public TimeSpan RestartsAt { get; set; } = TimeSpan.MinValue;

    /// <summary>Its supervisor has decided to restart it, and that has not begun.</summary>
    public bool IsRestartOrdered { get; set; }

    public bool IsAbandoned { get; set; }

    public int LiveChildren { get; set; }

    public TimeSpan StartedAt { get; set; }

    public TimeSpan FailedAt { get; set; }

    /// <summary>Since when nothing but its own last hook keeps it from ending.</summary>
    public TimeSpan StoppingSince { get; set; }

    public HashSet<IActorRef> Watching => field ??= new(ReferenceEqualityComparer.Instance);

    /// <summary>Those of <see cref="Watching"/> that have ended, so that news of them are on their way.</summary>
    public HashSet<IActorRef> Expecting => field ??= new(ReferenceEqualityComparer.Instance);

    /// <summary>Who is to be told of its end.</summary>
    public HashSet<ActorModel> Watchers => field ??= [];

    /// <summary>When it was restarted, since that was last forgiven.</summary>
    public List<TimeSpan> Restarts => field ??= [];

    /// <summary>When children of it were restarted together, since that was last forgiven.</summary>
    public List<TimeSpan> GroupRestarts => field ??= [];

    public bool IsGone => State == ModelState.Ended || IsAbandoned;

    public string Path => actor.Path.Local;

    public bool IsRestartPlanned(TimeSpan now) => RestartsAt >= now;

    /// <summary>How long it had run when it failed, or ended.</summary>
    public TimeSpan RanFor(TimeSpan now) => !HasStarted ? TimeSpan.Zero : (State == ModelState.Failed ? FailedAt : now) - StartedAt;
}
