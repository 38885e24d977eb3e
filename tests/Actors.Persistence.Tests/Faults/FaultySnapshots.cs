namespace Actors.Persistence.Tests.Faults;

/// <summary>A snapshot store that goes wrong as told.</summary>
internal sealed class FaultySnapshots(ISnapshotStore? inner = null) : ISnapshotStore
{
    private readonly ISnapshotStore _inner = inner ?? new InMemorySnapshotStore();

    /// <summary>What saving and deleting throw; null for nothing.</summary>
    public Func<Exception?> OnWrite { get; set; } = static () => null;

    /// <summary>What loading throws; null for nothing.</summary>
    public Func<Exception?> OnLoad { get; set; } = static () => null;

    /// <summary>Which snapshots are damaged.</summary>
    public Predicate<long> IsTorn { get; set; } = static _ => false;

    /// <summary>Changes a snapshot that is read.</summary>
    public Func<SnapshotRow, SnapshotRow> OnRow { get; set; } = static row => row;

    /// <summary>What a save waits for before it is made; null for nothing.</summary>
    public Task? Gate { get; set; }

    public ActorSystem? System { get; set; }

    public async Task<SnapshotRow?> LoadAsync(
        string persistenceId, long term, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken)
    {
        if (OnLoad() is { } fault)
        {
            throw fault;
        }

        return await _inner.LoadAsync(persistenceId, term, criteria, cancellationToken) is not { } row ? null
            : IsTorn(row.SequenceNr) ? throw new SnapshotCorruptException("It does not match its checksum.", persistenceId, row.SequenceNr)
            : OnRow(row);
    }

    public async Task SaveAsync(SnapshotRow snapshot, CancellationToken cancellationToken)
    {
        if (OnWrite() is { } fault)
        {
            throw fault;
        }

        if (Gate is { } gate)
        {
            System!.Dispatcher.EndOperation();
            await gate;
            System!.Dispatcher.BeginOperation();
        }

        await _inner.SaveAsync(snapshot, cancellationToken);
    }

    public Task DeleteAsync(string persistenceId, long term, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken) =>
        OnWrite() is { } fault ? Task.FromException(fault) : _inner.DeleteAsync(persistenceId, term, criteria, cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
