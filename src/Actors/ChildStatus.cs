namespace Actors;

/// <summary>Asks an actor what its children are doing. Answered by the actor's cell, also while its handler awaits, and while it waits for a restart.</summary>
/// <remarks>
/// Only an Ask is answered so; as an ordinary message it goes to the actor's handlers. An actor whose handler blocks its thread does not
/// answer: the Ask times out.
/// </remarks>
public sealed record GetChildren : IRequest<IReadOnlyList<ChildStatus>>;

/// <summary>One child, as its supervisor sees it. A snapshot: it does not change.</summary>
/// <param name="Actor">The child.</param>
/// <param name="Type">The class of the actor.</param>
/// <param name="RestartType">When it is started again.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Restarts">How many times it was started again since its first start, whatever the reason. Never forgiven.</param>
/// <param name="Since">Since when it is in this state.</param>
public sealed record ChildStatus(IActorRef Actor, Type Type, RestartType RestartType, ChildState State, int Restarts, DateTimeOffset Since);

/// <summary>What a child is doing.</summary>
public enum ChildState
{
    /// <summary>Its first instance is being made, or the start hook of it runs.</summary>
    Starting,

    /// <summary>It handles messages.</summary>
    Running,

    /// <summary>It has failed, and it is not yet decided what follows.</summary>
    Failed,

    /// <summary>It waits for the delay before its restart.</summary>
    Backoff,

    /// <summary>The old instance is ending, or the new one is being made.</summary>
    Restarting,

    /// <summary>It was told to stop and has not ended yet.</summary>
    Stopping,
}
