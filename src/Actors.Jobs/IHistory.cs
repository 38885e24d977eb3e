namespace Actors.Jobs;

/// <summary>Port: the finished jobs, a projection of the journals that is idempotent by job id.</summary>
/// <remarks>
/// The duties of an implementer: a completed <see cref="WriteAsync"/> is durable; writing the same job again changes nothing but
/// may replace the row with an equal one; reads see every write that completed before they began. All members may be called from any thread.
/// </remarks>
public interface IHistory
{
    /// <summary>Stores finished jobs in bulk.</summary>
    Task WriteAsync(IReadOnlyList<FinishedJob> jobs, CancellationToken cancellationToken);

    /// <summary>The job with this id, or null when it is not in the history.</summary>
    Task<FinishedJob?> FindAsync(JobId id, CancellationToken cancellationToken);

    /// <summary>The number of finished jobs that match.</summary>
    Task<long> CountAsync(HistoryFilter filter, CancellationToken cancellationToken);

    /// <summary>The newest finished jobs that match, newest first.</summary>
    /// <param name="filter">What to look for.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="before">Only jobs that sort before this one (the last of the page before), or null for the first page.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<FinishedJob>> ListAsync(
        HistoryFilter filter, int limit, HistoryCursor? before, CancellationToken cancellationToken);

    /// <summary>The finished jobs that match and were enqueued last, newest first: by the time at which they were enqueued, then by id.</summary>
    /// <param name="filter">What to look for.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="before">Only jobs that are older than this position, or null for the newest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<FinishedJob>> SearchAsync(HistoryFilter filter, int limit, JobPosition? before, CancellationToken cancellationToken);

    /// <summary>The errors of the finished jobs that match, those that most jobs have first; equally many by fingerprint.</summary>
    /// <param name="filter">Which jobs to look at.</param>
    /// <param name="limit">At most so many errors, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<ErrorCount>> CountErrorsAsync(HistoryFilter filter, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes jobs of a queue and a state that finished before a time, the oldest first.</summary>
    /// <remarks>
    /// One call does a bounded amount of work, whatever is in the history: it may end before it has found as many as it may delete. Call it again, while it says that there is more, to delete all.
    /// </remarks>
    /// <param name="queue">The queue that owned them; one without history is no error.</param>
    /// <param name="state">Succeeded, Failed or Cancelled.</param>
    /// <param name="finishedBefore">Those that finished then, or later, stay.</param>
    /// <param name="limit">Deletes at most so many; at least 1.</param>
    /// <param name="cancellationToken">Ends the wait; jobs may be deleted nevertheless.</param>
    Task<PruneResult> PruneAsync(string queue, JobState state, DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes these jobs, those of them that it has.</summary>
    /// <returns>How many were deleted.</returns>
    Task<int> DeleteAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken);
}

/// <summary>What a call of <see cref="IHistory.PruneAsync"/> has done.</summary>
/// <param name="Deleted">How many jobs it has deleted.</param>
/// <param name="HasMore">Whether it ended before it had looked at all; there may be no more to delete all the same.</param>
public readonly record struct PruneResult(int Deleted, bool HasMore);

/// <summary>What to look for in the history. A null property matches everything.</summary>
public sealed record HistoryFilter
{
    /// <summary>Only this queue.</summary>
    public string? Queue { get; init; }

    /// <summary>Only this job type, by its stable name.</summary>
    public string? Type { get; init; }

    /// <summary>Only this final state.</summary>
    public JobState? State { get; init; }

    /// <summary>Only these final states.</summary>
    /// <value>Default empty: any.</value>
    public IReadOnlyCollection<JobState> States { get; init; } = [];

    /// <summary>Only jobs with this key.</summary>
    public string? Key { get; init; }

    /// <summary>Only jobs that have this tag.</summary>
    public string? Tag { get; init; }

    /// <summary>Only jobs that have all these among their <see cref="FinishedJob.IndexedArgs"/>.</summary>
    /// <value>Default empty: whatever they have.</value>
    public IReadOnlyList<ulong> IndexedArgs { get; init; } = [];

    /// <summary>Only jobs whose error has this fingerprint.</summary>
    public string? ErrorFingerprint { get; init; }

    /// <summary>Only jobs that were enqueued at or after this time.</summary>
    public DateTimeOffset? EnqueuedFrom { get; init; }

    /// <summary>Only jobs that were enqueued before this time.</summary>
    public DateTimeOffset? EnqueuedBefore { get; init; }

    /// <summary>Only jobs that finished at or after this time.</summary>
    public DateTimeOffset? FinishedFrom { get; init; }

    /// <summary>Only jobs that finished before this time.</summary>
    public DateTimeOffset? FinishedBefore { get; init; }
}

/// <summary>A place in the history, for paging in a stable order.</summary>
/// <param name="FinishedAt">When the last job of the page finished.</param>
/// <param name="Id">Its id.</param>
public readonly record struct HistoryCursor(DateTimeOffset FinishedAt, JobId Id);

/// <summary>A job that is over.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Queue">The queue that owned it.</param>
/// <param name="Type">The stable name of its type.</param>
/// <param name="TypeVersion">The version of the arguments.</param>
/// <param name="State">Succeeded, Failed or Cancelled.</param>
/// <param name="Attempts">How many attempts counted.</param>
/// <param name="EnqueuedAt">When it was accepted.</param>
/// <param name="FinishedAt">When its last attempt ended.</param>
/// <param name="Error">The text of its last failure, or null.</param>
/// <param name="Args">Its arguments as JSON; empty when they are not kept.</param>
public sealed record FinishedJob(
    JobId Id,
    string Queue,
    string Type,
    int TypeVersion,
    JobState State,
    int Attempts,
    DateTimeOffset EnqueuedAt,
    DateTimeOffset FinishedAt,
    string? Error,
    ReadOnlyMemory<byte> Args)
{
    /// <summary>Its key; null when it had none.</summary>
    public string? Key { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What its error has in common with the same error of other jobs: 16 hexadecimal digits; null when it has no error.</summary>
    public string? ErrorFingerprint { get; init; }

    /// <summary>What it has returned, as JSON; null when it has returned nothing.</summary>
    public string? Result { get; init; }

    /// <summary>The finished job that it repeats; null when it repeats none.</summary>
    public JobId? CopyOf { get; init; }

    /// <summary>Numbers that stand for the paths and values of its arguments that are declared <c>[Index]</c>: by them it is found.</summary>
    public IReadOnlyList<ulong> IndexedArgs { get; init; } = [];
}

/// <summary>How many jobs have the same error.</summary>
/// <param name="Fingerprint">What stands for the error: 16 hexadecimal digits.</param>
/// <param name="Count">How many jobs.</param>
/// <param name="Example">One of them, of those that were enqueued last.</param>
/// <param name="Error">The text of its error.</param>
public sealed record ErrorCount(string Fingerprint, long Count, JobId Example, string Error);
