namespace Actors.Jobs;

/// <summary>A queue or a job could not do what was asked.</summary>
public abstract class JobException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The queue cannot take jobs at present. The job was not enqueued.</summary>
public sealed class QueueUnavailableException(string queue, Exception cause)
    : JobException($"Queue '{queue}' takes no jobs at present: {cause.Message}", cause)
{
    /// <summary>The queue.</summary>
    public string Queue { get; } = queue;
}

/// <summary>It is not known whether the job was enqueued. Enqueue it again with the same id: that is safe, because an id is taken once.</summary>
public sealed class JobOutcomeUnknownException(JobId id, string queue, Exception? cause = null)
    : JobException($"It is not known whether job {id} was enqueued in '{queue}'. Enqueue it again with this id: an id is taken once.", cause)
{
    /// <summary>The id to use again.</summary>
    public JobId Id { get; } = id;

    /// <summary>The queue.</summary>
    public string Queue { get; } = queue;
}

/// <summary>There is no queue of this name.</summary>
public sealed class UnknownQueueException(string queue, IEnumerable<string> known)
    : JobException($"There is no queue '{queue}'. Add it with AddQueue(\"{queue}\", …), or use one of: {string.Join(", ", known.Order())}.")
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

/// <summary>A class cannot be used as a job, or a handler cannot be used for it.</summary>
public sealed class JobTypeException(string message) : JobException(message);

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
