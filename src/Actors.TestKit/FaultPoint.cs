namespace Actors.TestKit;

/// <summary>Where a simulation may make an actor fail.</summary>
public enum FaultPoint
{
    /// <summary>The constructor, or the factory of the Props.</summary>
    Constructor,

    /// <summary>The hook before the first message.</summary>
    PreStart,

    /// <summary>A message handler: before it has done anything, or after it has done everything.</summary>
    Handler,

    /// <summary>The hook of the failed instance before a restart.</summary>
    PreRestart,

    /// <summary>The hook of the new instance after a restart.</summary>
    PostRestart,

    /// <summary>The hook after the last message.</summary>
    PostStop,

    /// <summary>The supervisor strategy, when a child has failed.</summary>
    Strategy,

    /// <summary>The disposal of an instance that can be disposed of.</summary>
    Disposal,
}
