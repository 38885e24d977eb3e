namespace Actors.Persistence.Tests.Faults;

/// <summary>What goes wrong with one append.</summary>
internal enum AppendFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Nothing is written.</summary>
    Unavailable,

    /// <summary>Nothing is written, but nobody knows.</summary>
    UnknownBefore,

    /// <summary>Everything is written, but nobody knows.</summary>
    UnknownAfter,
}

/// <summary>A journal that goes wrong as told.</summary>
internal sealed class FaultyJournal(IJournal? inner = null) : IJournal
{
    private readonly IJournal _inner = inner ?? new InMemoryJournal();
    private readonly Lock _gate = new();
    private readonly List<int> _writes = [];
    private TaskCompletionSource? _held;
    private int _resets;

    /// <summary>Whose clock a wait must not stop. Set it when the journal is to hold or to be slow.</summary>
    public ActorSystem? System { get; set; }

    /// <summary>Decides on each append; the argument are its commits.</summary>
    public Func<IReadOnlyList<Commit>, AppendFault> OnAppend { get; set; } = static _ => AppendFault.None;

    /// <summary>What opening and reading throw; null for nothing.</summary>
    public Func<Exception?> OnRead { get; set; } = static () => null;

    /// <summary>Changes a commit that is read; null hides it.</summary>
    public Func<CommitRow, CommitRow?> OnReadRow { get; set; } = static row => row;

    /// <summary>How long an append takes.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>The number of commits of each write that was begun.</summary>
    public IReadOnlyList<int> Writes
    {
        get
        {
            lock (_gate)
            {
                return [.. _writes];
            }
        }
    }

    /// <summary>Answers nothing from now on, opening and reading included.</summary>
    public bool IsMute { get; set; }

    /// <summary>Answers no append from now on.</summary>
    public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes and answers the appends that were held, and those to come.</summary>
    public void Release()
    {
        var held = _held;
        _held = null;
        held?.SetResult();
    }

    public Task<JournalOpening> OpenAsync(string persistenceId, Guid writer, int readableFormat, CancellationToken cancellationToken) =>
        ReadingAsync(() => _inner.OpenAsync(persistenceId, writer, readableFormat, cancellationToken), cancellationToken);

    public async Task<AppendOutcome[]> AppendAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _writes.Add(commits.Count);
        }

        var fault = OnAppend(commits);
        if (fault == AppendFault.Unavailable)
        {
            throw new JournalUnavailableException("The disk is full.");
        }

        var resets = Volatile.Read(ref _resets);
        await WaitAsync(cancellationToken);
        if (fault == AppendFault.UnknownBefore || resets != Volatile.Read(ref _resets))
        {
            throw new JournalOutcomeUnknownException("The connection broke before the commit.");
        }

        var outcomes = await _inner.AppendAsync(commits, cancellationToken);
        return fault == AppendFault.UnknownAfter
            ? throw new JournalOutcomeUnknownException("The connection broke after the commit.")
            : outcomes;
    }

    /// <summary>What is held will never be made, as the port demands.</summary>
    public Task ResetAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _resets);
        return ReadingAsync(() => Task.FromResult(true), cancellationToken);
    }

    public async Task<IReadOnlyList<CommitRow>> ReadAsync(
        string persistenceId, long fromSequenceNumber, int maxBytes, CancellationToken cancellationToken)
    {
        var rows = await ReadingAsync(() => _inner.ReadAsync(persistenceId, fromSequenceNumber, maxBytes, cancellationToken), cancellationToken);
        return [.. rows.Select(OnReadRow).OfType<CommitRow>()];
    }

    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPayloadsAsync(
        string persistenceId, IReadOnlyList<long> rows, CancellationToken cancellationToken) =>
        _inner.ReadPayloadsAsync(persistenceId, rows, cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private async Task<T> ReadingAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        if (OnRead() is { } fault)
        {
            throw fault;
        }

        if (IsMute)
        {
            await UncountedAsync(Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken), cancellationToken);
        }

        return await read();
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if ((_held?.Task ?? (Latency == TimeSpan.Zero ? null : Task.Delay(Latency, System!.TimeProvider, CancellationToken.None))) is { } wait)
        {
            await UncountedAsync(wait, cancellationToken);
        }
    }

    /// <summary>
    /// The caller counts this as work under way, and the clock stands still for it; a wait in virtual time must not count. When the caller gives up, it
    /// counts no longer, but what it asked for may still happen.
    /// </summary>
    private async Task UncountedAsync(Task wait, CancellationToken cancellationToken)
    {
        var isCounted = 0;
        System!.Dispatcher.EndOperation();
        using var givingUp = cancellationToken.Register(Count);
        try
        {
            await wait;
        }
        finally
        {
            Count();
        }

        void Count()
        {
            if (Interlocked.Exchange(ref isCounted, 1) == 0)
            {
                System!.Dispatcher.BeginOperation();
            }
        }
    }
}
