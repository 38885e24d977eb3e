namespace Actors;

/// <summary>The recipe of an actor: how to make an instance of it, at first and for each restart. Immutable; share it freely.</summary>
public sealed record Props
{
    private readonly Func<ActorBase> _create;
    private readonly int _stashCapacity = 10_000;
    private readonly TimeSpan _stopTimeout = TimeSpan.FromSeconds(5);

    private Props(Type type, Func<ActorBase> create)
    {
        Type = type;
        _create = create;
    }

    /// <summary>The class of the actor, for messages and logs.</summary>
    public Type Type { get; }

    /// <summary>How the actor's children are supervised, unless the actor overrides <c>SupervisorStrategy</c>. Null, the default, means the default strategy.</summary>
    public SupervisorStrategy? SupervisorStrategy { get; init; }

    /// <summary>Whether the actor is started again when it ends.</summary>
    /// <value>Default <see cref="RestartType.Transient"/>: after a failure, but not after it was stopped.</value>
    public RestartType RestartType { get; init; } = RestartType.Transient;

    /// <summary>Whether the end of the actor may end its supervisor too, as the supervisor's <see cref="SupervisorStrategy.AutoShutdown"/> says.</summary>
    /// <value>Default false. True is refused with <see cref="SignificantChildException"/> for a permanent actor, and under a supervisor that never shuts down by itself.</value>
    public bool IsSignificant { get; init; }

    /// <summary>How many messages the actor may stash.</summary>
    /// <value>Default 10,000. Beyond it <c>Stash</c> throws <see cref="StashOverflowException"/>. 0 allows no stash.</value>
    public int StashCapacity
    {
        get => _stashCapacity;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(StashCapacity));
            _stashCapacity = value;
        }
    }

    /// <summary>After how many failures on the same message the actor is not given it again. See <see cref="MessageQuarantinedException"/>.</summary>
    /// <value>
    /// Default 3. 1 quarantines a message that fails once; 0 none. Messages are the same when they are one object or are equal, as records
    /// are by their values. A success in between, or a run as long as <see cref="BackoffOptions.ResetAfter"/>, begins the count anew.
    /// </value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int QuarantineAfter
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(QuarantineAfter));
            field = value;
        }
    }
    = 3;

    /// <summary>Longest time an instance of the actor may take to end, for a stop or for a restart, before its parent abandons it with an error in the log.</summary>
    /// <value>Default 5 s. <see cref="TimeSpan.Zero"/> abandons at once; <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</value>
    /// <remarks>
    /// The time in which the actor waits for its own children does not count; they have limits of their own. When the code of an abandoned
    /// actor ends after all, its PostStop runs and the instance is disposed of, beside whatever has taken its name by then.
    /// </remarks>
    public TimeSpan StopTimeout
    {
        get => _stopTimeout;
        init
        {
            if (value != Timeout.InfiniteTimeSpan)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, nameof(StopTimeout));
            }

            _stopTimeout = value;
        }
    }

    /// <summary>How much waits in the actor's mailbox, and in which order it is handled.</summary>
    /// <value>Default <see cref="MailboxOptions.Unbounded"/>.</value>
    public MailboxOptions Mailbox
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Mailbox));
            field = value;
        }
    } = MailboxOptions.Unbounded;

    /// <summary>What runs the actor.</summary>
    /// <value>Default <see cref="ActorDispatcher.Shared"/>. <see cref="ActorDispatcher.Pinned"/> is for handlers that block.</value>
    public ActorDispatcher Dispatcher
    {
        get;
        init => field = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Dispatcher), value, "This is no ActorDispatcher.");
    }

    /// <summary>How long a handler may run or await before it is reported, and what else <see cref="OnOverdue"/> says.</summary>
    /// <value>
    /// Null, the default, takes <see cref="ActorSystemOptions.HandlerLimit"/>. <see cref="Timeout.InfiniteTimeSpan"/> sets none: for an actor
    /// whose handlers block or await for long by design.
    /// </value>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not longer than zero.</exception>
    public TimeSpan? HandlerLimit
    {
        get;
        init
        {
            if (value is { } limit && limit != Timeout.InfiniteTimeSpan)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, nameof(HandlerLimit));
            }

            field = value;
        }
    }

    /// <summary>What happens when a handler takes longer than its limit.</summary>
    /// <value>Default <see cref="OverdueAction.Report"/>.</value>
    public OverdueAction OnOverdue
    {
        get;
        init => field = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(OnOverdue), value, "This is no OverdueAction.");
    }

    /// <summary>A recipe from a factory. It runs on the actor's turn, once for each incarnation, and must return a new instance each time.</summary>
    public static Props Create<TActor>(Func<TActor> factory)
        where TActor : ActorBase
    {
        ArgumentNullException.ThrowIfNull(factory);
        return new Props(typeof(TActor), factory);
    }

    /// <summary>A recipe for an actor with a parameterless constructor.</summary>
    public static Props Create<TActor>()
        where TActor : ActorBase, new() => new(typeof(TActor), static () => new TActor());

    /// <summary>Whether the plain cell will do: no mailbox and no thread of its own.</summary>
    internal bool IsPlain => ReferenceEquals(Mailbox, MailboxOptions.Unbounded) && Dispatcher == ActorDispatcher.Shared && HandlerLimit is null;

    internal ActorBase NewActor() =>
        _create() ?? throw new InvalidOperationException($"The factory of {Type.Name} returned null. It must return a new actor.");
}
