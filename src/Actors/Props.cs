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

    /// <summary>Longest time the actor may take to stop before its parent abandons it with an error in the log.</summary>
    /// <value>Default 5 s. <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</value>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

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

    internal ActorBase NewActor() =>
        _create() ?? throw new InvalidOperationException($"The factory of {Type.Name} returned null. It must return a new actor.");
}
