using Actors.Jobs.Protos;
using Actors.Persistence;

namespace Actors.Jobs.Tests.Processes;

/// <summary>A store whose owner does not get to read its inbox until it is let go.</summary>
internal sealed class HeldStore(ISharedStore inner) : ISharedStore, IInbox
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _reports;

    public long Node => inner.Node;

    public IInbox Inbox => this;

    public IHistory History => inner.History;

    public void Release() => _released.TrySetResult();

    public Task<IJournal?> TryOwnAsync(CancellationToken cancellationToken) => inner.TryOwnAsync(cancellationToken);

    public IBegunAttempts BegunAttemptsOf(long node) => inner.BegunAttemptsOf(node);

    public Task<IReadOnlyList<StoreNode>> GetNodesAsync(CancellationToken cancellationToken) => inner.GetNodesAsync(cancellationToken);

    public Task<bool> IsAliveAsync(long node, CancellationToken cancellationToken) => inner.IsAliveAsync(node, cancellationToken);

    public Task RemoveAsync(long node, CancellationToken cancellationToken) => inner.RemoveAsync(node, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <summary>How many messages about the work of jobs were sent.</summary>
    public int Reports => Volatile.Read(ref _reports);

    public Task PostAsync(IReadOnlyList<InboxMessage> messages, CancellationToken cancellationToken)
    {
        Interlocked.Add(ref _reports, messages.Count(message => InboxBody.Parser.ParseFrom(message.Body.Span).Report is not null));
        return inner.Inbox.PostAsync(messages, cancellationToken);
    }

    public async Task<IReadOnlyList<InboxRow>> ReadAsync(long recipient, long after, int maxBytes, CancellationToken cancellationToken)
    {
        if (recipient == InboxMessage.Owner)
        {
            await _released.Task.WaitAsync(cancellationToken);
        }

        return await inner.Inbox.ReadAsync(recipient, after, maxBytes, cancellationToken);
    }

    public Task<IReadOnlyList<InboxRow>> SearchAsync(long recipient, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        inner.Inbox.SearchAsync(recipient, bytes, cancellationToken);

    public Task DeleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => inner.Inbox.DeleteAsync(ids, cancellationToken);

    public Task WaitAsync(long recipient, long after, CancellationToken cancellationToken) => inner.Inbox.WaitAsync(recipient, after, cancellationToken);
}
