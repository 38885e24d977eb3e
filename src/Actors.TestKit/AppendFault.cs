namespace Actors.TestKit;

/// <summary>What goes wrong with one append to a journal.</summary>
public enum AppendFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Nothing is written, and the store says so.</summary>
    Unavailable,

    /// <summary>Nothing is written, but nobody knows.</summary>
    UnknownBefore,

    /// <summary>Everything is written, but nobody knows.</summary>
    UnknownAfter,

    /// <summary>The first of several commits are written and the tail is cut off, but nobody knows. An append of one commit is not written.</summary>
    Torn,

    /// <summary>There is never an answer. In a simulation the seed decides whether it is written.</summary>
    Unanswered,
}
