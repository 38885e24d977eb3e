using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Actors.Jobs.Workers;

namespace Actors.Jobs.Processes;

/// <summary>What jobs that run here say of their work goes to the owner, but not more often than anybody can read.</summary>
internal sealed partial class RemoteQueueActor
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>When the owner was told last of jobs that are in hand, and that have said anything.</summary>
    private readonly Dictionary<long, (TimeSpan ToldAt, JobReport Report)> _reported = [];

    private void OnReportChanged(JobReports.Changed changed)
    {
        if (!_held.TryGetValue(changed.Number, out var grant) || grant != changed.Grant)
        {
            return; // The owner runs it itself, or it has ended.
        }

        var now = Context.System.Now;
        if (_reported.TryGetValue(changed.Number, out var last) && now - last.ToldAt < ReportInterval)
        {
            Context.Timers.StartSingle((nameof(JobReport), changed.Number), new ReportDue(changed.Number), ReportInterval - (now - last.ToldAt));
            return;
        }

        _reported[changed.Number] = (now, changed.Report);
        SendReport(changed.Number, changed.Report);
    }

    private void OnReportDue(ReportDue due)
    {
        if (_reported.TryGetValue(due.Number, out var last))
        {
            _reported[due.Number] = last with { ToldAt = Context.System.Now };
            SendReport(due.Number, last.Report);
        }
    }

    /// <summary>The attempt is about to be reported as ended: what it said before comes first.</summary>
    private void EndReport(long number)
    {
        if (_reported.Remove(number, out var last))
        {
            Context.Timers.Cancel((nameof(JobReport), number));
            SendReport(number, last.Report);
        }
    }

    private void SendReport(long number, JobReport report)
    {
        if (report.TakeNew(number, _held[number]) is { } news)
        {
            Post(new InboxBody { Queue = _name, Report = news });
        }
    }

    private void AskForProgress(JobId id) => AskOwner(
        number => new InboxBody { Query = new InboxQuery { Number = number, Job = InboxBodies.Bytes(id), IsOfReport = true } },
        answer => new QueueMessage.ProgressFound(answer.Report is null ? null : JobReport.FromProto(answer.Report, id)));

    private sealed record ReportDue(long Number);
}
