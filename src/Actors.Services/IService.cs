namespace Actors.Services;

/// <summary>Work that never ends by itself: a loop, a listener, a subscription.</summary>
/// <remarks>
/// A new instance is made for each incarnation, that is, for each start and each restart. <see cref="RunAsync"/> runs in a task that the
/// service's actor owns, so it may compute or block without making the service unable to answer.
/// </remarks>
public interface IService
{
    /// <summary>Does the work until it is told to stop.</summary>
    /// <param name="context">The name, the log, time, hooks: what a service may use of its surroundings.</param>
    /// <param name="cancellationToken">Cancelled at once when the service is told to stop.</param>
    /// <returns>
    /// A task whose end is the end of the service: by a stop, it is Stopped; on its own, Completed; with an exception, it has failed, and
    /// the restart options decide. An <see cref="OperationCanceledException"/> that no stop explains is a failure as well.
    /// </returns>
    Task RunAsync(ServiceContext context, CancellationToken cancellationToken);
}
