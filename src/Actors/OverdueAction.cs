namespace Actors;

/// <summary>What happens to an actor whose handler runs or awaits longer than its limit.</summary>
public enum OverdueAction
{
    /// <summary>A warning in the log says so, and again whenever the age has doubled, at least once an hour.</summary>
    Report,

    /// <summary>
    /// Beside the warning, the actor's token is cancelled, and the actor fails with <see cref="HandlerOverdueException"/>: its supervisor
    /// decides, by default for a restart. A handler that awaits has <see cref="Props.StopTimeout"/> to end, and is then given up: what is left
    /// of it runs on the actor's turn, without a current message. A handler that blocks its thread cannot be taken off it: if it does not
    /// return within the stop timeout, the actor is abandoned, and another takes its name, with a mailbox of its own.
    /// </summary>
    Restart,
}
