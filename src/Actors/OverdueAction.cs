namespace Actors;

/// <summary>What happens to an actor whose handler runs or awaits longer than its limit.</summary>
public enum OverdueAction
{
    /// <summary>A warning in the log says so, and again whenever the age has doubled, at least once an hour.</summary>
    Report,

    /// <summary>
    /// Beside the warning, the actor's token is cancelled, and the actor fails with <see cref="HandlerOverdueException"/> when the handler
    /// ends: its supervisor decides, by default for a restart. A handler that still awaits after <see cref="Props.StopTimeout"/> is
    /// given up: the actor fails without it. A handler that blocks its thread cannot be taken off it: the actor fails when it
    /// returns or awaits.
    /// </summary>
    Restart,
}
