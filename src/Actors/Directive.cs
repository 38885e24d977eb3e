namespace Actors;

/// <summary>What a supervisor does about a child that failed.</summary>
public enum Directive
{
    /// <summary>The child goes on with its next message and keeps its state.</summary>
    Resume,

    /// <summary>The child is replaced by a new instance. Its address, mailbox and stash stay.</summary>
    Restart,

    /// <summary>The child is stopped for good.</summary>
    Stop,

    /// <summary>The supervisor fails with the same exception and leaves the decision to its own supervisor.</summary>
    Escalate,
}

/// <summary>When a child that ended is started again (the terms of Erlang/OTP).</summary>
public enum RestartType
{
    /// <summary>Always, however it ended, unless its supervisor stopped it.</summary>
    Permanent,

    /// <summary>After a failure only.</summary>
    Transient,

    /// <summary>Never: a failure stops it.</summary>
    Temporary,
}

/// <summary>What happens when a child has failed more often than its limit allows.</summary>
public enum ExhaustedAction
{
    /// <summary>The child is stopped, and whoever watches it is told.</summary>
    Fail,

    /// <summary>The supervisor fails with <see cref="RestartLimitException"/>.</summary>
    Escalate,

    /// <summary>The child is tried again at <see cref="RestartOptions.SlowRetryInterval"/>, for ever.</summary>
    SlowRetry,
}
