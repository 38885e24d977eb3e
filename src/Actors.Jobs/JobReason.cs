using Actors.Jobs.Queues;

namespace Actors.Jobs;

/// <summary>Why a job is where it is, and does not run if it does not: exact at the moment of the question, from the owner of its queue.</summary>
/// <param name="Id">The job.</param>
/// <param name="Queue">Its queue.</param>
/// <param name="Kind">The reason. Where several hold, the one that must go first.</param>
/// <param name="Text">The reason in one sentence of English, with the values.</param>
public sealed record JobReason(JobId Id, string Queue, JobReasonKind Kind, string Text)
{
    /// <summary>When the reason ends by itself: the time of the job, the end of a pause, the moment of its token. Null when it has no such end, or that is not known.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Since when: of a pause, or when it finished. Null when that is not known.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What people or failures have said: the reason of a pause, the error of a job that is parked, retried or has failed; null when nothing was said.</summary>
    public string? Because { get; init; }

    /// <summary>The attempt that comes next, or is under way, from 1; the last one of a job that has finished.</summary>
    public int Attempt { get; init; }

    /// <summary>How many attempts are made in all; null when the process that answers has no handler for it.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>How many jobs start before it: those of its priority, with the turns of other keys; only those of its key while that is at a limit. Null when it is not in line.
    /// See <see cref="HasMoreBefore"/>.</summary>
    public long? Before { get; init; }

    /// <summary>Whether there are more before it than were counted: 10,000.</summary>
    public bool HasMoreBefore { get; init; }

    /// <summary>The key that is at its limit, or takes turns with others; null when the job has none, or it is not about that.</summary>
    public string? Key { get; init; }

    /// <summary>The jobs that run and of which one must end first, because a limit of concurrency is reached; at most 10 of them, in the order in which they were enqueued.</summary>
    public IReadOnlyList<JobId> WaitsFor { get; init; } = JobIdList.Empty;

    /// <summary>The process of a shared store that runs it; null when it is the one that owns the queue, or the job does not run.</summary>
    public long? Node { get; init; }
}

/// <summary>Why a job is where it is.</summary>
public enum JobReasonKind
{
    /// <summary>Another process has accepted it, and the owner of its queue has not taken it in yet.</summary>
    InInbox,

    /// <summary>The store of its queue is away: nothing starts.</summary>
    QueueUnavailable,

    /// <summary>Its queue is paused.</summary>
    QueuePaused,

    /// <summary>Its queue had paused itself, and a few attempts of others decide whether it goes on (<see cref="AutoPauseOptions.Trial"/>).</summary>
    Trial,

    /// <summary>No process that runs has a handler for its type.</summary>
    NoHandler,

    /// <summary>No process takes jobs of its queue.</summary>
    NotConsumed,

    /// <summary>Its time has not come.</summary>
    Scheduled,

    /// <summary>An attempt has failed, and the time of the next has not come.</summary>
    Retrying,

    /// <summary>The time of its next attempt has come, and as many retries have begun as may for now (<see cref="RetryBudgetOptions"/>).</summary>
    RetryBudget,

    /// <summary>It had begun when the process died, and waits to run alone.</summary>
    RunsAlone,

    /// <summary>Another job must run alone first.</summary>
    Held,

    /// <summary>More finished jobs wait for the history than the queue can hold: nothing starts.</summary>
    HistoryBehind,

    /// <summary>As many jobs of its key run as may (<see cref="LimitOptions.ConcurrencyPerKey"/>).</summary>
    KeyConcurrencyLimit,

    /// <summary>As many jobs of its key have started as may for now (<see cref="LimitOptions.RatePerKey"/>).</summary>
    KeyRateLimit,

    /// <summary>As many jobs of its queue run as may (<see cref="LimitOptions.Concurrency"/>).</summary>
    ConcurrencyLimit,

    /// <summary>As many jobs of its queue have started as may for now (<see cref="LimitOptions.Rate"/>).</summary>
    RateLimit,

    /// <summary>Others are before it, and the workers are busy.</summary>
    BehindOthers,

    /// <summary>Nothing is in its way: it starts at once.</summary>
    Starting,

    /// <summary>It is granted to a worker.</summary>
    Running,

    /// <summary>Somebody has cancelled or deleted it, and its attempt has not ended.</summary>
    Cancelling,

    /// <summary>Its arguments cannot be decoded.</summary>
    Parked,

    /// <summary>It brought the process down too often, and waits for a person.</summary>
    Quarantined,

    /// <summary>It is on its way to another queue, which has not stored it yet.</summary>
    Moving,

    /// <summary>It waits for other jobs, or parts of them.</summary>
    AwaitsOthers,

    /// <summary>It has succeeded, failed or been cancelled.</summary>
    Finished,
}
