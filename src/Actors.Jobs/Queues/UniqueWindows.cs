namespace Actors.Jobs.Queues;

/// <summary>Kinds of which a job has succeeded and is forgotten, and which stay closed for a while.</summary>
internal sealed class UniqueWindows
{
    private readonly Dictionary<UInt128, (JobId Job, long UntilMs)> _windows = [];
    private readonly PriorityQueue<UInt128, long> _byEnd = new();

    public int Count => _windows.Count;

    public void Add(UInt128 hash, JobId job, long untilMs)
    {
        _windows[hash] = (job, untilMs);
        _byEnd.Enqueue(hash, untilMs);
    }

    /// <summary>The job that keeps others out, if any does now.</summary>
    public bool TryFind(UInt128 hash, long nowMs, out JobId job)
    {
        Expire(nowMs);
        var isFound = _windows.TryGetValue(hash, out var window);
        job = window.Job;
        return isFound;
    }

    public IEnumerable<Protos.UniqueWindow> ToProto(long nowMs)
    {
        Expire(nowMs);
        return _windows.OrderBy(window => window.Key).Select(window => new Protos.UniqueWindow
        {
            Hash = UniqueClaim.Bytes(window.Key),
            Job = Processes.InboxBodies.Bytes(window.Value.Job),
            UntilMs = window.Value.UntilMs,
        });
    }

    private void Expire(long nowMs)
    {
        while (_byEnd.TryPeek(out var hash, out var endMs) && endMs <= nowMs)
        {
            _byEnd.Dequeue();
            if (_windows.TryGetValue(hash, out var window) && window.UntilMs <= nowMs)
            {
                _windows.Remove(hash);
            }
        }
    }
}
