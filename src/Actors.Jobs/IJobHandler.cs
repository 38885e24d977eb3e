namespace Actors.Jobs;

/// <summary>Runs jobs of one type. Made anew for each attempt, in a service scope of its own.</summary>
/// <typeparam name="TJob">The job: its properties are the arguments.</typeparam>
public interface IJobHandler<in TJob>
{
    /// <summary>Does the work.</summary>
    /// <remarks>
    /// A job runs <b>at least once</b>: after a crash it may run again, so make what it does safe to repeat (use
    /// <see cref="JobContext.Id"/> as the key). Throwing means failure. A task of type <c>Task&lt;JobResult&gt;</c> may answer more exactly.
    /// </remarks>
    /// <param name="job">The arguments.</param>
    /// <param name="context">What is known of the job and this attempt.</param>
    /// <param name="cancellationToken">Cancelled when the attempt has taken longer than its timeout, when the job is cancelled, and when the consumer stops and its stop-timeout is over.</param>
    Task HandleAsync(TJob job, JobContext context, CancellationToken cancellationToken);
}
