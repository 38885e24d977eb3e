namespace Actors;

/// <summary>Whether a supervisor stops itself when its significant children have done their work (the terms of Erlang/OTP).</summary>
/// <remarks>
/// A significant child (<see cref="Props.IsSignificant"/>) counts when it ends by itself, or when it failed and is not started again. It does not
/// count when its supervisor stops it, nor when it is stopped because of a sibling's failure.
/// </remarks>
public enum AutoShutdown
{
    /// <summary>It goes on without them. No child may be significant.</summary>
    Never,

    /// <summary>It stops as soon as one of them has ended.</summary>
    AnySignificant,

    /// <summary>It stops when the last of them has ended.</summary>
    AllSignificant,
}
