using Actors.Jobs.Queues;
using Actors.Jobs.Workers;
using Microsoft.Extensions.Logging;

namespace Actors.Jobs;

/// <summary>What runs the jobs of the queues in this process.</summary>
public sealed partial class JobSystem
{
    private readonly Dictionary<string, QueueExecution> _executions = new(StringComparer.Ordinal);

    /// <summary>The middleware around the handlers of a queue, outermost first: that of all queues, then its own.</summary>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    public IReadOnlyList<Type> GetMiddleware(string queue)
    {
        _ = Queue(queue);
        return _executions[queue].Pipeline.Middleware;
    }

    /// <summary>Says that the process is about to end. It changes nothing but the cause of attempts that are cut short from now on (<see cref="JobInterruption.Cause"/>).</summary>
    public void NoteStopping()
    {
        foreach (var execution in _executions.Values)
        {
            execution.IsStopping = true;
        }
    }

    /// <inheritdoc/>
    public async Task<JobProgress?> GetProgressAsync(JobId id, CancellationToken cancellationToken = default)
    {
        foreach (var (queue, handle) in _queues)
        {
            try
            {
                if ((await handle.Actor.AskAsync(new QueueMessage.GetProgress(id), null, cancellationToken)).Progress is { } progress)
                {
                    return progress;
                }
            }
            catch (ActorNotFoundException cause)
            {
                throw new QueueUnavailableException(queue, cause);
            }
        }

        return null;
    }

    private IEnumerable<string> FindMiddlewareFaults(QueueDefinition definition) => JobPipeline.Faults([.. _options.Middleware, .. definition.Middleware])
        .Select(fault => $"Queue '{definition.Name}': {fault}");

    private void AddExecution(QueueDefinition definition)
    {
        var pipeline = new JobPipeline([.. _options.Middleware, .. definition.Middleware]);
        _executions.Add(definition.Name, new QueueExecution(definition.Name, _options.Services, pipeline, _system.TimeProvider, _options.Json) { Jobs = this });
        var logger = _system.LoggerFactory.CreateLogger($"Actors.{_system.Name}.user.queues");
        if (!pipeline.IsEmpty && logger.IsEnabled(LogLevel.Debug))
        {
            Log.MiddlewareUsed(logger, definition.Name, string.Join(" > ", pipeline.Middleware.Select(type => type.Name)));
        }
    }
}
