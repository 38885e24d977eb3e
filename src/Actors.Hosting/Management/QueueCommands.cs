using Actors.Hosting.Starting;
using Actors.Jobs;

namespace Actors.Hosting.Management;

/// <summary>Carries out what the socket brings for queues.</summary>
internal sealed class QueueCommands(ActorsRuntime runtime)
{
    private IJobs Jobs => JobCommands.Of(runtime);

    public async Task<Answer> ListAsync(ManagementRequest request, string heading, CancellationToken cancellationToken)
    {
        var queues = await Task.WhenAll((request.Queues.Count == 0 ? Jobs.Queues : Named(request)).Select(queue => Jobs.GetQueueAsync(queue, cancellationToken)));
        var answer = Answer(queues, heading);
        return answer with { Outcome = answer.Queues?.Any(queue => queue.Trouble is not null) == true ? ManagementOutcome.Incomplete : ManagementOutcome.Done };
    }

    public Task<Answer> PauseAsync(ManagementRequest request, string heading) =>
        ChangeAsync(request, "pause", heading, queue => Jobs.PauseAsync(queue, request.Reason, request.Until));

    public Task<Answer> ConfigureAsync(ManagementRequest request, string heading) =>
        ChangeAsync(request, "change", heading, queue => Jobs.ReconfigureQueueAsync(queue, request.Change ?? new QueueChange(), request.By, request.Reason));

    public Task<Answer> ResetAsync(ManagementRequest request, string heading) => ChangeAsync(request, "reset", heading, queue => Jobs.ResetQueueAsync(queue));

    public Task<Answer> ResumeAsync(ManagementRequest request, string heading) => ChangeAsync(request, "resume", heading, queue => Jobs.ResumeAsync(queue));

    public Task<Answer> DrainAsync(ManagementRequest request, string heading, CancellationToken cancellationToken) =>
        ChangeAsync(request, "drain", heading, queue => Jobs.DrainAsync(queue, request.Reason, cancellationToken));

    private async Task<Answer> ChangeAsync(ManagementRequest request, string command, string heading, Func<string, Task<QueueStatus>> change)
    {
        if (request.Queues.Count == 0)
        {
            return new Answer(ManagementOutcome.BadRequest, $"Say which queues to {command}; there are: {string.Join(", ", Jobs.Queues)}.");
        }

        try
        {
            return Answer(await Task.WhenAll(Named(request).Select(change)), heading);
        }
        catch (ArgumentException fault)
        {
            return Management.Answer.Bad(fault);
        }
    }

    /// <summary>All names first, so that a slip of the pen in the last one leaves the first alone.</summary>
    private IReadOnlyList<string> Named(ManagementRequest request)
    {
        var known = Jobs.Queues;
        return request.Queues.FirstOrDefault(queue => !known.Contains(queue)) is { } unknown
            ? throw new UnknownQueueException(unknown, known)
            : [.. request.Queues.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Those that this process would consume, and whose consumer does not run.</summary>
    private IReadOnlyCollection<string> Stopped(IReadOnlyList<QueueStatus> queues) =>
        [.. runtime.Settings.Queues.Where(queue => !queue.IsEnqueueOnly).Select(queue => queue.Name).Intersect(queues.Where(queue => !queue.IsConsumed).Select(queue => queue.Queue))];

    private Answer Answer(IReadOnlyList<QueueStatus> queues, string heading)
    {
        var stopped = Stopped(queues);
        return new(ManagementOutcome.Done, QueueText.Of(heading, queues, stopped, runtime.System.TimeProvider.GetUtcNow())) { Queues = [.. queues.Select(queue => QueueView.Of(queue, stopped))] };
    }
}
