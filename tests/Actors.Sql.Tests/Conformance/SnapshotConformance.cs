using Actors.Persistence;

namespace Actors.Sql.Tests.Conformance;

/// <summary>The duties of <see cref="ISnapshotStore"/> as tests. Every implementation runs them: derive, and say how to open one, with its journal, and how to open it again.</summary>
public abstract class SnapshotConformance : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    protected IJournal Journal { get; private set; } = null!;   // InitializeAsync sets it before any test runs, as the one below

    protected ISnapshotStore Snapshots { get; private set; } = null!;

    public async ValueTask InitializeAsync() => (Journal, Snapshots) = await OpenStoreAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseStoreAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Where_nothing_was_saved_nothing_is_found()
    {
        var owner = await OpenAsync("orders");
        (await LoadAsync(owner)).ShouldBeNull();
        (await Snapshots.LoadAsync("unknown", 1, SnapshotSelectionCriteria.Latest, default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_snapshot_is_found_as_it_was_saved_with_its_time_in_milliseconds()
    {
        var owner = await OpenAsync("orders");
        await Snapshots.SaveAsync(owner.Snapshot(7, [1, 2, 3], Noon.AddTicks(12_345), commitNumber: 5), default);
        var found = (await LoadAsync(owner)).ShouldNotBeNull();
        found.PersistenceId.ShouldBe("orders");
        found.SequenceNr.ShouldBe(7);
        found.CommitNumber.ShouldBe(5);
        found.Term.ShouldBe(1);
        found.Timestamp.ShouldBe(Noon.AddMilliseconds(1));
        found.Bytes.ToArray().ShouldBe([1, 2, 3]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000_000)]
    public async Task A_snapshot_may_be_empty_and_may_be_large(int length)
    {
        var bytes = new byte[length];
        new Random(42).NextBytes(bytes);
        var owner = await OpenAsync("orders");
        await Snapshots.SaveAsync(owner.Snapshot(1, bytes), default);
        (await LoadAsync(owner)).ShouldNotBeNull().Bytes.ToArray().ShouldBe(bytes);
    }

    [Fact]
    public async Task Bytes_may_change_once_the_save_is_answered()
    {
        var owner = await OpenAsync("orders");
        var bytes = new byte[] { 1, 2, 3 };
        await Snapshots.SaveAsync(owner.Snapshot(1, bytes), default);
        bytes[0] = 99;
        (await LoadAsync(owner)).ShouldNotBeNull().Bytes.ToArray().ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task The_newest_that_matches_is_found()
    {
        var owner = await OpenAsync("orders");
        for (var n = 5; n >= 1; n--)
        {
            await Snapshots.SaveAsync(owner.Snapshot(n * 10, timestamp: Noon.AddHours(n)), default);
        }

        (await FindAsync(SnapshotSelectionCriteria.Latest)).ShouldBe(50);
        (await FindAsync(SnapshotSelectionCriteria.None)).ShouldBeNull();
        (await FindAsync(new SnapshotSelectionCriteria(49))).ShouldBe(40);
        (await FindAsync(new SnapshotSelectionCriteria(40))).ShouldBe(40);
        (await FindAsync(new SnapshotSelectionCriteria(9))).ShouldBeNull();
        (await FindAsync(new SnapshotSelectionCriteria(0))).ShouldBeNull();
        (await FindAsync(new SnapshotSelectionCriteria(long.MaxValue, Noon.AddHours(3)))).ShouldBe(30);
        (await FindAsync(new SnapshotSelectionCriteria(long.MaxValue, Noon.AddHours(3).AddTicks(-1)))).ShouldBe(20);
        (await FindAsync(new SnapshotSelectionCriteria(45, MinSequenceNr: 40))).ShouldBe(40);
        (await FindAsync(new SnapshotSelectionCriteria(45, MinSequenceNr: 41))).ShouldBeNull();
        (await FindAsync(new SnapshotSelectionCriteria(41, MinSequenceNr: 45))).ShouldBeNull();
        (await FindAsync(new SnapshotSelectionCriteria(45, MinSequenceNr: -7))).ShouldBe(40);

        async Task<long?> FindAsync(SnapshotSelectionCriteria criteria) => (await LoadAsync(owner, criteria))?.SequenceNr;
    }

    [Fact]
    public async Task A_snapshot_of_no_event_is_kept_too()
    {
        var owner = await OpenAsync("orders");
        await Snapshots.SaveAsync(owner.Snapshot(0), default);
        (await LoadAsync(owner)).ShouldNotBeNull().SequenceNr.ShouldBe(0);
    }

    [Fact]
    public async Task A_second_save_of_one_event_replaces_the_first()
    {
        var owner = await OpenAsync("orders");
        await Snapshots.SaveAsync(owner.Snapshot(1, [1]), default);
        await Snapshots.SaveAsync(owner.Snapshot(1, [2]), default);
        (await LoadAsync(owner)).ShouldNotBeNull().Bytes.ToArray().ShouldBe([2]);
        await Snapshots.DeleteAsync("orders", 1, new SnapshotSelectionCriteria(1), default);
        (await LoadAsync(owner)).ShouldBeNull();
    }

    [Fact]
    public async Task Journals_do_not_see_each_other()
    {
        var orders = await OpenAsync("orders");
        var emails = await OpenAsync("emails");
        await Snapshots.SaveAsync(orders.Snapshot(5, [5]), default);
        await Snapshots.SaveAsync(emails.Snapshot(3, [3]), default);
        (await LoadAsync(orders)).ShouldNotBeNull().SequenceNr.ShouldBe(5);
        (await LoadAsync(emails)).ShouldNotBeNull().SequenceNr.ShouldBe(3);
        await Snapshots.DeleteAsync("orders", 1, SnapshotSelectionCriteria.Latest, default);
        (await LoadAsync(orders)).ShouldBeNull();
        (await LoadAsync(emails)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Only_what_matches_is_deleted_and_deleting_nothing_is_no_error()
    {
        var owner = await OpenAsync("orders");
        for (var n = 1; n <= 5; n++)
        {
            await Snapshots.SaveAsync(owner.Snapshot(n, timestamp: Noon.AddHours(n)), default);
        }

        await Snapshots.DeleteAsync("orders", 1, new SnapshotSelectionCriteria(4, MinSequenceNr: 3), default);
        await Snapshots.DeleteAsync("orders", 1, new SnapshotSelectionCriteria(5, Noon.AddHours(1)), default);
        await Snapshots.DeleteAsync("orders", 1, SnapshotSelectionCriteria.None, default);
        await Snapshots.DeleteAsync("unknown", 1, SnapshotSelectionCriteria.Latest, default);
        (await LoadAsync(owner)).ShouldNotBeNull().SequenceNr.ShouldBe(5);
        (await LoadAsync(owner, new SnapshotSelectionCriteria(4))).ShouldNotBeNull().SequenceNr.ShouldBe(2);
        (await LoadAsync(owner, new SnapshotSelectionCriteria(1))).ShouldBeNull();
    }

    [Fact]
    public async Task An_owner_is_fenced_once_its_successor_has_looked()
    {
        var old = await OpenAsync("orders");
        await Snapshots.SaveAsync(old.Snapshot(1, [1]), default);
        var next = await OpenAsync("orders");
        (await LoadAsync(next)).ShouldNotBeNull().Term.ShouldBe(1);

        await Should.ThrowAsync<JournalFencedException>(() => Snapshots.SaveAsync(old.Snapshot(2), default));
        await Should.ThrowAsync<JournalFencedException>(() => Snapshots.DeleteAsync("orders", 1, SnapshotSelectionCriteria.Latest, default));
        await Should.ThrowAsync<JournalFencedException>(() => LoadAsync(old));
        (await LoadAsync(next)).ShouldNotBeNull().SequenceNr.ShouldBe(1);
        await Snapshots.SaveAsync(next.Snapshot(3), default);
        (await LoadAsync(next)).ShouldNotBeNull().Term.ShouldBe(2);
    }

    [Fact]
    public async Task A_call_that_was_given_up_before_it_began_changes_nothing()
    {
        var owner = await OpenAsync("orders");
        await Should.ThrowAsync<OperationCanceledException>(() => Snapshots.SaveAsync(owner.Snapshot(1), new CancellationToken(canceled: true)));
        (await LoadAsync(owner)).ShouldBeNull();
    }

    [Fact]
    public async Task Content_outlives_its_owner_and_its_store()
    {
        var owner = await OpenAsync("orders");
        await Snapshots.SaveAsync(owner.Snapshot(4, [4, 4]), default);
        (Journal, Snapshots) = await ReopenStoreAsync();
        (await LoadAsync(await OpenAsync("orders"))).ShouldNotBeNull().Bytes.ToArray().ShouldBe([4, 4]);
    }

    protected abstract ValueTask<(IJournal Journal, ISnapshotStore Snapshots)> OpenStoreAsync();

    /// <summary>Ends the store as a crash or a stop would, and opens the same content again.</summary>
    protected abstract ValueTask<(IJournal Journal, ISnapshotStore Snapshots)> ReopenStoreAsync();

    protected abstract ValueTask CloseStoreAsync();

    private Task<Owner> OpenAsync(string journal) => Owner.OpenAsync(Journal, journal);

    private Task<SnapshotRow?> LoadAsync(Owner owner, SnapshotSelectionCriteria? criteria = null) =>
        Snapshots.LoadAsync(owner.Journal, owner.Opening.Term, criteria ?? SnapshotSelectionCriteria.Latest, default);
}
