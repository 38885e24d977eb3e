using System.Globalization;
using Actors.Jobs.Types;

namespace Actors.Jobs;

/// <summary>A queue or a job could not do what was asked.</summary>
public abstract class JobException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The queue cannot store anything at present. The job was not enqueued, or not changed.</summary>
public sealed class QueueUnavailableException(string queue, Exception cause)
    : JobException($"Queue '{queue}' is unavailable at present: {cause.Message}", cause)
{
    /// <summary>The queue.</summary>
    public string Queue { get; } = queue;
}

/// <summary>It is not known whether the job was enqueued, or changed. Do the same again: an id is taken once, and a job is cancelled once.</summary>
public sealed class JobOutcomeUnknownException : JobException
{
    /// <summary>Of an enqueue.</summary>
    public JobOutcomeUnknownException(JobId id, string queue, Exception? cause = null)
        : this($"It is not known whether job {id} was enqueued in '{queue}'. Enqueue it again with this id: an id is taken once.", id, queue, cause)
    {
    }

    private JobOutcomeUnknownException(string message, JobId id, string queue, Exception? cause)
        : base(message, cause)
    {
        Id = id;
        Queue = queue;
    }

    /// <summary>The id to use again.</summary>
    public JobId Id { get; }

    /// <summary>The queue.</summary>
    public string Queue { get; }

    internal static JobOutcomeUnknownException OfChange(JobId id, string queue, Exception? cause) => new(
        $"It is not known whether the change of job {id} in '{queue}' was stored. Ask for it again: that does no harm if it was.", id, queue, cause);
}

/// <summary>There is no queue of this name.</summary>
public sealed class UnknownQueueException(string queue, IEnumerable<string> known)
    : JobException($"There is no queue '{queue}'.{NearestName.Hint(queue, known)} There are: {string.Join(", ", known.Order())}. In code, AddQueue(\"{queue}\", …) adds one.")
{
    /// <summary>The name.</summary>
    public string Queue { get; } = queue;
}

/// <summary>There is no job of this id, neither live nor in the history.</summary>
public sealed class UnknownJobException(JobId id)
    : JobException($"There is no job {id}: it was never enqueued here, or it is older than the history keeps.")
{
    /// <summary>The id.</summary>
    public JobId Id { get; } = id;
}

/// <summary>What a job was to wait for is not known. Nothing was enqueued.</summary>
public sealed class UnknownParentException(JobId parent)
    : JobException($"There is no job and no batch {parent} to wait for: it was never enqueued here, was deleted, or is older than the history keeps. Nothing was enqueued.")
{
    /// <summary>The id.</summary>
    public JobId Parent { get; } = parent;
}

/// <summary>It is not known whether all of a batch was enqueued. Enqueue it again with its id and the same jobs: none of them is enqueued twice, and what follows it waits for all.</summary>
public sealed class BatchIncompleteException(JobId batch, string queue, long enqueued, long expected, Exception cause)
    : JobException($"Of batch {batch} in '{queue}', {enqueued} of {expected} jobs are known to be enqueued. Enqueue it again with this id, .Id(…), and the same jobs: none is enqueued twice. {cause.Message}", cause)
{
    /// <summary>The id to use again.</summary>
    public JobId Batch { get; } = batch;

    /// <summary>The queue of its jobs.</summary>
    public string Queue { get; } = queue;
}

/// <summary>There is a job of the same kind already, and the rule says <see cref="UniqueConflict.Reject"/>. Nothing was enqueued.</summary>
public sealed class JobConflictException(JobId existing, string type)
    : JobException($"There is a job of the same kind as this '{type}' already: {existing}. Its type or the enqueue says that there is one at a time, and that others are rejected.")
{
    /// <summary>The job that there is.</summary>
    public JobId Existing { get; } = existing;
}

/// <summary>The job is there, and cannot be changed as asked. It stays as it is.</summary>
public sealed class JobRefusedException(JobId id, JobState state, string reason)
    : JobException($"Job {id} is {state} and was not changed. {reason}")
{
    /// <summary>The job.</summary>
    public JobId Id { get; } = id;

    /// <summary>Where it stands.</summary>
    public JobState State { get; } = state;
}

/// <summary>More jobs match a filter than were expected. Nothing was changed.</summary>
/// <remarks>A job that moved to the history while they were counted counts twice: what is refused for that succeeds when it is done again.</remarks>
public sealed class TooManyJobsException(long matched, long atMost)
    : JobException(string.Create(
        CultureInfo.InvariantCulture,
        $"The filter matches {matched:N0} {(matched == 1 ? "job" : "jobs")} that can be changed so, more than the {atMost:N0} that were expected. Nothing was changed. Count them with CountAsync, and name that number if they are meant."))
{
    /// <summary>How many match.</summary>
    public long Matched { get; } = matched;

    /// <summary>How many were expected.</summary>
    public long AtMost { get; } = atMost;
}

/// <summary>A change of many jobs ended after some of them. Those stay changed; the same call again does the rest.</summary>
public sealed class BulkInterruptedException(BulkResult soFar, JobException cause)
    : JobException(string.Create(
        CultureInfo.InvariantCulture,
        $"It ended after {soFar.Changed:N0} of {soFar.Matched:N0} jobs, which stay changed; do it again for the rest. {cause.Message}"), cause)
{
    /// <summary>What had been done and was durable by then.</summary>
    public BulkResult SoFar { get; } = soFar;
}

/// <summary>The job has no result, or none of the type that was asked for.</summary>
public sealed class JobResultException(JobId id, JobState state, string reason, Exception? cause = null)
    : JobException($"Job {id} is {state}, and its result cannot be told. {reason}", cause)
{
    /// <summary>The job.</summary>
    public JobId Id { get; } = id;

    /// <summary>Where it stands.</summary>
    public JobState State { get; } = state;
}

/// <summary>A class cannot be used as a job, or a handler cannot be used for it.</summary>
public sealed class JobTypeException(string message) : JobException(message);

/// <summary>Thrown by a handler whose job cannot succeed however often it is tried: the job fails at once and for good.</summary>
/// <remarks>Derive from it for a failure of your own, or name exceptions that are not yours with <see cref="QueueBuilder.DoNotRetry{TException}"/>.</remarks>
public class NonRetryableException(string message, Exception? cause = null) : JobException(message, cause);

/// <summary>The arguments are larger than the queue takes.</summary>
public sealed class JobTooLargeException(string type, int bytes, int limit)
    : JobException(
        $"The arguments of a '{type}' job are {bytes:N0} bytes, more than the {limit:N0} that a queue takes. " +
        "Store the data elsewhere and pass its key, or raise 'max-args-bytes' (at most 16 MB).")
{
    /// <summary>Their size.</summary>
    public int Bytes { get; } = bytes;

    /// <summary>The limit.</summary>
    public int Limit { get; } = limit;
}
