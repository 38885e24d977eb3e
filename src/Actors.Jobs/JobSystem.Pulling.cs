using Actors.Jobs.Workers;

namespace Actors.Jobs;

/// <summary>Jobs for code that drives itself.</summary>
public sealed partial class JobSystem
{
    /// <summary>Before a queue whose store is away is asked again.</summary>
    private static readonly TimeSpan OpenPause = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public JobConsumer OpenConsumer(string queue)
    {
        var handle = Queue(queue);
        var execution = _executions[queue];
        var desk = new PullDesk(execution, () => handle.Options, _handlers[queue]);
        execution.Open(desk);
        return new JobConsumer(queue, desk, PullAsync);

        async Task PullAsync(CancellationToken cancellationToken)
        {
            try
            {
                while (!cancellationToken.IsCancellationRequested)
                {
                    try
                    {
                        await ConsumeAsync(handle, static () => { }, cancellationToken);
                    }
                    catch (Exception cause) when (cause is QueueUnavailableException or ActorException)
                    {
                        // Whoever takes waits until the store is back.
                        await Task.Delay(OpenPause, _system.TimeProvider, cancellationToken);
                    }
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Disposed of while it waited.
            }
            finally
            {
                execution.Close(desk);
            }
        }
    }
}
