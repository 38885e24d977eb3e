namespace Actors.Jobs.Queues;

internal abstract partial record QueueMessage
{
    /// <summary>To itself: finished jobs may be over their time.</summary>
    public sealed record PruneHistory : Operation
    {
        public static PruneHistory Instance { get; } = new();
    }

    /// <summary>To itself: some of them were deleted, or could not be, for the cause given.</summary>
    public sealed record HistoryPruned(HistorySweep Sweep, Exception? Cause) : Operation;
}
