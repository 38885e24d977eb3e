using Actors.Jobs.Queues;
using Actors.Jobs.Telemetry;

namespace Actors.Jobs;

/// <summary>What meters and traces get to know of the queues.</summary>
public sealed partial class JobSystem
{
    private volatile IReadOnlyList<QueueSetup> _ownedSetups = [];

    /// <summary>The queues that this process owns.</summary>
    internal IReadOnlyList<QueueSetup> OwnedSetups => _ownedSetups;

    internal string SystemName => _system.Name;

    internal bool HasEnded => _system.WhenTerminated.IsCompleted;

    internal bool HasSchedules => _gauge is not null;

    private async Task<QueueMessage.Enqueued> EnqueueTracedAsync(string queue, JobDraft[] drafts, bool isChosenId, CancellationToken cancellationToken)
    {
        using var span = JobTelemetry.StartEnqueue(queue, drafts[0].Type, drafts[0].Id, drafts.Length);
        for (var i = 0; i < drafts.Length; i++)
        {
            drafts[i] = JobTelemetry.InTrace(drafts[i]);
        }

        try
        {
            return await EnqueueAsync(queue, drafts, isChosenId, cancellationToken);
        }
        catch (Exception cause)
        {
            JobTelemetry.Fail(span, cause);
            throw;
        }
    }
}
