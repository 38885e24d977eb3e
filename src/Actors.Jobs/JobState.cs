namespace Actors.Jobs;

/// <summary>Where a job stands. The legal transitions are in <c>docs/jobs.md</c>. Numbers are stored: they never change meaning.</summary>
public enum JobState
{
    /// <summary>Waits for its time.</summary>
    Scheduled = 1,

    /// <summary>Ready; waits for a free worker.</summary>
    Waiting = 2,

    /// <summary>Granted to a worker.</summary>
    Running = 3,

    /// <summary>An attempt failed; waits for the time of the next one.</summary>
    Retrying = 4,

    /// <summary>Finished: the handler returned.</summary>
    Succeeded = 5,

    /// <summary>Finished: the last attempt failed.</summary>
    Failed = 6,

    /// <summary>Finished: somebody, or the handler, cancelled it, or what it waited for cannot come any more.</summary>
    Cancelled = 7,

    /// <summary>Reserved: no job gets there. By what an attempt was cut short is in <see cref="JobStatus.LastInterruption"/>.</summary>
    Interrupted = 8,

    /// <summary>Its arguments cannot be decoded here. It blocks nobody and waits for a decoder.</summary>
    Parked = 9,

    /// <summary>It brought the process down too often. It waits for a person.</summary>
    Quarantined = 10,

    /// <summary>Waits for other jobs, or parts of them: see <see cref="EnqueueOptions.After(JobId, AfterCondition)"/>.</summary>
    Awaiting = 11,
}
