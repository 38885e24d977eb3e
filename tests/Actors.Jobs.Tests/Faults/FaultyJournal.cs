using Actors.Persistence;

namespace Actors.Jobs.Tests.Faults;

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
internal sealed class FaultyJournal(ActorSystem system, IJournal? inner = null) : IJournal
{
    private readonly IJournal _inner = inner ?? new InMemoryJournal();
    private volatile TaskCompletionSource? _held;
    private long _commits;
    private int _resets;

    /// <summary>Commits that were written.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Decides on each append; the argument are its commits.</summary>
    public Func<IReadOnlyList<Commit>, AppendFault> OnAppend { get; set; } = static _ => AppendFault.None;

    /// <summary>What opening a journal throws; null for nothing.</summary>
    public Func<string, Exception?> OnOpen { get; set; } = static _ => null;

    /// <summary>What reading throws; null for nothing.</summary>
    public Func<Exception?> OnRead { get; set; } = static () => null;

    /// <summary>Changes a commit that is read; null hides it.</summary>
    public Func<CommitRow, CommitRow?> OnReadRow { get; set; } = static row => row;

    /// <summary>What an append throws before it returns a task.</summary>
    public Exception? ThrowsAtOnce { get; set; }

    /// <summary>How long an append takes.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Appends that were begun and not answered.</summary>
    public int Waiting { get; private set; }

    /// <summary>Answers no append from now on.</summary>
    public void Hold() => _held = new TaskCompletionSource();

    /// <summary>Answers the appends that were held, and those to come.</summary>
    public void Release()
    {
        var held = _held;
        _held = null;
        held?.SetResult();
    }

    public Task<JournalOpening> OpenAsync(string persistenceId, Guid writer, int readableFormat, CancellationToken cancellationToken) =>
        OnOpen(persistenceId) is { } fault
            ? Task.FromException<JournalOpening>(fault)
            : _inner.OpenAsync(persistenceId, writer, readableFormat, cancellationToken);

    public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken) =>
        ThrowsAtOnce is { } thrown ? throw thrown : AppendWithFaultAsync(commits, cancellationToken);

    /// <summary>What is held will never be made, as the port demands.</summary>
    public Task ResetAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _resets);
        return _inner.ResetAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<CommitRow>> ReadAsync(
        string persistenceId, long fromSequenceNumber, int maxBytes, CancellationToken cancellationToken)
    {
        if (OnRead() is { } fault)
        {
            throw fault;
        }

        var rows = await _inner.ReadAsync(persistenceId, fromSequenceNumber, maxBytes, cancellationToken);
        return [.. rows.Select(OnReadRow).OfType<CommitRow>()];
    }

    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPayloadsAsync(
        string persistenceId, IReadOnlyList<long> rows, CancellationToken cancellationToken) =>
        OnRead() is { } fault
            ? Task.FromException<IReadOnlyList<ReadOnlyMemory<byte>>>(fault)
            : _inner.ReadPayloadsAsync(persistenceId, rows, cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private async Task<AppendOutcome[]> AppendWithFaultAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken)
    {
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
        Interlocked.Add(ref _commits, outcomes.Count(outcome => outcome == AppendOutcome.Appended));
        return fault == AppendFault.UnknownAfter
            ? throw new JournalOutcomeUnknownException("The connection broke after the commit.")
            : outcomes;
    }

    /// <summary>
    /// The caller counts this as work under way, and the clock stands still for it; a wait in virtual time must not count. When the caller gives up, it
    /// counts no longer, but what it asked for may still happen.
    /// </summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        var held = _held;
        if (held is null && Latency == TimeSpan.Zero)
        {
            return;
        }

        var isCounted = 0;
        Waiting++;
        system.Dispatcher.EndOperation();
        using var givingUp = cancellationToken.Register(Count);
        try
        {
            await (held?.Task ?? Task.Delay(Latency, system.TimeProvider, CancellationToken.None));
        }
        finally
        {
            Count();
            Waiting--;
        }

        void Count()
        {
            if (Interlocked.Exchange(ref isCounted, 1) == 0)
            {
                system.Dispatcher.BeginOperation();
            }
        }
    }
}
