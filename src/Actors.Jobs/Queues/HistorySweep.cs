namespace Actors.Jobs.Queues;

/// <summary>One look through the history for jobs that are over their time: state after state, some at a time.</summary>
internal sealed class HistorySweep(IEnumerable<(JobState State, TimeSpan Time)> limits, long nowMs)
{
    private readonly Queue<(JobState State, DateTimeOffset Before)> _left =
        new(limits.Select(limit => (limit.State, DateTimeOffset.FromUnixTimeMilliseconds(nowMs) - limit.Time)));

    public bool IsOver => _left.Count == 0;

    /// <summary>What is looked for now. There must be something left.</summary>
    public (JobState State, DateTimeOffset Before) Current => _left.Peek();

    public long Deleted { get; private set; }

    /// <summary>What the last call has done. Set by whoever calls, who then tells the owner of the sweep.</summary>
    public PruneResult Last { get; set; }

    public void AddLast()
    {
        Deleted += Last.Deleted;
        if (!Last.HasMore)
        {
            _left.Dequeue();
        }
    }
}
