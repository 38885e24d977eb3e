namespace Actors.Jobs;

/// <summary>What follows a batch, and what its jobs have in common.</summary>
public sealed class BatchOptions
{
    private const int MaxCallbacks = 20;

    internal JobId? ChosenId { get; private set; }

    internal Action<EnqueueOptions, int>? EachJob { get; private set; }

    internal List<(object Job, AfterCondition Condition, Action<EnqueueOptions>? Configure)> Callbacks { get; } = [];

    /// <summary>Gives the batch an id of the caller's making. Enqueuing it again with the same jobs completes what was cut short, and else changes nothing.</summary>
    public BatchOptions Id(JobId id)
    {
        ChosenId = id;
        return this;
    }

    /// <summary>The options of each job of the batch, with its place from 0. They have ids that are made from that of the batch: <see cref="JobBatch.IdOf"/>.</summary>
    public BatchOptions Each(Action<EnqueueOptions, int> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        EachJob = configure;
        return this;
    }

    /// <summary>Enqueues a job that begins when all jobs of the batch have succeeded, and is cancelled when one of them has not by the time that all have ended.</summary>
    /// <param name="job">The job, of any type and for any queue.</param>
    /// <param name="configure">Its options; null for the defaults.</param>
    public BatchOptions OnSucceeded(object job, Action<EnqueueOptions>? configure = null) => Add(job, AfterCondition.Succeeded, configure);

    /// <summary>Enqueues a job that begins when all jobs of the batch have ended, whatever came of them.</summary>
    /// <inheritdoc cref="OnSucceeded"/>
    public BatchOptions OnFinished(object job, Action<EnqueueOptions>? configure = null) => Add(job, AfterCondition.Finished, configure);

    private BatchOptions Add(object job, AfterCondition condition, Action<EnqueueOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(job);
        Callbacks.Add((job, condition, configure));
        return Callbacks.Count <= MaxCallbacks
            ? this
            : throw new ArgumentException($"A batch has at most {MaxCallbacks} jobs that follow it. Let one of them enqueue the others.", nameof(job));
    }
}
