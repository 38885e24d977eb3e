namespace Actors.Jobs.Queues;

internal abstract partial record QueueMessage
{
    /// <summary>What those who run the program ask of a queue, and what follows from it later.</summary>
    public abstract record Operation : QueueMessage;

    /// <summary>To itself: the pause may be over.</summary>
    public sealed record PauseEnded : Operation
    {
        public static PauseEnded Instance { get; } = new();
    }
}
