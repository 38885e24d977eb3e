using Actors.Jobs;
using Actors.Persistence;

namespace Actors.Sql.Tests.Conformance;

public sealed class SqliteJournalTests : JournalConformance
{
    private readonly TestFile _file = new();
    private SqliteStore? _store;

    protected override async ValueTask<IJournal> OpenStoreAsync() => (_store = await _file.OpenAsync()).Journal;

    protected override async ValueTask<IJournal> ReopenStoreAsync()
    {
        await _store!.DisposeAsync();   // OpenStoreAsync has run
        return await OpenStoreAsync();
    }

    protected override async ValueTask CloseStoreAsync()
    {
        await _store!.DisposeAsync();   // OpenStoreAsync has run
        _file.Dispose();
    }
}

public sealed class SqliteSnapshotStoreTests : SnapshotConformance
{
    private readonly TestFile _file = new();
    private SqliteStore? _store;

    protected override async ValueTask<(IJournal Journal, ISnapshotStore Snapshots)> OpenStoreAsync()
    {
        _store = await _file.OpenAsync();
        return (_store.Journal, _store.Snapshots);
    }

    protected override async ValueTask<(IJournal Journal, ISnapshotStore Snapshots)> ReopenStoreAsync()
    {
        await _store!.DisposeAsync();   // OpenStoreAsync has run
        return await OpenStoreAsync();
    }

    protected override async ValueTask CloseStoreAsync()
    {
        await _store!.DisposeAsync();   // OpenStoreAsync has run
        _file.Dispose();
    }
}

public sealed class SqliteHistoryTests : HistoryConformance
{
    private readonly TestFile _file = new();
    private SqliteStore? _store;

    protected override async ValueTask<IHistory> OpenStoreAsync() => (_store = await _file.OpenAsync()).History;

    protected override async ValueTask CloseStoreAsync()
    {
        await _store!.DisposeAsync();   // OpenStoreAsync has run
        _file.Dispose();
    }
}

public sealed class SharedHistoryTests : HistoryConformance
{
    private readonly TestFile _file = new();
    private SqliteSharedStore? _store;

    [Fact]
    public async Task A_process_that_does_not_own_the_store_cannot_prune()
    {
        await using var other = await SqliteSharedStore.JoinAsync(new SqliteStoreOptions { Path = _file.Path, IsShared = true });
        (await other.TryOwnAsync(default)).ShouldBeNull();
        await Should.ThrowAsync<InvalidOperationException>(async () => await other.History.PruneAsync("emails", JobState.Failed, DateTimeOffset.MaxValue, 1, default));
    }

    protected override async ValueTask<IHistory> OpenStoreAsync()
    {
        _store = await SqliteSharedStore.JoinAsync(new SqliteStoreOptions { Path = _file.Path, IsShared = true });
        (await _store.TryOwnAsync(default)).ShouldNotBeNull();
        return _store.History;
    }

    protected override async ValueTask CloseStoreAsync()
    {
        await _store!.DisposeAsync();   // OpenStoreAsync has run
        _file.Dispose();
    }
}
