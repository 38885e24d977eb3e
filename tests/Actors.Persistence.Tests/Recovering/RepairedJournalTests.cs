using Actors.Persistence.Tests.Snapshots;
using Actors.TestKit;

namespace Actors.Persistence.Tests.Recovering;

/// <summary>A repair leaves an empty commit in the place of one that it has given up.</summary>
public sealed class RepairedJournalTests
{
    [Theory, OnEachDispatcher]
    public async Task An_actor_with_a_snapshot_recovers_when_the_newest_commit_was_given_up(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        await SnapshotTests.WriteAsync(system, 5, saveAt: [3]);
        GiveUp(stores, 5);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        await reports.ExpectReportsAsync("snapshot 1 2 3", "recover 4", "recovered");
        ledger.Do(l => l.Add(9));
        (await ledger.GetAsync()).ShouldBe([1, 2, 3, 4, 9]);
        await system.StopAsync(ledger);
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1, 2, 3, 4, 9]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_snapshot_keeps_the_events_of_a_commit_that_was_given_up(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        await SnapshotTests.WriteAsync(system, 3, saveAt: [3]);
        GiveUp(stores, 3);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        await reports.ExpectReportsAsync("snapshot 1 2 3", "recovered");
        ledger.Do(l => l.Add(9));
        (await ledger.GetAsync()).ShouldBe([1, 2, 3, 9]);
        await system.StopAsync(ledger);
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1, 2, 3, 9]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_recovery_up_to_an_event_works_although_the_newest_commit_was_given_up(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        await SnapshotTests.WriteAsync(system, 4);
        GiveUp(stores, 4);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports, new Ledger.Script { Recovery = new Recovery { ToSequenceNr = 2 } }));
        await reports.ExpectReportsAsync("recover 1", "recover 2", "recovered");
        ledger.Do(l => l.Report($"at {l.LastSequenceNr}"));
        await reports.ExpectAsync("at 3");
    }

    [Theory, OnEachDispatcher]
    public async Task Events_behind_a_commit_that_was_given_up_are_not_recovered_and_the_reason_is_said(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        await SnapshotTests.WriteAsync(system, 4);
        GiveUp(stores, 2);
        var reports = system.CreateProbe();
        system.ActorOf(Ledger.Props(reports));
        await reports.ExpectAsync("recover 1");
        var report = await reports.ExpectAsync<string>();
        report.ShouldContain("the events 2 to 2 are not there. A repair of the journal has given them up");
        report.ShouldNotContain("deleted");
    }

    [Theory, OnEachDispatcher]
    public async Task Events_are_deleted_past_a_commit_that_was_given_up(TestDispatcher dispatcher, int seed)
    {
        for (var givenUp = 1; givenUp <= 6; givenUp++)
        {
            await using var system = await TestSystem.StartAsync(seed, dispatcher);
            var stores = Stores.For(system);
            await SnapshotTests.WriteAsync(system, 6, saveAt: [6]);
            GiveUp(stores, givenUp);
            for (var to = 1; to <= 6; to++)
            {
                var reports = system.CreateProbe();
                var ledger = system.ActorOf(Ledger.Props(reports));
                await reports.ExpectReportsAsync("snapshot 1 2 3 4 5 6", "recovered");
                var last = to;
                ledger.Do(l => l.DeleteMessages(last));
                await reports.ExpectReportsAsync($"deleted to {to}");
                await system.StopAsync(ledger);
            }
        }
    }

    private static void GiveUp(Stores stores, long commit) => stores.Journal.OnReadRow = row =>
        row.SequenceNumber == commit ? row with { Events = default, Writer = Guid.Empty } : row;
}
