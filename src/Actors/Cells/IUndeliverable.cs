namespace Actors.Cells;

/// <summary>A sender that waits for an answer, and wants to know at once when there will be none.</summary>
internal interface IUndeliverable : IActorRef
{
    /// <summary>Whether it still waits, so that its question can wait for room in a mailbox.</summary>
    bool IsAsking { get; }

    /// <summary>Called when a message that names this reference as its sender cannot be answered any more.</summary>
    /// <param name="message">The message.</param>
    /// <param name="recipient">For whom it was.</param>
    /// <param name="cause">Why; null when the recipient has ended.</param>
    void OnUndeliverable(object message, IActorRef recipient, Exception? cause);
}
