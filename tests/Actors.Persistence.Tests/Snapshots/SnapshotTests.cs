using Actors.Persistence.Tests.Faults;
using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Persistence.Tests.Snapshots;

public sealed class SnapshotTests
{
    [Theory, OnEachDispatcher, Trait("rule", "PA-16"), Trait("rule", "PA-11")]
    public async Task Recovery_begins_with_the_newest_snapshot_and_replays_only_what_came_after_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        foreach (var value in new[] { 1, 2, 3, 4, 5 })
        {
            ledger.Do(l => l.Add(value));
            if (value is 2 or 4)
            {
                ledger.Do(l => l.Save());
            }
        }

        await reports.ExpectReportsAsync("recovered", "saved 2", "saved 4");
        await system.StopAsync(ledger);
        ledger = system.ActorOf(Ledger.Props(reports));
        await reports.ExpectReportsAsync("snapshot 1 2 3 4", "recover 5", "recovered");
        (await ledger.GetAsync()).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-16")]
    public async Task Saving_does_not_block_commands_and_saves_the_state_of_the_call(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stores.Snapshots.Gate = gate.Task;
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.Add(1));
        ledger.Do(l =>
        {
            l.Save();
            l.Report("asked");
        });
        ledger.Do(l => l.Add(2));
        ledger.Tell("a command");
        await reports.ExpectReportsAsync("recovered", "asked", "a command");
        gate.SetResult();
        await reports.ExpectReportsAsync("saved 1");
        await system.StopAsync(ledger);
        system.ActorOf(Ledger.Props(reports));
        await reports.ExpectReportsAsync("snapshot 1", "recover 2", "recovered");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-16")]
    public async Task A_snapshot_that_is_not_saved_is_reported_and_without_a_handler_a_warning(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        stores.Snapshots.OnWrite = static () => new JournalUnavailableException("The disk is full.");
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.Add(1));
        ledger.Do(l => l.Save());
        ledger.Do(l => l.SaveSnapshot("a class without a name"));
        await reports.ExpectReportsAsync("recovered");
        (await reports.ReceiveAllAsync()).ShouldBe(
            [
                "not saved 1: The disk is full.",
                "not saved 1: String has no [Snapshot(\"…\")]. Give it a stable name, which is what is stored instead of the name of the class.",
            ],
            ignoreOrder: true);
        await system.StopAsync(ledger);

        ledger = system.ActorOf(Ledger.Props(script: new Ledger.Script { HandlesFailures = false }));
        ledger.Do(l => l.Save());
        ledger.Do(l => l.DeleteMessages(1));
        ledger.Do(l => l.DeleteSnapshots(SnapshotSelectionCriteria.Latest));
        await system.Log.ExpectAsync(LogLevel.Warning, "The snapshot of ledger at event 1 was not saved: The disk is full.");
        await system.Log.ExpectAsync(LogLevel.Warning, "The events of ledger up to 1 were not deleted: No durable snapshot");
        await system.Log.ExpectAsync(LogLevel.Warning, "The snapshots of ledger up to event 9223372036854775807 were not deleted: The disk is full.");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-16")]
    public async Task A_snapshot_store_that_does_not_answer_is_a_failure_after_a_while(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        stores.Snapshots.Gate = new TaskCompletionSource().Task;
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.Save());
        await reports.ExpectAsync("recovered");
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(29));
        await reports.ExpectAsync("not saved 0: There was no answer within 30 s.");
    }

    [Theory, OnEachDispatcher]
    public async Task A_torn_snapshot_is_passed_over_with_a_warning_for_an_older_one_and_then_for_the_events(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        await WriteAsync(system, 6, saveAt: [2, 4, 6]);
        stores.Snapshots.IsTorn = static sequenceNr => sequenceNr == 6;
        await CheckAsync("snapshot 1 2 3 4", "recover 5", "recover 6", "recovered");
        stores.Snapshots.IsTorn = static sequenceNr => sequenceNr >= 4;
        await CheckAsync("snapshot 1 2", "recover 3", "recover 4", "recover 5", "recover 6", "recovered");
        stores.Snapshots.IsTorn = static _ => true;
        await CheckAsync("recover 1", "recover 2", "recover 3", "recover 4", "recover 5", "recover 6", "recovered");
        await system.Log.ExpectAsync(LogLevel.Warning, "The snapshot of ledger at event 6 cannot be read and is passed over: It does not match its checksum.");
        await system.Log.ExpectAsync(LogLevel.Warning, "The snapshot of ledger at event 2 cannot be read and is passed over");

        async Task CheckAsync(params string[] expected)
        {
            var reports = system.CreateProbe();
            var ledger = system.ActorOf(Ledger.Props(reports));
            await reports.ExpectReportsAsync(expected);
            await system.StopAsync(ledger);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_snapshot_that_cannot_be_decoded_is_passed_over_with_a_warning(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        await WriteAsync(system, 3, saveAt: [2]);
        string[] bad =
        [
            "", "{}", "[]", "\u0001", """{"name":"ledger","version":1,"data":null}""", """{"name":"ledger","version":1,"data":[]}""",
            """{"name":"ledger","version":2,"data":{}}""", """{"name":"elsewhere","version":1,"data":{}}""", """{"name":"ledger","version":1,"data":{"values":"x"}}""",
        ];
        foreach (var text in bad)
        {
            stores.Snapshots.OnRow = row => new SnapshotRow
            {
                PersistenceId = row.PersistenceId,
                SequenceNr = row.SequenceNr,
                CommitNumber = row.CommitNumber,
                Term = row.Term,
                Timestamp = row.Timestamp,
                Bytes = System.Text.Encoding.UTF8.GetBytes(text),
            };
            var reports = system.CreateProbe();
            var ledger = system.ActorOf(Ledger.Props(reports));
            await reports.ExpectReportsAsync("recover 1", "recover 2", "recover 3", "recovered");
            await system.Log.ExpectAsync(LogLevel.Warning, "The snapshot of ledger at event 2 cannot be read and is passed over");
            await system.StopAsync(ledger);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task When_no_snapshot_can_be_read_and_the_events_are_deleted_the_actor_stops_and_says_what_is_missing(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        await WriteAsync(system, 6, saveAt: [4], deleteTo: 4);
        stores.Snapshots.IsTorn = static _ => true;
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        reports.Watch(ledger);
        (await reports.ExpectAsync<string>()).ShouldContain("cannot recover 'ledger': the events 1 to 4 are not there. They were deleted because a snapshot contained them");
        await reports.ExpectTerminatedAsync(ledger);
        stores.Snapshots.IsTorn = static _ => false;
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-13")]
    public async Task Recovery_without_a_snapshot_does_not_take_a_rest_of_the_events_for_all_of_them(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        await WriteAsync(system, 6, saveAt: [4], deleteTo: 4);
        var reports = system.CreateProbe();
        system.ActorOf(Ledger.Props(reports, new Ledger.Script { Recovery = new Recovery { FromSnapshot = SnapshotSelectionCriteria.None } }));
        (await reports.ExpectAsync<string>()).ShouldContain("or Recovery excludes it");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-13")]
    public async Task Recovery_chooses_the_newest_snapshot_that_matches(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        await WriteAsync(system, 6, saveAt: [2, 4, 6]);
        var start = system.Time.GetUtcNow();
        await CheckAsync(new Recovery { FromSnapshot = new SnapshotSelectionCriteria(5) }, "snapshot 1 2 3 4", "recover 5", "recover 6", "recovered");
        await CheckAsync(new Recovery { FromSnapshot = new SnapshotSelectionCriteria(3), ToSequenceNr = 3 }, "snapshot 1 2", "recover 3", "recovered");
        await CheckAsync(new Recovery { ToSequenceNr = 5 }, "snapshot 1 2 3 4", "recover 5", "recovered");
        await CheckAsync(new Recovery { ReplayMax = 1, FromSnapshot = new SnapshotSelectionCriteria(2) }, "snapshot 1 2", "recover 3", "recovered");
        await CheckAsync(new Recovery { FromSnapshot = new SnapshotSelectionCriteria(5, MinSequenceNr: 5) }, "recover 1", "recover 2", "recover 3", "recover 4", "recover 5", "recover 6", "recovered");
        await CheckAsync(new Recovery { FromSnapshot = new SnapshotSelectionCriteria(6, start.AddDays(-1)) }, "recover 1", "recover 2", "recover 3", "recover 4", "recover 5", "recover 6", "recovered");

        async Task CheckAsync(Recovery recovery, params string[] expected)
        {
            var reports = system.CreateProbe();
            var ledger = system.ActorOf(Ledger.Props(reports, new Ledger.Script { Recovery = recovery }));
            await reports.ExpectReportsAsync(expected);
            await system.StopAsync(ledger);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_snapshot_of_events_that_the_journal_does_not_have_is_passed_over(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        await WriteAsync(system, 3, saveAt: [2]);
        await stores.Snapshots.SaveAsync(
            new SnapshotRow
            {
                PersistenceId = "actor/ledger",
                SequenceNr = 9,
                CommitNumber = 9,
                Term = 1,
                Timestamp = system.Time.GetUtcNow(),
                Bytes = """{"name":"ledger","version":1,"data":{"values":[1,2,3,4,5,6,7,8,9]}}"""u8.ToArray(),
            },
            default);
        var reports = system.CreateProbe();
        system.ActorOf(Ledger.Props(reports));
        await reports.ExpectReportsAsync("snapshot 1 2", "recover 3", "recovered");
        await system.Log.ExpectAsync(LogLevel.Warning, "the journal ends at event 3");
    }

    [Theory, OnEachDispatcher]
    public async Task A_snapshot_without_a_handler_stops_the_actor_and_says_what_to_declare(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system, options => options.Snapshots.Add<Other>());
        var ledger = system.ActorOf(Ledger.Props());
        ledger.Do(l => l.Add(1));
        ledger.Do(l => l.SaveSnapshot(new Other()));
        await ledger.GetAsync();
        await system.StopAsync(ledger);
        var reports = system.CreateProbe();
        system.ActorOf(Ledger.Props(reports));
        (await reports.ExpectAsync<string>()).ShouldContain("the snapshot of event 1 is a Other, and there is no handler for it. Declare RecoverSnapshot<Other>(…).");
    }

    [Theory, OnEachDispatcher]
    public async Task A_snapshot_without_any_event_is_recovered_too(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.SaveSnapshot(new Ledger.State([7])));
        await reports.ExpectReportsAsync("recovered", "saved 0");
        await system.StopAsync(ledger);
        system.ActorOf(Ledger.Props(reports));
        await reports.ExpectReportsAsync("snapshot 7", "recovered");
    }

    [Theory, OnEachDispatcher]
    public async Task A_fenced_owner_deletes_no_snapshot_that_its_successor_relies_on(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var (oldReports, newReports) = (system.CreateProbe(), system.CreateProbe());
        var old = system.ActorOf(Ledger.Props(oldReports));
        old.Do(l => l.Add(1));
        await old.GetAsync();
        var current = system.ActorOf(Ledger.Props(newReports));
        current.Do(l => l.Save());
        await newReports.ExpectReportsAsync("recover 1", "recovered", "saved 1");
        current.Do(l => l.DeleteMessages(1));
        await newReports.ExpectReportsAsync("deleted to 1");
        old.Do(l => l.DeleteSnapshots(SnapshotSelectionCriteria.Latest));
        await oldReports.ExpectAsync("recovered");
        (await oldReports.ExpectAsync<string>()).ShouldStartWith("snapshots not deleted: The snapshots of 'actor/ledger' belong to another owner");
        await system.StopAsync(current);
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1]);
    }

    internal static async Task WriteAsync(TestSystem system, int events, int[]? saveAt = null, long deleteTo = 0)
    {
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        for (var i = 1; i <= events; i++)
        {
            var value = i;
            ledger.Do(l => l.Add(value));
            if (saveAt?.Contains(i) == true)
            {
                ledger.Do(l => l.Save());
                await reports.FishAsync<string>(report => report == $"saved {value}");
            }
        }

        if (deleteTo > 0)
        {
            ledger.Do(l => l.DeleteMessages(deleteTo));
            await reports.FishAsync<string>(report => report == $"deleted to {deleteTo}");
        }

        await ledger.GetAsync();
        await system.StopAsync(ledger);
    }

    [Snapshot("other")]
    private sealed record Other;
}
