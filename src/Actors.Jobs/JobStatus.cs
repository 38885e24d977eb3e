using Actors.Jobs.Queues;

namespace Actors.Jobs;

/// <summary>What is known of a job.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Queue">The queue that owns it.</param>
/// <param name="Type">The stable name of its type.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Attempts">Attempts that have ended and count.</param>
/// <param name="EnqueuedAt">When it was accepted.</param>
/// <param name="DueAt">When it may start next, for a scheduled or retrying job; else null.</param>
/// <param name="FinishedAt">When it finished; null while it has not.</param>
/// <param name="Error">The text of its last failure, or the reason for which it was cancelled; null when there was none.</param>
public sealed record JobStatus(
    JobId Id,
    string Queue,
    string Type,
    JobState State,
    int Attempts,
    DateTimeOffset EnqueuedAt,
    DateTimeOffset? DueAt,
    DateTimeOffset? FinishedAt,
    string? Error)
{
    /// <summary>Its priority; Normal once it is in the history, which does not keep it.</summary>
    public JobPriority Priority { get; init; }

    /// <summary>What it is counted by in limits and taken in turns with; null when by nothing.</summary>
    public string? Key { get; init; }

    /// <summary>The words that it was given to be found by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = TagList.Empty;

    /// <summary>What it has returned (<see cref="JobResult.Succeed"/>), as JSON; null when it has not finished or has returned nothing, and in the lists of a search.</summary>
    public string? Result { get; init; }

    /// <summary>The finished job that it repeats, perhaps with other arguments; null when it repeats none.</summary>
    public JobId? CopyOf { get; init; }

    /// <summary>The others that it waits for, while it is Awaiting.</summary>
    public IReadOnlyList<AwaitedJob> Awaits { get; init; } = ValueList<AwaitedJob>.Empty;

    /// <summary>Its parts that are done (<see cref="JobContext.CompletePartAsync"/>); the history does not keep them.</summary>
    public IReadOnlyList<string> Parts { get; init; } = ValueList<string>.Empty;

    /// <summary>The batch that it belongs to; null when it belongs to none, and once it is in the history, which does not keep it.</summary>
    public JobId? Batch { get; init; }

    /// <summary>Whether it was cancelled while it ran: its token is cancelled, and it becomes Cancelled when its attempt has ended.</summary>
    public bool IsCancelling { get; init; }

    /// <summary>By what its last attempt was cut short that was; null when none was, or the job has finished.</summary>
    public JobInterruption? LastInterruption { get; init; }

    /// <summary>Whether it was accepted in another process, is durable in the inbox of the shared store, and the owner of the queue has not taken it in yet.</summary>
    public bool IsInInbox { get; init; }
}

/// <summary>A queue in numbers.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="IsConsumed">Whether a consumer in this process takes jobs from it.</param>
/// <param name="Workers">How many jobs may run at a time in each process that runs jobs of the queue.</param>
/// <param name="Scheduled">Jobs that wait for their time.</param>
/// <param name="Waiting">Jobs that wait for a worker.</param>
/// <param name="Running">Jobs granted to workers.</param>
/// <param name="Retrying">Jobs that wait for their next attempt.</param>
/// <param name="Parked">Jobs whose arguments could not be decoded.</param>
/// <param name="Quarantined">Jobs that brought the process down.</param>
/// <param name="Succeeded">Jobs that have succeeded since the queue was made.</param>
/// <param name="Failed">Jobs that have failed for good since the queue was made.</param>
/// <param name="Cancelled">Jobs that were cancelled since the queue was made.</param>
/// <param name="Unavailable">Why the queue takes no jobs at present; null when it does.</param>
public sealed record QueueStatus(
    string Queue,
    bool IsConsumed,
    int Workers,
    long Scheduled,
    long Waiting,
    long Running,
    long Retrying,
    long Parked,
    long Quarantined,
    long Succeeded,
    long Failed,
    long Cancelled,
    string? Unavailable)
{
    /// <summary>Jobs that wait for others to end.</summary>
    public long Awaiting { get; init; }

    /// <summary>Running attempts that go on though their token was cancelled more than two seconds ago. Each keeps its worker until it ends.</summary>
    public int Overdue { get; init; }

    /// <summary>Jobs that had begun when the last process died. Each runs alone in the process, before all others.</summary>
    public int Suspects { get; init; }

    /// <summary>Why no job starts, and since when; null when jobs do.</summary>
    public QueuePause? Pause { get; init; }

    /// <summary>Why no new job is taken, and since when; null when the queue takes jobs.</summary>
    public QueueDrain? Drain { get; init; }

    /// <summary>Whether the queue had paused itself, and a few attempts decide now whether it goes on (<see cref="AutoPauseOptions.Trial"/>).</summary>
    public bool IsOnTrial { get; init; }

    /// <summary>How many of <see cref="Retrying"/> are due and wait because of the budget of the queue (<see cref="RetryBudgetOptions"/>).</summary>
    public long HeldRetries { get; init; }

    /// <summary>What somebody has changed of workers and limits while the queue ran; null when it is as configured.</summary>
    public QueueOverride? Override { get; init; }
}

/// <summary>That a queue is paused: it takes jobs, but starts none, until somebody lets it go on.</summary>
/// <param name="Reason">Why, as given by whoever paused it; null when no reason was given.</param>
/// <param name="Since">Since when.</param>
public sealed record QueuePause(string? Reason, DateTimeOffset Since)
{
    /// <summary>When the queue goes on by itself; null when somebody must resume it.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Whether the queue has paused itself (<see cref="AutoPauseOptions"/>); the reason says which attempts failed, and with what.</summary>
    public bool IsAutomatic { get; init; }
}

/// <summary>That a queue is drained: it runs the jobs that it has, and takes no new ones, until somebody resumes it.</summary>
/// <param name="Reason">Why, as given by whoever drains it; null when no reason was given.</param>
/// <param name="Since">Since when.</param>
public sealed record QueueDrain(string? Reason, DateTimeOffset Since);

/// <summary>A part of the live jobs of a queue.</summary>
/// <param name="Jobs">The jobs, oldest first.</param>
/// <param name="Next">Where the next part begins; null at the end.</param>
public sealed record JobPage(IReadOnlyList<JobStatus> Jobs, long? Next);
