namespace Actors.TestKit;

/// <summary>What runs the actors of a test.</summary>
public enum TestDispatcher
{
    /// <summary>One thread, on which a seed decides who is next: the same run every time.</summary>
    Simulation,

    /// <summary>The threads of production, with virtual time all the same.</summary>
    Threads,
}
