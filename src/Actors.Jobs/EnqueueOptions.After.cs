using Actors.Jobs.Queues;

namespace Actors.Jobs;

public sealed partial class EnqueueOptions
{
    internal const int MaxParents = 100;
    internal const int MaxPartLength = 100;

    internal List<JobWait>? Parents { get; private set; }

    /// <summary>Lets the job wait, as Awaiting, until another has ended. May be called several times: it waits for all of them, 100 at most.</summary>
    /// <remarks>
    /// A <see cref="Delay(TimeSpan)"/> counts from when there is nothing to wait for any more; <see cref="At"/> is a moment all the same. While it waits, it holds its
    /// claim to be the only one of its kind and counts in no limit.
    /// </remarks>
    /// <param name="parent">The job, or the batch, in whatever queue; it may have ended. It must be known when this one is enqueued, or be enqueued by the same call.</param>
    /// <param name="condition">What must have come of it. When that cannot be any more, the job is cancelled with a reason that names the other.</param>
    public EnqueueOptions After(JobId parent, AfterCondition condition = AfterCondition.Succeeded) => AddParent(parent, condition, null);

    /// <inheritdoc cref="After(JobId, AfterCondition)"/>
    /// <param name="parents">The jobs, or batches.</param>
    /// <param name="condition">What must have come of each.</param>
    public EnqueueOptions After(IEnumerable<JobId> parents, AfterCondition condition = AfterCondition.Succeeded)
    {
        ArgumentNullException.ThrowIfNull(parents);
        foreach (var parent in parents)
        {
            AddParent(parent, condition, null);
        }

        return this;
    }

    /// <summary>Lets the job wait, as Awaiting, until a part of another is done (<see cref="JobContext.CompletePartAsync"/>), or the whole has succeeded.</summary>
    /// <inheritdoc cref="After(JobId, AfterCondition)"/>
    /// <param name="parent">The job.</param>
    /// <param name="part">The name of the part: 1 to 100 characters.</param>
    /// <param name="condition">What is to happen when it ends without having completed that part: with Succeeded this one is cancelled, with Finished it begins.</param>
    public EnqueueOptions After(JobId parent, string part, AfterCondition condition = AfterCondition.Succeeded) =>
        AddParent(parent, condition, CheckText(part, MaxPartLength, nameof(part)));

    /// <summary>Lets the job wait, as Awaiting, until all jobs of a batch have ended.</summary>
    /// <inheritdoc cref="After(JobId, AfterCondition)"/>
    /// <param name="batch">The batch.</param>
    /// <param name="condition">What must have come of it: that all its jobs have succeeded, or have ended.</param>
    public EnqueueOptions After(JobBatch batch, AfterCondition condition = AfterCondition.Succeeded)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return AddParent(batch.Id, condition, null);
    }

    private EnqueueOptions AddParent(JobId parent, AfterCondition condition, string? part)
    {
        if (!Enum.IsDefined(condition))
        {
            throw new ArgumentOutOfRangeException(nameof(condition), condition, "There are Succeeded and Finished.");
        }

        if (parent == default)
        {
            throw new ArgumentException("A job cannot wait for the id of no job. Pass what EnqueueAsync has returned.", nameof(parent));
        }

        var wait = new JobWait(parent, "", condition, part);
        if (Parents?.Contains(wait) == true)
        {
            return this;
        }

        (Parents ??= []).Add(wait);
        return Parents.Count <= MaxParents
            ? this
            : throw new ArgumentException($"A job waits for at most {MaxParents} others. Enqueue those as a batch, and wait for that.", nameof(parent));
    }
}
