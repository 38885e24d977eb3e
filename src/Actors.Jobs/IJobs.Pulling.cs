namespace Actors.Jobs;

/// <summary>Jobs for code that drives itself.</summary>
public partial interface IJobs
{
    /// <summary>Lets code of one's own take jobs of a queue, end them and take the next, instead of handlers that are called.</summary>
    /// <remarks>
    /// One at a time in each process and queue, and not beside the handlers of this process: it is for queues that are <see cref="QueueBuilder.EnqueueOnly"/> here, or whose consumer is stopped. Other
    /// processes of a shared store may run handlers of the same queue, or consumers of their own.
    /// </remarks>
    /// <param name="queue">The queue.</param>
    /// <returns>Dispose of it when no more is to be taken.</returns>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    /// <exception cref="InvalidOperationException">Handlers run the jobs of the queue in this process, or a consumer is open.</exception>
    JobConsumer OpenConsumer(string queue);
}
