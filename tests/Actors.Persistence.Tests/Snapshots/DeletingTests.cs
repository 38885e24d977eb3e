using Actors.TestKit;

namespace Actors.Persistence.Tests.Snapshots;

public sealed class DeletingTests
{
    [Theory, OnEachDispatcher, Trait("rule", "PA-15")]
    public async Task Events_after_the_last_one_cannot_be_deleted(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.Add(1));
        ledger.Do(l => l.Save());
        await reports.ExpectReportsAsync("recovered", "saved 1");
        ledger.Do(l => l.DeleteMessages(2));
        ledger.Do(l => l.DeleteMessages(long.MaxValue));
        ledger.Do(l => l.DeleteMessages(0));
        await reports.ExpectReportsAsync(
            "not deleted to 2: The last event of 'ledger' is 1, so none can be deleted up to 2.",
            "not deleted to 9223372036854775807: The last event of 'ledger' is 1, so none can be deleted up to 9223372036854775807.",
            "deleted to 0");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-15")]
    public async Task Only_what_a_durable_snapshot_contains_is_deleted(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        for (var i = 1; i <= 3; i++)
        {
            var value = i;
            ledger.Do(l => l.Add(value));
        }

        ledger.Do(l => l.DeleteMessages(3));
        await reports.ExpectReportsAsync(
            "recovered", "not deleted to 3: No durable snapshot of 'ledger' contains the events up to 3. Delete events when SaveSnapshotSuccess has come.");
        ledger.Do(l => l.Save());
        await reports.ExpectReportsAsync("saved 3");
        ledger.Do(l => l.Add(4));
        ledger.Do(l => l.DeleteMessages(4));
        ledger.Do(l => l.DeleteMessages(2));
        await reports.ExpectReportsAsync(
            "not deleted to 4: No durable snapshot of 'ledger' contains the events up to 4; the newest contains those up to 3. Delete events when SaveSnapshotSuccess has come.",
            "deleted to 2");
        (await KeptAsync(stores)).ShouldBe([3, 4, 5]); // The last commit has the deletion, and no event.
        ledger.Do(l => l.DeleteMessages(3));
        await reports.ExpectReportsAsync("deleted to 3");
        (await KeptAsync(stores)).ShouldBe([4, 5, 6]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-15")]
    public async Task The_highest_sequence_number_survives_the_deletion_of_all_events(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        await SnapshotTests.WriteAsync(system, 5, saveAt: [5], deleteTo: 5);
        (await KeptAsync(stores)).Count.ShouldBe(1);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.Persist(new Ledger.Added(6), added => l.Report($"{added.Value} is event {l.LastSequenceNr}")));
        await reports.ExpectReportsAsync("snapshot 1 2 3 4 5", "recovered", "6 is event 6");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-15")]
    public async Task Events_that_share_a_commit_with_a_later_one_stay_and_are_not_recovered_twice(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.PersistAll([new Ledger.Added(1), new Ledger.Added(2)], l.Apply));
        ledger.Do(l => l.PersistAll([new Ledger.Added(3), new Ledger.Added(4), new Ledger.Added(5)], added =>
        {
            l.Apply(added);
            if (added.Value == 4)
            {
                l.Save();
            }
        }));
        await reports.ExpectReportsAsync("recovered", "saved 4");
        ledger.Do(l => l.DeleteMessages(4));
        await reports.ExpectReportsAsync("deleted to 4");
        (await KeptAsync(stores)).ShouldBe([2, 3]);
        await system.StopAsync(ledger);
        ledger = system.ActorOf(Ledger.Props(reports));
        await reports.ExpectReportsAsync("snapshot 1 2 3 4", "recover 5", "recovered");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-15")]
    public async Task Deletions_go_with_the_next_commit_while_one_is_on_its_way(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.Add(1));
        ledger.Do(l => l.Save());
        await reports.ExpectReportsAsync("recovered", "saved 1");
        stores.Journal.Hold();
        ledger.Do(l => l.PersistAsync(new Ledger.Added(2), l.Apply));
        ledger.Do(l => l.DeleteMessages(1));
        await system.DrainAsync();
        ledger.Do(l => l.PersistAsync(new Ledger.Added(3), l.Apply));
        await system.DrainAsync();
        stores.Journal.Release();
        await reports.ExpectReportsAsync("deleted to 1");
        stores.Journal.Writes.ShouldBe([1, 1, 1]);
        (await KeptAsync(stores)).ShouldBe([2, 3]);
    }

    [Theory, OnEachDispatcher]
    public async Task Once_events_are_deleted_the_snapshot_that_contains_them_stays(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        await SnapshotTests.WriteAsync(system, 6, saveAt: [2, 4, 6], deleteTo: 3);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.DeleteSnapshots(SnapshotSelectionCriteria.Latest));
        await reports.ExpectReportsAsync("snapshot 1 2 3 4 5 6", "recovered");
        (await reports.ExpectAsync<string>()).ShouldBe(
            "snapshots not deleted: The events up to 6 of 'ledger' have been deleted, so the snapshot of event 6 must stay. Delete snapshots up to 5.");
        ledger.Do(l => l.DeleteSnapshots(new SnapshotSelectionCriteria(5)));
        await reports.ExpectReportsAsync("snapshots deleted to 5");
        await system.StopAsync(ledger);
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_snapshot_that_is_being_deleted_covers_no_deletion_of_events(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.Add(1));
        ledger.Do(l => l.Save());
        await reports.ExpectReportsAsync("recovered", "saved 1");
        ledger.Do(l =>
        {
            l.DeleteSnapshots(SnapshotSelectionCriteria.Latest);
            l.DeleteMessages(1);
        });
        (await reports.ReceiveAllAsync()).Cast<string>().Order(StringComparer.Ordinal).First().ShouldStartWith("not deleted to 1: No durable snapshot");
        await system.StopAsync(ledger);
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_deletion_of_events_that_was_asked_for_before_a_restart_is_refused_after_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.Add(1));
        ledger.Do(l => l.Save());
        await reports.ExpectReportsAsync("recovered", "saved 1");
        ledger.Do(_ =>
        {
            // All of them before what the first is answered with.
            ledger.Do(l => l.DeleteMessages(1));
            ledger.Do(l => throw new BoomException());
            ledger.Do(l => l.DeleteSnapshots(SnapshotSelectionCriteria.Latest));
        });
        (await reports.FishAsync<string>(report => report.StartsWith("not deleted to 1", StringComparison.Ordinal)))
            .ShouldBe("not deleted to 1: 'ledger' was recovered again before its events up to 1 were deleted. Ask for it again.");
        await system.StopAsync(ledger);
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1]);
    }

    [Theory, OnEachDispatcher]
    public Task News_of_a_snapshot_that_was_to_be_deleted_since_cover_no_deletion_of_events(TestDispatcher dispatcher, int seed) =>
        BeToldTooLateAsync(dispatcher, seed, isRestarted: false);

    [Theory, OnEachDispatcher]
    public Task News_of_a_snapshot_from_before_a_restart_cover_no_deletion_of_events(TestDispatcher dispatcher, int seed) =>
        BeToldTooLateAsync(dispatcher, seed, isRestarted: true);

    private static async Task BeToldTooLateAsync(TestDispatcher dispatcher, int seed, bool isRestarted)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.Add(1));
        await reports.ExpectReportsAsync("recovered");
        await ledger.GetAsync();
        ledger.Do(_ =>
        {
            // All of them before it is told that the snapshot was saved.
            ledger.Do(l => l.Save());
            if (isRestarted)
            {
                ledger.Do(l => throw new BoomException());
            }

            ledger.Do(l => l.DeleteSnapshots(SnapshotSelectionCriteria.Latest));
        });
        await reports.FishAsync<string>(report => report == "saved 1");
        ledger.Do(l => l.DeleteMessages(1));
        (await reports.FishAsync<string>(report => report.StartsWith("not deleted", StringComparison.Ordinal))).ShouldStartWith("not deleted to 1: No durable snapshot");
        await system.StopAsync(ledger);
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_deletion_that_cannot_be_prepared_is_reported_and_can_be_asked_for_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.PersistAsync(new Ledger.Added(1), l.Apply));
        await ledger.GetAsync();
        ledger.Do(l => l.Add(2));
        ledger.Do(l => l.Save());
        await reports.ExpectReportsAsync("recovered", "saved 2");
        stores.Journal.OnRead = static () => new JournalUnavailableException("The store is away.");
        ledger.Do(l => l.DeleteMessages(2));
        await reports.ExpectReportsAsync("not deleted to 2: The store is away.");
        stores.Journal.OnRead = static () => null;
        ledger.Do(l => l.DeleteMessages(2));
        await reports.ExpectReportsAsync("deleted to 2");
    }

    private static async Task<IReadOnlyList<long>> KeptAsync(Stores stores) =>
        [.. (await stores.Journal.ReadAsync("actor/ledger", 1, int.MaxValue, default)).Select(row => row.SequenceNumber)];
}
