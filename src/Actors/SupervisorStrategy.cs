namespace Actors;

/// <summary>How a supervisor treats children that fail. Immutable; share it freely. One of <see cref="OneForOneStrategy"/>, <see cref="AllForOneStrategy"/>, <see cref="RestForOneStrategy"/>.</summary>
public abstract class SupervisorStrategy
{
    private protected SupervisorStrategy(RestartOptions? restart, Func<Exception, Directive>? decider)
    {
        Restart = restart is null ? new RestartOptions() : restart with { Backoff = restart.Backoff is null ? null : restart.Backoff with { } };
        Restart.Validate();
        Decider = decider ?? DefaultDecider;
    }

    /// <summary>One-for-one, the default decider, no limit, no delay.</summary>
    public static SupervisorStrategy Default { get; } = new OneForOneStrategy();

    /// <summary>One-for-one that stops every child which fails.</summary>
    public static SupervisorStrategy Stopping { get; } = new OneForOneStrategy(decider: static _ => Directive.Stop);

    /// <summary>In which order children stop when several are to.</summary>
    /// <value>Default <see cref="StopOrder.Reverse"/>: one after the other, the last that was started first.</value>
    public StopOrder StopOrder { get; init; } = StopOrder.Reverse;

    /// <summary>Whether the supervisor stops itself when its significant children have ended.</summary>
    /// <value>Default <see cref="AutoShutdown.Never"/>.</value>
    public AutoShutdown AutoShutdown { get; init; } = AutoShutdown.Never;

    internal RestartOptions Restart { get; }

    internal Func<Exception, Directive> Decider { get; }

    /// <summary>Stops on <see cref="ActorInitializationException"/>, <see cref="ActorKilledException"/> and <see cref="DeathPactException"/>; restarts on everything else.</summary>
    public static Directive DefaultDecider(Exception cause) =>
        cause is ActorInitializationException or ActorKilledException or DeathPactException
            ? Directive.Stop
            : Directive.Restart;

    /// <summary>A decider from a list of types, tested in order; the first that the exception is an instance of decides.</summary>
    public static Func<Exception, Directive> Decide(Directive otherwise, params (Type Exception, Directive Directive)[] rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return cause =>
        {
            foreach (var (type, directive) in rules)
            {
                if (type.IsInstanceOfType(cause))
                {
                    return directive;
                }
            }

            return otherwise;
        };
    }
}

/// <summary>Only the child that failed is restarted or stopped. Restarts are counted for each child.</summary>
/// <param name="restart">Limit, window and delays; null for no limit and no delay.</param>
/// <param name="decider">Maps a failure to a directive; null for <see cref="SupervisorStrategy.DefaultDecider"/>.</param>
public sealed class OneForOneStrategy(RestartOptions? restart = null, Func<Exception, Directive>? decider = null)
    : SupervisorStrategy(restart, decider);

/// <summary>When one child is restarted or stopped, all are. Restarts are counted for the group.</summary>
/// <param name="restart">Limit, window and delays; null for no limit and no delay.</param>
/// <param name="decider">Maps a failure to a directive; null for <see cref="SupervisorStrategy.DefaultDecider"/>.</param>
public sealed class AllForOneStrategy(RestartOptions? restart = null, Func<Exception, Directive>? decider = null)
    : SupervisorStrategy(restart, decider);

/// <summary>When one child is restarted or stopped, so are those that were started after it. Restarts are counted for the group.</summary>
/// <param name="restart">Limit, window and delays; null for no limit and no delay.</param>
/// <param name="decider">Maps a failure to a directive; null for <see cref="SupervisorStrategy.DefaultDecider"/>.</param>
public sealed class RestForOneStrategy(RestartOptions? restart = null, Func<Exception, Directive>? decider = null)
    : SupervisorStrategy(restart, decider);
