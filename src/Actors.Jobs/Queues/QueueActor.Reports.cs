using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>What jobs say of their work while they run: kept in memory, and never a reason to write.</summary>
internal sealed partial class QueueActor
{
    private void OnGetProgress(JobId id) => Sender.Tell(
        new QueueMessage.ProgressFound(_setup.Execution.Reports.TryGet(id, out var report) ? report.Read() : null), Self);

    /// <summary>Said by another process that runs the job, unless it has lost it.</summary>
    private void OnReport(InboxReport report)
    {
        if (IsRunning(report.Number, (int)report.Grant))
        {
            _setup.Execution.Reports.Of(_state.Jobs[report.Number].Id).Apply(report);
        }
    }

    private InboxReport? ReportOf(JobId id) => _setup.Execution.Reports.TryGet(id, out var report) ? report.ToProto() : null;
}
