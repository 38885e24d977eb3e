namespace Actors.Jobs.Queues;

/// <summary>Priorities as the journal has them: 0 normal, 1 high, 2 highest, 3 low, 4 lowest. A negative number would take ten bytes.</summary>
internal static class StoredPriority
{
    public static int Of(JobPriority priority) => priority >= 0 ? (int)priority : 2 - (int)priority;

    /// <summary>What is not known is normal.</summary>
    public static JobPriority Read(int stored) => stored switch
    {
        1 or 2 => (JobPriority)stored,
        3 or 4 => (JobPriority)(2 - stored),
        _ => JobPriority.Normal,
    };
}
