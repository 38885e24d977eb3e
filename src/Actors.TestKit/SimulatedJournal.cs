using Actors.Persistence;
using Actors.TestKit.Simulating;

namespace Actors.TestKit;

/// <summary>A journal in front of another one that goes wrong as told, or as the seed of a simulation says: slow, away, in doubt, torn, silent.</summary>
/// <remarks>
/// It belongs to one actor system. What it has passed on is in the journal behind it, and outlives the system: made by
/// <see cref="SimulationRun.Journal"/>, it is silent once its process is killed, and a write that is under way then has been made or not, as the seed says.
/// There it also demands of the journal behind it that whatever was said to be durable is there whenever it is opened or read again.
/// </remarks>
public sealed class SimulatedJournal : IJournal
{
    private static readonly AppendFault[] Answered =
        [AppendFault.Unavailable, AppendFault.UnknownBefore, AppendFault.UnknownAfter, AppendFault.Torn];

    private readonly ActorSystem _system;
    private readonly IJournal _durable;
    private readonly SimulationFaults? _faults;
    private readonly Random _random;
    private readonly AcknowledgedCommits? _acknowledged;
    private volatile TaskCompletionSource? _held;
    private long _commits;
    private int _waiting;
    private int _resets;

    /// <summary>Puts a journal that goes wrong as told in front of another one.</summary>
    /// <param name="system">The system that uses it, in whose virtual time it is slow.</param>
    /// <param name="durable">Where everything is kept; null makes a journal in memory.</param>
    public SimulatedJournal(ActorSystem system, IJournal? durable = null)
        : this(system, durable ?? new InMemoryJournal(), null, null)
    {
    }

    internal SimulatedJournal(ActorSystem system, IJournal durable, SimulationFaults? faults, AcknowledgedCommits? acknowledged)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(durable);
        _system = system;
        _durable = durable;
        _faults = faults;
        _random = new Random(system.Random.Next());
        _acknowledged = acknowledged;
    }

    /// <summary>How many commits were written.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>How many appends were begun and are neither answered nor refused.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How often an append goes wrong; how, is up to chance: <see cref="Kinds"/>.</summary>
    /// <value>From 0, never, the default, to 1, always.</value>
    public double FaultProbability { get; set; }

    /// <summary>In which ways an append may go wrong by chance.</summary>
    /// <value>Default all but <see cref="AppendFault.Unanswered"/>, after which a store does nothing more.</value>
    public IReadOnlyList<AppendFault> Kinds { get; set; } = Answered;

    /// <summary>The shortest time that an append takes.</summary>
    /// <value>Default zero.</value>
    public TimeSpan Latency { get; set; }

    /// <summary>The longest time that an append takes. Each takes its own, up to chance.</summary>
    /// <value>Default zero: each takes <see cref="Latency"/>.</value>
    public TimeSpan LongestLatency { get; set; }

    /// <summary>Decides on each append, before chance does; the argument are its commits.</summary>
    public Func<IReadOnlyList<Commit>, AppendFault> OnAppend { get; set; } = static _ => AppendFault.None;

    /// <summary>What an append throws before it returns a task.</summary>
    /// <value>Default null: nothing.</value>
    public Exception? ThrowsAtOnce { get; set; }

    /// <summary>What opening a journal throws; the argument is its persistence id. Null is nothing.</summary>
    public Func<string, Exception?> OnOpen { get; set; } = static _ => null;

    /// <summary>What reading commits or payloads throws. Null is nothing.</summary>
    public Func<Exception?> OnRead { get; set; } = static () => null;

    /// <summary>Changes a commit that is read; null hides it.</summary>
    public Func<CommitRow, CommitRow?> OnReadRow { get; set; } = static row => row;

    private bool IsDead => _system.Dispatcher is SimulatedProcess { IsDead: true };

    /// <summary>Answers no append from now on.</summary>
    public void Hold() => _held = new TaskCompletionSource();

    /// <summary>Answers the appends that were held, and those to come.</summary>
    public void Release()
    {
        var held = _held;
        _held = null;
        held?.SetResult();
    }

    /// <inheritdoc/>
    public async Task<JournalOpening> OpenAsync(string persistenceId, Guid writer, int readableFormat, CancellationToken cancellationToken)
    {
        await StopIfDeadAsync();
        if (OnOpen(persistenceId) is { } fault)
        {
            throw fault;
        }

        var opening = await _durable.OpenAsync(persistenceId, writer, readableFormat, cancellationToken);
        await StopIfDeadAsync();
        Demand(_acknowledged?.Check(persistenceId, opening));
        return opening;
    }

    /// <inheritdoc/>
    public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commits);
        return ThrowsAtOnce is { } thrown ? throw thrown : AppendWithFaultAsync(commits, cancellationToken);
    }

    /// <summary>What is still held back will never be written, as the port demands.</summary>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        await StopIfDeadAsync();
        Interlocked.Increment(ref _resets);
        await _durable.ResetAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CommitRow>> ReadAsync(
        string persistenceId, long fromSequenceNumber, int maxBytes, CancellationToken cancellationToken)
    {
        await StopIfDeadAsync();
        if (OnRead() is { } fault)
        {
            throw fault;
        }

        var rows = await _durable.ReadAsync(persistenceId, fromSequenceNumber, maxBytes, cancellationToken);
        await StopIfDeadAsync();
        Demand(_acknowledged?.Check(persistenceId, rows));
        return [.. rows.Select(OnReadRow).OfType<CommitRow>()];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPayloadsAsync(
        string persistenceId, IReadOnlyList<long> rows, CancellationToken cancellationToken)
    {
        await StopIfDeadAsync();
        return OnRead() is { } fault ? throw fault : await _durable.ReadPayloadsAsync(persistenceId, rows, cancellationToken);
    }

    /// <summary>Disposes of the journal behind it.</summary>
    public ValueTask DisposeAsync() => _durable.DisposeAsync();

    private async Task<AppendOutcome[]> AppendWithFaultAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken)
    {
        await StopIfDeadAsync();
        var fault = Fault(commits);
        if (fault == AppendFault.Unavailable)
        {
            throw new JournalUnavailableException("The disk is full.");
        }

        // A process that is killed meanwhile leaves a write behind that was made, or one that was not.
        var isEarly = _faults is not null && fault is AppendFault.None or AppendFault.Unanswered && _random.Next(2) == 0;
        var early = isEarly ? await WriteAsync(commits, cancellationToken) : null;
        var resets = Volatile.Read(ref _resets);
        await WaitAsync(fault == AppendFault.Unanswered, cancellationToken);
        switch (fault)
        {
            case AppendFault.UnknownBefore:
            case var _ when early is null && resets != Volatile.Read(ref _resets):
                throw new JournalOutcomeUnknownException("The connection broke before the commit.");
            case AppendFault.Torn:
                await WriteAsync([.. commits.Take(_random.Next(1, Math.Max(2, commits.Count)) % Math.Max(1, commits.Count))], cancellationToken);
                throw new JournalOutcomeUnknownException("The connection broke in the middle of the commit.");
            case AppendFault.UnknownAfter:
                await WriteAsync(commits, cancellationToken);
                throw new JournalOutcomeUnknownException("The connection broke after the commit.");
        }

        var outcomes = early ?? await WriteAsync(commits, cancellationToken);
        await StopIfDeadAsync();
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] == AppendOutcome.Appended)
            {
                _acknowledged?.Add(commits[i]);
            }
        }

        return outcomes;
    }

    private AppendFault Fault(IReadOnlyList<Commit> commits)
    {
        var told = OnAppend(commits);
        if (told != AppendFault.None || FaultProbability <= 0 || Kinds.Count == 0)
        {
            return told;
        }

        var strikes = _faults?.Strikes(FaultProbability) ?? (_random.NextDouble() < FaultProbability);
        return strikes ? Kinds[_random.Next(Kinds.Count)] : AppendFault.None;
    }

    private async Task<AppendOutcome[]> WriteAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken)
    {
        await StopIfDeadAsync();
        if (commits.Count == 0)
        {
            return [];
        }

        var outcomes = await _durable.AppendAsync(commits, cancellationToken);
        Interlocked.Add(ref _commits, outcomes.Count(outcome => outcome == AppendOutcome.Appended));
        return outcomes;
    }

    /// <summary>
    /// The caller counts this as work under way, and the clock stands still for it; a wait in virtual time must not count. When the caller gives up, it
    /// counts no longer, but what it asked for may still happen.
    /// </summary>
    private async Task WaitAsync(bool isForEver, CancellationToken cancellationToken)
    {
        var held = _held;
        var latency = LongestLatency > Latency ? TimeSpan.FromTicks(_random.NextInt64(Latency.Ticks, LongestLatency.Ticks)) : Latency;
        if (held is null && latency == TimeSpan.Zero && !isForEver)
        {
            return;
        }

        var isCounted = 0;
        Interlocked.Increment(ref _waiting);
        _system.Dispatcher.EndOperation();
        using var givingUp = cancellationToken.Register(Count);
        try
        {
            await (isForEver
                ? new TaskCompletionSource().Task
                : held?.Task ?? Task.Delay(latency, _system.TimeProvider, CancellationToken.None));
        }
        finally
        {
            Count();
            Interlocked.Decrement(ref _waiting);
        }

        void Count()
        {
            if (Interlocked.Exchange(ref isCounted, 1) == 0)
            {
                _system.Dispatcher.BeginOperation();
            }
        }
    }

    /// <summary>What is left of a process that was killed may still call, by ways that no dispatcher sees. It gets no answer.</summary>
    private Task StopIfDeadAsync() => IsDead ? new TaskCompletionSource().Task : Task.CompletedTask;

    private void Demand(string? violation)
    {
        if (violation is not null)
        {
            (_system.Dispatcher as SimulatedProcess)?.Violate(violation);
        }
    }
}
