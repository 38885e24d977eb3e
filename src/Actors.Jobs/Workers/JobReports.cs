using System.Diagnostics.CodeAnalysis;

namespace Actors.Jobs.Workers;

/// <summary>What the jobs of a queue have said of their work, as far as this process knows: those that said something last. Thread-safe.</summary>
internal sealed class JobReports(TimeProvider time)
{
    private const int MaxJobs = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<JobId, JobReport> _reports = [];
    private readonly Queue<JobId> _oldestFirst = new();
    private volatile IActorRef? _listener;

    /// <summary>Who passes on what is said here; null in the process that owns the queue.</summary>
    public IActorRef? Listener
    {
        set => _listener = value;
    }

    public void Progress(GrantedJob job, double fraction, string? text) => Note(job, report => report.Progress(job.Grant, job.Attempt, time.GetUtcNow(), fraction, text));

    public void Log(GrantedJob job, string text) => Note(job, report => report.Log(job.Grant, job.Attempt, time.GetUtcNow(), text));

    public bool TryGet(JobId id, [NotNullWhen(true)] out JobReport? report)
    {
        lock (_gate)
        {
            return _reports.TryGetValue(id, out report);
        }
    }

    /// <summary>The report of a job, which begins with this if there was none.</summary>
    public JobReport Of(JobId id)
    {
        lock (_gate)
        {
            if (!_reports.TryGetValue(id, out var report))
            {
                if (_oldestFirst.Count >= MaxJobs)
                {
                    _reports.Remove(_oldestFirst.Dequeue());
                }

                _reports.Add(id, report = new JobReport(id));
                _oldestFirst.Enqueue(id);
            }

            return report;
        }
    }

    private void Note(GrantedJob job, Func<JobReport, bool> note)
    {
        var report = Of(job.Id);
        if (note(report) && _listener is { } listener && report.TryBeginTelling())
        {
            listener.Tell(new Changed(job.Number, job.Grant, report));
        }
    }

    /// <summary>To the listener: there is something to pass on. Not told again before that has been taken.</summary>
    public sealed record Changed(long Number, int Grant, JobReport Report);
}
