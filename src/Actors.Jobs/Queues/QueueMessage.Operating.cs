namespace Actors.Jobs.Queues;

internal abstract partial record QueueMessage
{
    /// <summary>What those who run the program ask of a queue, and what follows from it later.</summary>
    public abstract record Operation : QueueMessage;

    /// <summary>Take no new jobs until the queue is resumed; answered when that, and all that was decided before, is durable.</summary>
    /// <param name="Reason">Why; null leaves the reason that was given before.</param>
    /// <param name="IsLook">Change nothing: whoever drains it wants to know how far it is.</param>
    public sealed record DrainQueue(string? Reason, bool IsLook = false) : Operation, IRequest<QueueStatus>;

    /// <summary>To itself: the pause may be over.</summary>
    public sealed record PauseEnded : Operation
    {
        public static PauseEnded Instance { get; } = new();
    }
}
