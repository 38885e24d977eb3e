using Actors.Jobs.Protos;
using Actors.Persistence;

namespace Actors.Jobs.Queues;

/// <summary>The oldest commits of a journal, and the jobs that had their arguments in them when they were written.</summary>
/// <param name="through">The last of these commits.</param>
internal sealed class ForwardSource(long through)
{
    private readonly Queue<(long Number, long Row)> _jobs = new();

    /// <summary>The last commit of which the jobs are known.</summary>
    public long Through { get; private set; }

    /// <summary>Those of the jobs whose arguments are being read.</summary>
    public IReadOnlyList<(long Number, long Row)> Reading { get; set; } = [];

    /// <summary>Takes the jobs out of what was read.</summary>
    public void Add(IReadOnlyList<CommitRow> commits)
    {
        foreach (var commit in commits)
        {
            if (commit.SequenceNumber > through)
            {
                // What was asked for has been deleted since, because nothing in it is alive.
                Through = through;
                return;
            }

            Add(QueueCommit.Parser.ParseFrom(commit.Events.Span));
            Through = commit.SequenceNumber;
        }

        Through = commits.Count == 0 ? through : Through;
    }

    public bool TryTake(out long number, out long row)
    {
        var isTaken = _jobs.TryDequeue(out var job);
        (number, row) = job;
        return isTaken;
    }

    private void Add(QueueCommit commit)
    {
        var row = 0L;
        for (var i = 0; i < (commit.Enqueued?.Type.Count ?? 0); i++)
        {
            row += commit.Enqueued!.PayloadRow[i]; // It has entries.
            _jobs.Enqueue((commit.Enqueued.FirstNumber + i, row));
        }

        row = 0;
        var number = 0L;
        for (var i = 0; i < (commit.Forwarded?.Number.Count ?? 0); i++)
        {
            row += commit.Forwarded!.PayloadRow[i]; // As above.
            number += commit.Forwarded.Number[i];
            _jobs.Enqueue((number, row));
        }
    }
}
