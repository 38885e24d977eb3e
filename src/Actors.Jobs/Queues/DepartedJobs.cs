namespace Actors.Jobs.Queues;

/// <summary>
/// Where the jobs went that have left a queue last. Whoever looks for a job in one queue after the other may have looked into the right one too early, and into this one too late.
/// </summary>
internal sealed class DepartedJobs
{
    /// <summary>More than can leave while somebody goes from one queue to the next.</summary>
    private const int Most = 100_000;

    private readonly Dictionary<JobId, string> _queues = [];
    private readonly Queue<JobId> _oldest = new();

    public void Add(JobId id, string queue)
    {
        if (!_queues.ContainsKey(id))
        {
            _oldest.Enqueue(id);
        }

        _queues[id] = queue;
        if (_oldest.Count > Most)
        {
            _queues.Remove(_oldest.Dequeue());
        }
    }

    /// <summary>It has come back, or another has its id.</summary>
    public void Remove(JobId id)
    {
        if (_queues.Count > 0)
        {
            _queues.Remove(id);
        }
    }

    /// <summary>Null when it has not left, or too long ago.</summary>
    public string? QueueOf(JobId id) => _queues.GetValueOrDefault(id);
}
