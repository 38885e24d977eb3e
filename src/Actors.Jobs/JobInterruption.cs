namespace Actors.Jobs;

/// <summary>That an attempt was cut short through no fault of its own. The job runs again, and the attempt does not count.</summary>
/// <param name="Cause">By what.</param>
/// <param name="Attempt">The number of the attempt; the one that follows has the same.</param>
/// <param name="At">When the owner of the queue noted it.</param>
/// <param name="Node">The process that ran it, when that was not the owner of the queue; else null.</param>
public sealed record JobInterruption(JobInterruptionCause Cause, int Attempt, DateTimeOffset At, long? Node)
{
    /// <summary>The cause in words.</summary>
    public string Text => Cause switch
    {
        JobInterruptionCause.ConsumerStopped => $"the consumer of the queue was stopped{Where}",
        JobInterruptionCause.ProcessStopped => $"the process was stopped{Where}",
        JobInterruptionCause.ProcessDied => $"the process died{Where}",
        JobInterruptionCause.ProcessSilent => $"the process said nothing more{Where}",
        _ => "it was given back",
    };

    private string Where => Node is { } node ? $" (node {node})" : "";
}

/// <summary>What cuts attempts short. Numbers are stored: they never change meaning.</summary>
public enum JobInterruptionCause
{
    /// <summary>The consumer was stopped, and the attempt did not end within the stop timeout.</summary>
    ConsumerStopped = 1,

    /// <summary>The process was stopped, and the attempt did not end within the stop timeout.</summary>
    ProcessStopped = 2,

    /// <summary>The process died: a crash, kill -9, a power loss.</summary>
    ProcessDied = 3,

    /// <summary>The process lives but has said nothing within the node timeout, though it was asked.</summary>
    ProcessSilent = 4,
}
