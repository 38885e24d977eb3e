namespace Actors.Jobs;

/// <summary>Jobs that a job enqueues. Their ids are made from its own and from how many calls came before, so that an attempt that is run again enqueues none of them twice.</summary>
public sealed partial class JobContext
{
    private int _calls;

    /// <summary>Enqueues a job, once for all attempts of this one.</summary>
    /// <remarks>
    /// The calls of an attempt are counted: each attempt must make them in the same order, and not side by side. In a queue that does not keep what succeeded (<c>keep-succeeded = false</c>),
    /// a child that has succeeded is forgotten, and an attempt after that enqueues it again; <see cref="EnqueueManyAsync"/> does not. So is a child that has ended longer ago than the history keeps
    /// (<see cref="QueueOptions.Retention"/>).
    /// </remarks>
    /// <inheritdoc cref="IJobs.EnqueueAsync{TJob}"/>
    public Task<JobId> EnqueueAsync<TJob>(TJob job, Action<EnqueueOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull
    {
        var id = NextChild();
        return Jobs.EnqueueAsync(
            job,
            options =>
            {
                options.Id(id);
                configure?.Invoke(options);
            },
            cancellationToken);
    }

    /// <summary>Enqueues many jobs of one queue as a batch that nothing follows, once for all attempts of this one.</summary>
    /// <remarks>
    /// Each attempt must have as many of them: get what they are made from in a step (<see cref="StepAsync{T}"/>) when it may change. They are stored some hundred at a time, and
    /// others of the queue start meanwhile.
    /// </remarks>
    /// <returns>The batch: it has the ids of its jobs, can be waited for and be asked for with <see cref="IJobs.GetBatchAsync"/>. A batch of nothing is over at once.</returns>
    /// <inheritdoc cref="IJobs.EnqueueBatchAsync{TJob}"/>
    public Task<JobBatch> EnqueueManyAsync<TJob>(IReadOnlyCollection<TJob> jobs, Action<EnqueueOptions, int>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull => EnqueueBatchAsync(jobs, configure is null ? null : batch => batch.Each(configure), cancellationToken);

    /// <summary>Enqueues a batch, once for all attempts of this job.</summary>
    /// <inheritdoc cref="EnqueueManyAsync"/>
    public Task<JobBatch> EnqueueBatchAsync<TJob>(IReadOnlyCollection<TJob> jobs, Action<BatchOptions>? configure = null, CancellationToken cancellationToken = default)
        where TJob : notnull
    {
        var id = NextChild();
        return Jobs.EnqueueBatchAsync(
            jobs,
            batch =>
            {
                batch.Id(id);
                configure?.Invoke(batch);
            },
            cancellationToken);
    }

    private IJobs Jobs => Execution?.Jobs ?? throw new InvalidOperationException("A job that runs in no queue cannot enqueue others here. Inject IJobs.");

    private JobId NextChild() => JobBatch.Derive(Id, 'j', _calls++);
}
