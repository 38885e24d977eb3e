namespace Actors;

/// <summary>The recipe of an actor: how to make an instance of it, at first and for each restart. Immutable; share it freely.</summary>
public sealed record Props
{
    private readonly Func<ActorBase> _create;

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

    /// <summary>How many messages the actor may stash.</summary>
    /// <value>Default 10,000. Beyond it <c>Stash</c> throws <see cref="StashOverflowException"/>.</value>
    public int StashCapacity { get; init; } = 10_000;

    /// <summary>Longest time the actor may take to stop before its parent abandons it with an error in the log.</summary>
    /// <value>Default 5 s. <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</value>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

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
