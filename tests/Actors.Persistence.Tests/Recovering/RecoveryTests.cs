using Actors.Persistence.Tests.Faults;
using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Persistence.Tests.Recovering;

public sealed class RecoveryTests
{
    [Theory, OnEachDispatcher, Trait("rule", "PA-11"), Trait("rule", "PA-5")]
    public async Task Events_are_replayed_in_order_without_a_sender_then_RecoveryCompleted_then_the_commands(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        await WriteAsync(system, 3);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        reports.Send(ledger, "a command");
        await reports.ExpectReportsAsync("recover 1", "recover 2", "recover 3", "recovered", "a command");
        (await ledger.GetAsync()).ShouldBe([1, 2, 3]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-11")]
    public async Task RecoveryCompleted_is_delivered_also_when_nothing_is_stored(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.Report($"{l.LastSequenceNr} {l.IsRecovering}"));
        await reports.ExpectReportsAsync("recovered", "0 False");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-11")]
    public async Task Commands_that_come_during_recovery_wait_in_the_mailbox_and_keep_their_order(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        stores.Journal.OnRead = static () => new JournalUnavailableException("The store is away.");
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports) with { StashCapacity = 1 });
        for (var i = 0; i < 100; i++)
        {
            ledger.Tell($"command {i}");
        }

        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(1));
        stores.Journal.OnRead = static () => null;
        await reports.ExpectReportsAsync(["recovered", .. Enumerable.Range(0, 100).Select(i => $"command {i}")]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-11")]
    public async Task No_more_actors_recover_at_a_time_than_allowed_and_all_get_their_turn(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system, options => options.MaxConcurrentRecoveries = 3);
        stores.Journal.IsMute = true;
        var reading = 0;
        stores.Journal.OnRead = () =>
        {
            Interlocked.Increment(ref reading);
            return null;
        };
        var reports = system.CreateProbe();
        var ledgers = Enumerable.Range(0, 20).Select(i => system.ActorOf(Ledger.Props(reports, new Ledger.Script { Id = $"ledger-{i}" }))).ToArray();
        await system.DrainAsync();
        reading.ShouldBe(3);
        system.System.Stop(ledgers[10]); // It gives its place in the line up.
        await system.DrainAsync();
        stores.Journal.IsMute = false;
        await system.AdvanceAsync(TimeSpan.FromMinutes(2));
        (await reports.ReceiveAllAsync()).ShouldBe(Enumerable.Repeat("recovered", 19));
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-12")]
    public async Task A_store_that_does_not_answer_is_asked_again_and_the_actor_lives(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system, options => options.AnswerTimeout = TimeSpan.FromSeconds(3));
        await WriteAsync(system, 2);
        stores.Journal.IsMute = true;
        var reports = system.CreateProbe();
        system.ActorOf(Ledger.Props(reports));
        await system.Log.ExpectAsync(LogLevel.Error, "has not answered within 3 s", TimeSpan.FromSeconds(10));
        await reports.ExpectNoneAsync(TimeSpan.FromMinutes(2));
        stores.Journal.IsMute = false;
        await reports.ExpectAsync("recover 1", within: TimeSpan.FromSeconds(30));
        await reports.ExpectReportsAsync("recover 2", "recovered");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-12")]
    public async Task A_recovery_that_is_interrupted_goes_on_where_it_was(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        await WriteAsync(system, 100, bytesEach: 200_000); // Five pages.
        var reads = 0;
        stores.Journal.OnRead = () => Interlocked.Increment(ref reads) % 4 == 0 ? new JournalUnavailableException("The store is away.") : null;
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports, Padded));
        await reports.FishAsync<string>(report => report == "recovered", TimeSpan.FromMinutes(5));
        (await ledger.GetAsync()).ShouldBe(Enumerable.Range(1, 100));
        reads.ShouldBe(10); // Three openings, two faults, five pages.
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-12")]
    public async Task An_event_handler_that_throws_stops_the_actor_and_is_not_tried_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        await WriteAsync(system, 2);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(
            Ledger.Props(reports, new Ledger.Script { OnRecover = (_, added) => ThrowIf(added.Value == 2) }), "thrower");
        reports.Watch(ledger);
        reports.Send(ledger, "a command");
        await reports.ExpectReportsAsync(
            "recover 1",
            "recover 2",
            "recovery failed: RecoveryFailureException: 'actors://test/user/thrower' cannot recover 'ledger': the handler of event 2, a Added, has thrown: boom");
        await reports.ExpectTerminatedAsync(ledger);
        await reports.ExpectNoneAsync(TimeSpan.FromMinutes(1));
        await system.Log.ExpectAsync(2202);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-12")]
    public async Task A_damaged_journal_stops_the_actor(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        await WriteAsync(system, 3);
        stores.Journal.OnReadRow = static row => row.SequenceNumber == 2 ? null : row;
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        reports.Watch(ledger);
        await reports.ExpectAsync("recover 1");
        (await reports.ExpectAsync<string>()).ShouldStartWith("recovery failed: JournalCorruptException: Journal 'actor/ledger' is damaged: commit 2 is missing");
        await reports.ExpectTerminatedAsync(ledger);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-12")]
    public async Task A_commit_that_is_none_of_a_persistent_actor_stops_the_actor(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        await WriteAsync(system, 3);
        foreach (var bytes in new byte[][] { [], [1, 2, 3], "{}"u8.ToArray(), "{\"first\":1}"u8.ToArray(), "{\"first\":1,\"last\":1,\"events\":[]}"u8.ToArray(), "{\"first\":\"x\",\"last\":1}"u8.ToArray() })
        {
            stores.Journal.OnReadRow = row => row with { Events = bytes };
            var reports = system.CreateProbe();
            var ledger = system.ActorOf(Ledger.Props(reports));
            reports.Watch(ledger);
            (await reports.ExpectAsync<string>()).ShouldContain("commit");
            await reports.ExpectTerminatedAsync(ledger);
        }
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-13")]
    public async Task Recovery_options_choose_how_much_is_recovered_and_the_journal_goes_on_at_its_end(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        await WriteAsync(system, 5);
        await CheckAsync(new Recovery { ToSequenceNr = 3 }, [1, 2, 3]);
        await CheckAsync(new Recovery { ToSequenceNr = 0 }, []);
        await CheckAsync(new Recovery { ReplayMax = 2 }, [1, 2]);
        await CheckAsync(new Recovery { ReplayMax = 0 }, []);
        await CheckAsync(Recovery.None, []);
        await CheckAsync(new Recovery { ToSequenceNr = 5 }, [1, 2, 3, 4, 5]);
        await CheckAsync(Recovery.Default, [1, 2, 3, 4, 5]);

        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(script: new Ledger.Script { Recovery = Recovery.None }));
        ledger.Do(l => l.Persist(new Ledger.Added(6), added => reports.Ref.Tell($"{added.Value} is event {l.LastSequenceNr}")));
        await reports.ExpectAsync("6 is event 6");
        await system.StopAsync(ledger);
        await CheckAsync(Recovery.Default, [1, 2, 3, 4, 5, 6]);

        async Task CheckAsync(Recovery recovery, int[] expected)
        {
            var recovered = system.ActorOf(Ledger.Props(script: new Ledger.Script { Recovery = recovery }));
            (await recovered.GetAsync()).ShouldBe(expected);
            await system.StopAsync(recovered);
        }
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-19")]
    public async Task An_actor_without_an_id_or_a_store_does_not_start(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        probe.Watch(system.ActorOf(Ledger.Props(), "homeless"));
        await probe.ExpectAsync<Terminated>();
        (await system.Log.ExpectAsync(LogLevel.Error)).Message.ShouldContain("Ledger is a persistent actor, and the system 'test' has no store for its events. Call UseSqlite(…)");
        Stores.For(system);
        foreach (var id in new[] { "", " ", new string('x', 256) })
        {
            probe.Watch(system.ActorOf(Ledger.Props(script: new Ledger.Script { Id = id })));
            await probe.ExpectAsync<Terminated>();
            (await system.Log.ExpectAsync(LogLevel.Error)).Message.ShouldContain("Ledger must have a PersistenceId of 1 to 255 characters");
        }
    }

    [Theory, OnEachDispatcher]
    public async Task An_actor_that_is_stopped_while_it_waits_for_its_store_ends_at_once_and_without_a_failure(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        stores.Journal.IsMute = true;
        var asking = system.ActorOf(Ledger.Props());
        await system.DrainAsync();
        await system.StopAsync(asking);
        stores.Journal.IsMute = false;
        stores.Journal.OnRead = static () => new JournalUnavailableException("The store is away.");
        var pausing = system.ActorOf(Ledger.Props());
        await system.Log.ExpectAsync(LogLevel.Error, "The store is away.");
        await system.StopAsync(pausing);
        await system.Log.ExpectNoneAsync(LogLevel.Warning);
    }

    [Theory, OnEachDispatcher]
    public async Task A_system_has_one_store(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        Should.Throw<InvalidOperationException>(() => Stores.For(system)).Message.ShouldContain("Call StartPersistence once");
        Should.Throw<ArgumentOutOfRangeException>(() => Stores.For(system, options => options.MaxConcurrentRecoveries = 0));
        Should.Throw<ArgumentOutOfRangeException>(() => Stores.For(system, options => options.PersistTimeout = TimeSpan.Zero));
        Should.Throw<ArgumentOutOfRangeException>(() => Stores.For(system, options => options.AnswerTimeout = TimeSpan.Zero));
    }

    private static void ThrowIf(bool isSo)
    {
        if (isSo)
        {
            throw new BoomException();
        }
    }

    private static Ledger.Script Padded { get; } = new() { Construct = l => l.OnEvent<PaddedEvent>(padded => l.Values.Add(padded.Value)) };

    private static async Task WriteAsync(TestSystem system, int events, int bytesEach = 0)
    {
        var ledger = system.ActorOf(Ledger.Props(script: bytesEach == 0 ? null : Padded));
        for (var i = 1; i <= events; i++)
        {
            var value = i;
            ledger.Do(l =>
            {
                if (bytesEach == 0)
                {
                    l.Add(value);
                }
                else
                {
                    l.Persist(new PaddedEvent(value, new string('x', bytesEach)), _ => { });
                }
            });
        }

        await ledger.GetAsync();
        await system.StopAsync(ledger);
    }

    [Event("padded")]
    private sealed record PaddedEvent(int Value, string Padding);
}
