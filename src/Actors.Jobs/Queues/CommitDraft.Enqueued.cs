namespace Actors.Jobs.Queues;

internal sealed partial class CommitDraft
{
    /// <summary>How many jobs are enqueued by this commit.</summary>
    public int EnqueuedJobs => _commit.Enqueued?.Type.Count ?? 0;

    /// <summary>
    /// When a job was enqueued must be the same after replay, because jobs are found in that order. It is stored as the difference to the time of the
    /// commit, which is known last; most commits have none.
    /// </summary>
    private void CompleteEnqueued(long atMs)
    {
        if (_commit.Enqueued is not { } section)
        {
            return;
        }

        var sum = 0L;
        for (var i = 0; i < section.AgeMs.Count; i++)
        {
            sum += section.AgeMs[i] = atMs - section.AgeMs[i];
        }

        if (sum == 0)
        {
            section.AgeMs.Clear();
        }
    }
}
