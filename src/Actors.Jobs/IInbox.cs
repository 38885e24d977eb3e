namespace Actors.Jobs;

/// <summary>Port: messages between the processes of one store, durable and in order.</summary>
/// <remarks>
/// The duties of an implementer: a completed <see cref="PostAsync"/> is durable; ids rise in the order in which posts become visible, and are never
/// used again; a row stays until it is deleted. Failures are those of <see cref="Persistence.IJournal.AppendAsync"/>. All members may be called
/// from any thread.
/// </remarks>
public interface IInbox
{
    /// <summary>Stores messages, all or none.</summary>
    Task PostAsync(IReadOnlyList<InboxMessage> messages, CancellationToken cancellationToken);

    /// <summary>Reads the messages of a recipient in order.</summary>
    /// <param name="recipient">The id of a node, or <see cref="InboxMessage.Owner"/>.</param>
    /// <param name="after">Only messages with a higher id.</param>
    /// <param name="maxBytes">No more once so many bytes are read; at least one message if there is any.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<InboxRow>> ReadAsync(long recipient, long after, int maxBytes, CancellationToken cancellationToken);

    /// <summary>The messages of a recipient in whose bodies some bytes occur, in order.</summary>
    /// <param name="recipient">The id of a node, or <see cref="InboxMessage.Owner"/>.</param>
    /// <param name="bytes">Such as the id of a job.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<InboxRow>> SearchAsync(long recipient, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Deletes messages that have been taken.</summary>
    Task DeleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken);

    /// <summary>Waits until there may be a message of this recipient with a higher id. May end early.</summary>
    Task WaitAsync(long recipient, long after, CancellationToken cancellationToken);
}

/// <summary>A message from one process of a store to another.</summary>
/// <param name="Recipient">The id of a node, or <see cref="Owner"/>.</param>
/// <param name="Sender">The id of the sending node.</param>
/// <param name="Body">What it says; the store does not look at it.</param>
public sealed record InboxMessage(long Recipient, long Sender, ReadOnlyMemory<byte> Body)
{
    /// <summary>The recipient of what is meant for the owner, whoever that is.</summary>
    public const long Owner = 0;
}

/// <summary>A stored message.</summary>
/// <param name="Id">Its place in the order.</param>
/// <param name="Sender">The id of the node that sent it.</param>
/// <param name="Body">What it says.</param>
public sealed record InboxRow(long Id, long Sender, ReadOnlyMemory<byte> Body);
