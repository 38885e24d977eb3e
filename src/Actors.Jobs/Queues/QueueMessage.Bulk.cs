using Actors.Jobs.Searching;

namespace Actors.Jobs.Queues;

internal abstract partial record QueueMessage
{
    /// <summary>Change live jobs that match, in a range of numbers, at most so many; answered when that is durable, with where to go on.</summary>
    /// <param name="Query">Which jobs. Arguments that must be read are not looked at.</param>
    /// <param name="Kind">What to do to them.</param>
    /// <param name="Reason">Why they are cancelled.</param>
    /// <param name="From">The lowest number.</param>
    /// <param name="Through">The highest number and one.</param>
    /// <param name="Limit">How many are changed at most.</param>
    public sealed record ChangeJobs(JobQuery Query, BulkKind Kind, string? Reason, long From, long Through, int Limit) : Operation, IRequest<JobsChanged>
    {
        /// <summary>Only these jobs, wherever they are; null for the range.</summary>
        public IReadOnlyList<JobId>? Ids { get; init; }

        /// <summary>The queue to move them to; null when they are not to move.</summary>
        public string? To { get; init; }
    }

    /// <summary>Some of the jobs are changed.</summary>
    /// <param name="Changed">How many.</param>
    /// <param name="Next">The number to go on from; null when all have been looked at.</param>
    /// <param name="Leaving">Jobs that match, have finished, and are on their way to the history.</param>
    public sealed record JobsChanged(long Changed, long? Next, IReadOnlyList<JobId> Leaving) : QueueMessage;

    /// <summary>To itself: go on.</summary>
    public sealed record SweepOn(ChangeJobs Change, LiveSweep Sweep) : Operation;
}

/// <summary>What is done to many jobs. The numbers are said between processes.</summary>
internal enum BulkKind
{
    Cancel = 1,
    Retry = 2,
    Delete = 3,

    /// <summary>Never said to an owner: it is done by enqueuing.</summary>
    RunAgain = 4,

    Move = 5,
}
