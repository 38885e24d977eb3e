using Actors.Persistence.Tests.Faults;
using Actors.TestKit;
using AppendFault = Actors.Persistence.Tests.Faults.AppendFault;
using Microsoft.Extensions.Logging;

namespace Actors.Persistence.Tests.Persisting;

public sealed class FailureTests
{
    [Theory, OnEachDispatcher, Trait("rule", "PA-8"), Trait("rule", "PA-21")]
    public async Task A_store_that_never_answers_has_a_limit_after_which_the_supervisor_decides_and_the_actor_reads_back(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system, options => options.PersistTimeout = TimeSpan.FromSeconds(10));
        var reports = system.CreateProbe();
        var caller = system.CreateProbe("caller");
        var ledger = system.ActorOf(Ledger.Props(reports));
        await reports.ExpectAsync("recovered");
        stores.Journal.Hold();
        caller.Do(ledger, l => l.PersistAll([new Ledger.Added(1), new Ledger.Added(2)], l.Apply));
        caller.Send(ledger, "the next command");
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(9.9));
        await reports.ExpectReportsAsync(
            "failed 1 (1): PersistFailureException to caller", "failed 2 (2): PersistFailureException to caller");
        stores.Journal.Release();
        await reports.ExpectAsync("recover 1", within: TimeSpan.FromMinutes(1)); // They had reached the store after all.
        await reports.ExpectReportsAsync("recover 2", "recovered", "the next command");
        (await ledger.GetAsync()).ShouldBe([1, 2]);
        (await system.Log.ExpectAsync(LogLevel.Warning)).Message.ShouldContain(
            "has waited 10 s for its journal 'ledger' to store events, without an answer. They may be stored or not; a restart reads back what is.");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-8")]
    public async Task A_store_that_is_away_for_long_restarts_the_actor_with_the_backoff_of_its_supervisor_and_loses_no_command(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(
            seed,
            dispatcher,
            options => options.UserStrategy = new OneForOneStrategy(new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(20), Jitter = 0 } }));
        var stores = Stores.For(system, options => options.PersistTimeout = TimeSpan.FromSeconds(10));
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        await reports.ExpectAsync("recovered");
        stores.Journal.OnAppend = static _ => AppendFault.Unavailable;
        stores.Journal.OnRead = static () => new JournalUnavailableException("The disk is full.");
        ledger.Do(l => l.Add(1));
        ledger.Do(l => l.Add(2));
        await reports.ExpectAsync("failed 1 (1): PersistFailureException to dead-letters", within: TimeSpan.FromSeconds(10));
        stores.Journal.OnAppend = static _ => AppendFault.None;
        stores.Journal.OnRead = static () => null;
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(19));
        await reports.ExpectReportsAsync("recover 1", "recovered");
        (await ledger.GetAsync()).ShouldBe([1, 2]);
        (await system.Log.ExpectAsync(LogLevel.Warning)).Message.ShouldContain("The disk is full.");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-8")]
    public async Task A_store_that_is_away_for_less_than_the_limit_is_waited_for(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        stores.Journal.OnAppend = static _ => AppendFault.Unavailable;
        ledger.Do(l => l.Persist(new Ledger.Added(1), added =>
        {
            l.Apply(added);
            l.Report("handled");
        }));
        await reports.ExpectAsync("recovered");
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(20));
        stores.Journal.OnAppend = static _ => AppendFault.None;
        await reports.ExpectAsync("handled", within: TimeSpan.FromSeconds(6));
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));
        (await ledger.GetAsync()).ShouldBe([1]);
        await reports.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-8")]
    public async Task An_actor_that_is_resumed_after_a_failed_write_stops_because_it_does_not_know_what_is_stored(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(
            seed, dispatcher, options => options.UserStrategy = new OneForOneStrategy(decider: _ => Directive.Resume));
        var stores = Stores.For(system, options => options.PersistTimeout = TimeSpan.FromSeconds(1));
        var reports = system.CreateProbe();
        system.System.EventStream.Subscribe<DeadLetter>(reports.Ref);
        var ledger = system.ActorOf(Ledger.Props(reports));
        reports.Watch(ledger);
        stores.Journal.OnAppend = static _ => AppendFault.Unavailable;
        ledger.Do(l => l.Add(1));
        ledger.Tell("a command");
        await reports.ExpectReportsAsync("recovered", "failed 1 (1): PersistFailureException to dead-letters");
        (await reports.FishAsync<DeadLetter>()).Message.ShouldBe("a command");
        await reports.FishAsync<Terminated>();
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-8")]
    public async Task A_command_that_finds_the_store_away_again_and_again_is_not_quarantined_for_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system, options => options.PersistTimeout = options.AnswerTimeout = TimeSpan.FromSeconds(1));
        var reports = system.CreateProbe();
        var caller = system.CreateProbe("caller");
        var ledger = system.ActorOf(Ledger.Props(reports));
        stores.Journal.OnAppend = static _ => AppendFault.Unavailable;
        for (var i = 0; i < 5; i++)
        {
            await reports.ExpectAsync("recovered", within: TimeSpan.FromSeconds(10));
            caller.Send(ledger, 7);
            await reports.ExpectAsync("failed 7 (1): PersistFailureException to caller");
        }

        stores.Journal.OnAppend = static _ => AppendFault.None;
        await reports.FishAsync<string>(report => report == "recovered", TimeSpan.FromSeconds(10));
        var before = (await ledger.GetAsync()).Length;
        caller.Send(ledger, 7);
        await caller.ExpectAsync(7);
        (await ledger.GetAsync()).Length.ShouldBe(before + 1);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-8"), Trait("rule", "PA-17")]
    public async Task Of_two_actors_with_one_id_the_older_is_fenced_says_so_and_stops(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var (oldReports, newReports) = (system.CreateProbe(), system.CreateProbe());
        var caller = system.CreateProbe("caller");
        var old = system.ActorOf(Ledger.Props(oldReports), "old");
        old.Do(l => l.Add(1));
        await old.GetAsync();
        var current = system.ActorOf(Ledger.Props(newReports), "new");
        (await current.GetAsync()).ShouldBe([1]);
        oldReports.Watch(old);
        caller.Do(old, l => l.Persist(new Ledger.Added(2), _ => l.Report("handled, though it was not stored")));
        old.Tell("a command");
        current.Do(l => l.Add(3));
        await oldReports.ExpectReportsAsync("recovered", "failed 2 (2): JournalFencedException to caller");
        await oldReports.ExpectTerminatedAsync(old);
        (await current.GetAsync()).ShouldBe([1, 3]);
        (await system.Log.ExpectAsync(2205)).Message.ShouldContain("has been taken over by another owner");
        await system.StopAsync(current);
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1, 3]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-9")]
    public async Task A_rejected_event_is_reported_in_its_place_its_handler_is_not_called_and_its_number_is_used_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system, options => options.Events.Add<Ledger.Broken>());
        var reports = system.CreateProbe();
        var caller = system.CreateProbe("caller");
        var ledger = system.ActorOf(Ledger.Props(reports));
        caller.Do(ledger, l =>
        {
            l.Persist(new Ledger.Added(1), added => l.Report($"handled {added.Value}"));
            l.Persist(new Ledger.Broken(), _ => l.Report("handled, though it was not stored"));
            l.PersistAll<object>([new Ledger.Added(2), new Ledger.Unknown(3)], _ => l.Report("handled, though it was not stored"));
            l.Persist(new Ledger.Added(4), added => l.Report($"handled {added.Value} as event {l.LastSequenceNr}"));
        });
        await reports.ExpectReportsAsync(
            "recovered",
            "handled 1",
            "rejected Broken (2) to caller",
            "rejected Added (2) to caller",
            "rejected Unknown (2) to caller",
            "handled 4 as event 2");
        (await system.Log.ExpectAsync(2204)).Message.ShouldContain("This one cannot be written.");
        (await system.Log.ExpectAsync(LogLevel.Error, "no actor has declared Recover<Unknown>")).Message.ShouldContain("Declare it, or add it to PersistenceOptions.Events.");
        await system.StopAsync(ledger);
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1, 4]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-9")]
    public async Task A_class_without_a_stored_name_and_an_event_that_is_too_large_are_rejected(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system, options => options.Events.Add<Big>());
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l =>
        {
            l.PersistAsync("text", _ => { });
            l.PersistAllAsync([new Big(new string('x', 9_000_000)), new Big(new string('x', 9_000_000))], _ => { });
        });
        await reports.ExpectReportsAsync("recovered", "rejected String (1) to dead-letters", "rejected Big (1) to dead-letters", "rejected Big (1) to dead-letters");
        await system.Log.ExpectAsync(LogLevel.Error, "String has no [Event(\"…\")]");
        await system.Log.ExpectAsync(LogLevel.Error, "Store large content elsewhere");
    }

    [Theory]
    [InlineData(nameof(AppendFault.UnknownBefore))]
    [InlineData(nameof(AppendFault.UnknownAfter))]
    [Trait("rule", "PA-21")]
    public async Task A_write_in_doubt_is_read_back_and_made_exactly_once(string fault)
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            await using var system = await TestSystem.StartAsync(seed);
            var stores = Stores.For(system);
            var appends = 0;
            stores.Journal.OnAppend = _ => ++appends % 2 == 0 ? AppendFault.None : Enum.Parse<AppendFault>(fault);
            var ledger = system.ActorOf(Ledger.Props());
            for (var i = 1; i <= 20; i++)
            {
                var value = i;
                ledger.Do(l => l.Add(value));
            }

            await system.AdvanceAsync(TimeSpan.FromSeconds(20));
            (await ledger.GetAsync()).ShouldBe(Enumerable.Range(1, 20));
            await system.StopAsync(ledger);
            (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe(Enumerable.Range(1, 20));
        }
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-21")]
    public async Task A_write_without_an_answer_is_in_doubt_after_a_while_and_made_exactly_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system, options => options.PersistTimeout = Timeout.InfiniteTimeSpan);
        var ledger = system.ActorOf(Ledger.Props());
        await ledger.GetAsync();
        stores.Journal.Hold();
        ledger.Do(l => l.Add(1));
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var held = stores.Journal;
        held.Writes.Count.ShouldBe(1);
        await system.AdvanceAsync(TimeSpan.FromMinutes(2));
        held.Writes.Count.ShouldBeGreaterThan(1); // Given up, found absent, and made again.
        stores.Journal.Release();
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await ledger.GetAsync()).ShouldBe([1]);
        await system.StopAsync(ledger);
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1]);
    }

    [Theory, OnEachDispatcher]
    public async Task The_watch_on_the_store_ends_when_the_actor_is_idle_and_begins_again_with_the_next_event(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, o => o.HandlerLimit = Timeout.InfiniteTimeSpan);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        await system.DrainAsync();
        system.Time.TimerCount.ShouldBe(0);
        ledger.Do(l => l.Add(1));
        await system.DrainAsync();
        system.Time.TimerCount.ShouldBe(1);
        await system.AdvanceAsync(TimeSpan.FromSeconds(31));
        system.Time.TimerCount.ShouldBe(0);
        ledger.Do(l => l.Add(2));
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        stores.Journal.OnAppend = static _ => AppendFault.Unavailable;
        ledger.Do(l => l.Add(3));
        await reports.ExpectAsync("recovered");
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(29)); // From the write, not from the one before.
        await reports.ExpectAsync("failed 3 (3): PersistFailureException to dead-letters");
    }

    [Event("big")]
    private sealed record Big(string Text);
}
