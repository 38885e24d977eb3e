namespace Actors.Jobs.Processes;

/// <summary>
/// What all living processes of a store can read: any of them may become the owner, so the owner writes nothing newer. Looked at anew every second; thread-safe.
/// </summary>
internal sealed class LiveFormats
{
    private volatile IReadOnlyList<StoreNode> _nodes = [];

    /// <summary>Those that live now.</summary>
    public void Look(IReadOnlyList<StoreNode> living) => _nodes = living;

    /// <summary>Why the journal of a queue must not have a commit of a format yet; null when it may.</summary>
    public string? WhyNotInQueues(int format) => WhyNot(format, "queues", static reads => reads.Queues);

    /// <summary>Why the journal of the schedules must not have a commit of a format yet; null when it may.</summary>
    public string? WhyNotInSchedules(int format) => WhyNot(format, "schedules", static reads => reads.Schedules);

    private string? WhyNot(int format, string kind, Func<StoreFormats, int> readable)
    {
        foreach (var node in _nodes)
        {
            if (readable(node.Reads) < format)
            {
                return $"process {node.ProcessId} ({(node.Version.Length == 0 ? "an older version" : $"version {node.Version}")}) uses the same store and could not read it: " +
                    $"it reads {kind} up to format {readable(node.Reads)}, and this needs format {format}. Update that process or end it.";
            }
        }

        return null;
    }
}
