namespace Actors.Jobs.Queues;

/// <summary>The legal transitions of a job. The table in docs/jobs.md is this one, and a test compares them.</summary>
internal static class JobTransitions
{
    public static bool IsLegal(JobState from, JobState to) => (from, to) switch
    {
        (JobState.Scheduled or JobState.Retrying, JobState.Waiting) => true,
        (JobState.Waiting, JobState.Running) => true,
        (JobState.Running, JobState.Succeeded or JobState.Failed or JobState.Cancelled) => true,
        (JobState.Running, JobState.Retrying or JobState.Scheduled or JobState.Waiting or JobState.Parked or JobState.Quarantined) => true,
        (JobState.Parked or JobState.Quarantined, JobState.Waiting) => true,
        (JobState.Awaiting, JobState.Waiting or JobState.Scheduled) => true,
        (JobState.Scheduled or JobState.Waiting or JobState.Retrying or JobState.Parked or JobState.Quarantined or JobState.Awaiting, JobState.Cancelled) => true,
        _ => false,
    };
}
