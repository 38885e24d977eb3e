namespace Actors.Jobs;

/// <summary>What became of all jobs that matched a filter.</summary>
/// <param name="Matched">How many matched when they were counted.</param>
/// <param name="Changed">How many of them were changed.</param>
public sealed record BulkResult(long Matched, long Changed)
{
    /// <summary>How many were not: when their turn came they did not match any more, or were so already.</summary>
    public long Unchanged => Math.Max(0, Matched - Changed);
}
