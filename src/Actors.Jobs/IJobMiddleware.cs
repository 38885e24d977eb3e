namespace Actors.Jobs;

/// <summary>Code around the handlers of a queue: what every attempt goes through, such as a tenant, an audit or a transaction.</summary>
/// <remarks>
/// Taken from the service scope of the attempt if it is registered there, else made from its constructor, for each attempt anew. The first that was added is
/// outermost. It runs when the arguments have been read, so never for a job that is parked. What <c>next</c> throws passes through it like any exception; what the
/// outermost returns or throws is what counts, as if the handler had done so.
/// </remarks>
public interface IJobMiddleware
{
    /// <summary>Does what is to be done around one attempt.</summary>
    /// <param name="context">What is known of the job and this attempt.</param>
    /// <param name="job">The job, an instance of its class.</param>
    /// <param name="next">
    /// Goes on to the next one, and at last to the handler, with the token that it is given. A handler that returns nothing counts as
    /// <see cref="JobResult.Success"/>. Without this call the handler does not run; called again, all behind it runs again.
    /// </param>
    /// <param name="cancellationToken">As for <see cref="IJobHandler{TJob}.HandleAsync"/>.</param>
    /// <returns>What the attempt answers.</returns>
    Task<JobResult> InvokeAsync(JobContext context, object job, Func<CancellationToken, Task<JobResult>> next, CancellationToken cancellationToken);
}
