namespace Actors.Jobs;

/// <summary>What a job waits for in another. Numbers are stored: they never change meaning.</summary>
public enum AfterCondition
{
    /// <summary>That it succeeds. When it ends otherwise, the job that waits is cancelled, and so are those that wait for that.</summary>
    Succeeded = 0,

    /// <summary>That it ends, whatever its end: it has succeeded, failed for good, been cancelled or deleted.</summary>
    Finished = 1,
}
