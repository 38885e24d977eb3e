using Actors.Jobs;
using Actors.Persistence;

namespace Actors.Sql.Tests.Conformance;

public sealed class InMemoryJournalTests : JournalConformance
{
    protected override ValueTask<IJournal> OpenStoreAsync() => new(new InMemoryJournal());

    protected override ValueTask<IJournal> ReopenStoreAsync() => new(Journal);

    protected override ValueTask CloseStoreAsync() => Journal.DisposeAsync();
}

public sealed class InMemorySnapshotStoreTests : SnapshotConformance
{
    protected override ValueTask<(IJournal Journal, ISnapshotStore Snapshots)> OpenStoreAsync() =>
        new((new InMemoryJournal(), new InMemorySnapshotStore()));

    protected override ValueTask<(IJournal Journal, ISnapshotStore Snapshots)> ReopenStoreAsync() => new((Journal, Snapshots));

    protected override ValueTask CloseStoreAsync() => Snapshots.DisposeAsync();
}

public sealed class InMemoryHistoryTests : HistoryConformance
{
    protected override ValueTask<IHistory> OpenStoreAsync() => new(new InMemoryHistory());

    protected override ValueTask CloseStoreAsync() => ValueTask.CompletedTask;
}
