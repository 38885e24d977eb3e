namespace Actors.Jobs.Tests.Processes;

/// <summary>An inbox in memory whose writes go wrong, or wait, as told.</summary>
internal sealed class ScriptedInbox : IInbox
{
    private readonly Lock _lock = new();
    private readonly List<(long Recipient, InboxRow Row)> _rows = [];
    private readonly List<long> _deletedIds = [];
    private TaskCompletionSource _posted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _next;

    /// <summary>What a post does before it is made.</summary>
    public Func<Task> BeforePost { get; set; } = static () => Task.CompletedTask;

    /// <summary>What a deletion does before it is made.</summary>
    public Func<Task> BeforeDelete { get; set; } = static () => Task.CompletedTask;

    /// <summary>The ids of what was deleted, as often as it was.</summary>
    public IReadOnlyList<long> Deleted
    {
        get
        {
            lock (_lock)
            {
                return [.. _deletedIds];
            }
        }
    }

    /// <summary>The ids of what is there.</summary>
    public IReadOnlyList<long> Ids
    {
        get
        {
            lock (_lock)
            {
                return [.. _rows.Select(row => row.Row.Id)];
            }
        }
    }

    public async Task PostAsync(IReadOnlyList<InboxMessage> messages, CancellationToken cancellationToken)
    {
        if (messages.Count > 0)
        {
            await BeforePost();
        }

        TaskCompletionSource posted;
        lock (_lock)
        {
            _rows.AddRange(messages.Select(message => (message.Recipient, new InboxRow(++_next, message.Sender, message.Body))));
            (posted, _posted) = (_posted, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        posted.SetResult();
    }

    public Task<IReadOnlyList<InboxRow>> ReadAsync(long recipient, long after, int maxBytes, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<InboxRow>>([.. _rows.Where(row => row.Recipient == recipient && row.Row.Id > after).Select(row => row.Row)]);
        }
    }

    public Task<IReadOnlyList<InboxRow>> SearchAsync(long recipient, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<InboxRow>>([]);

    public async Task DeleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        if (ids.Count > 0)
        {
            await BeforeDelete();
        }

        lock (_lock)
        {
            _rows.RemoveAll(row => ids.Contains(row.Row.Id));
            _deletedIds.AddRange(ids);
        }
    }

    public async Task WaitAsync(long recipient, long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task posted;
            lock (_lock)
            {
                if (_rows.Exists(row => row.Recipient == recipient && row.Row.Id > after))
                {
                    return;
                }

                posted = _posted.Task;
            }

            await posted.WaitAsync(cancellationToken);
        }
    }
}
