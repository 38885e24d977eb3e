using Actors.Persistence;

namespace Actors.Jobs;

/// <summary>Port: a store that several processes use. One of them owns the queues at a time; the others enqueue and run jobs through its inbox.</summary>
/// <remarks>All members may be called from any thread. Disposing it ends the ownership and the membership of this process.</remarks>
public interface ISharedStore : IAsyncDisposable
{
    /// <summary>This process among those of the store, from 1. An id is never used again.</summary>
    long Node { get; }

    /// <summary>The messages between the processes.</summary>
    IInbox Inbox { get; }

    /// <summary>The finished jobs. Any process may read them; only the owner writes.</summary>
    IHistory History { get; }

    /// <summary>Makes this process the owner, if no living process is.</summary>
    /// <returns>The journals, until the store is disposed of; null while another process owns them.</returns>
    Task<IJournal?> TryOwnAsync(CancellationToken cancellationToken);

    /// <summary>Where a process notes what it has begun: this one, or one that has ended and is looked at. The owner's own attempts are those of <see cref="InboxMessage.Owner"/>.</summary>
    IBegunAttempts BegunAttemptsOf(long node);

    /// <summary>The processes that have joined and not been removed, whether they live or not.</summary>
    Task<IReadOnlyList<StoreNode>> GetNodesAsync(CancellationToken cancellationToken);

    /// <summary>Whether a process lives. A paused one does; one that was removed does not.</summary>
    Task<bool> IsAliveAsync(long node, CancellationToken cancellationToken);

    /// <summary>Forgets a process that has ended, and the messages to it.</summary>
    Task RemoveAsync(long node, CancellationToken cancellationToken);
}
