using Actors.TestKit;

namespace Actors.Persistence.Tests.Persisting;

public sealed class RestartTests
{
    [Theory, OnEachDispatcher, Trait("rule", "PA-18")]
    public async Task A_restart_recovers_from_the_events_and_loses_no_command_stashed_or_waiting(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var isOpen = false;
        var ledger = system.ActorOf(Ledger.Props(reports, new Ledger.Script
        {
            Construct = l => l.OnCommand<long>(number =>
            {
                if (isOpen)
                {
                    l.Report($"number {number}");
                }
                else
                {
                    l.Context.Stash();
                }
            }),
        }));
        ledger.Tell(1L);
        ledger.Tell(2L);
        ledger.Do(l => l.Add(7));
        ledger.Do(_ =>
        {
            isOpen = true;
            throw new BoomException();
        });
        ledger.Tell("waiting");
        await reports.ExpectReportsAsync("recovered", "recover 7", "recovered", "number 1", "number 2", "waiting");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-18"), Trait("rule", "PA-10")]
    public async Task What_earlier_commands_have_persisted_is_stored_before_the_restart_recovers_and_its_handlers_are_not_called(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        await reports.ExpectAsync("recovered");
        stores.Journal.Hold();
        ledger.Do(l => l.PersistAsync(new Ledger.Added(1), _ => l.Report("handled by an instance that is gone")));
        ledger.Do(l => l.PersistAsync(new Ledger.Added(2), _ => l.Report("handled by an instance that is gone"))); // Gathers behind the first.
        ledger.Do(_ => throw new BoomException());
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(1));
        stores.Journal.Release();
        await reports.ExpectReportsAsync("recover 1", "recover 2", "recovered");
        ledger.Do(l => l.Persist(new Ledger.Added(3), added => l.Report($"{added.Value} is event {l.LastSequenceNr}")));
        await reports.ExpectReportsAsync("3 is event 3");
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(1));
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-18")]
    public async Task What_was_persisted_before_a_stop_is_stored_although_its_handlers_are_not_called(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        stores.Journal.Hold();
        ledger.Do(l => l.PersistAsync(new Ledger.Added(1), _ => l.Report("handled by an instance that is gone")));
        ledger.Do(l => l.PersistAsync(new Ledger.Added(2), _ => l.Report("handled by an instance that is gone")));
        ledger.Do(l =>
        {
            l.Add(3);
            l.Context.Stop(l.Self);
        });
        var watcher = system.CreateProbe("watcher");
        watcher.Watch(ledger);
        await reports.ExpectAsync("recovered");
        system.ActorOf(Ledger.Props(reports)); // While the writes are on their way.
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(1));
        stores.Journal.Release();
        await reports.ExpectReportsAsync("recover 1", "recover 2", "recover 3", "recovered");
        await watcher.ExpectTerminatedAsync(ledger);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-18")]
    public async Task What_was_persisted_before_the_system_terminates_is_stored(TestDispatcher dispatcher, int seed)
    {
        var stores = new Stores();
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            stores.Attach(system);
            var reports = system.CreateProbe();
            var ledger = system.ActorOf(Ledger.Props(reports));
            await reports.ExpectAsync("recovered");
            stores.Journal.Latency = TimeSpan.FromMilliseconds(100);
            ledger.Do(l => l.PersistAsync(new Ledger.Added(1), l.Apply));
            ledger.Do(l => l.PersistAsync(new Ledger.Added(2), l.Apply)); // Gathers behind the first.
            await system.DrainAsync();
        }

        await using var next = await TestSystem.StartAsync(seed, dispatcher);
        stores.Attach(next);
        (await next.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1, 2]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-18")]
    public async Task An_actor_whose_store_does_not_answer_is_left_behind_after_its_stop_timeout(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports) with { StopTimeout = TimeSpan.FromSeconds(2) });
        await reports.ExpectAsync("recovered");
        stores.Journal.Hold();
        ledger.Do(l => l.PersistAsync(new Ledger.Added(1), l.Apply));
        await system.DrainAsync();
        reports.Watch(ledger);
        system.System.Stop(ledger);
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(1));
        await reports.ExpectTerminatedAsync(ledger);
        await system.Log.ExpectAsync(Microsoft.Extensions.Logging.LogLevel.Error, "it did not stop within 2000 ms");
        stores.Journal.Release();
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-10")]
    public async Task An_answer_to_an_earlier_instance_is_ignored(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system, options => options.AnswerTimeout = TimeSpan.FromSeconds(1));
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        await reports.ExpectAsync("recovered");
        stores.Journal.Hold();
        ledger.Do(l => l.PersistAsync(new Ledger.Added(1), l.Apply));
        ledger.Do(_ => throw new BoomException());
        await reports.ExpectAsync("recovered", within: TimeSpan.FromSeconds(2)); // It has waited for the write, and then fenced it.
        ledger.Do(l => l.PersistAsync(new Ledger.Added(2), l.Apply));
        await system.DrainAsync();
        stores.Journal.Release();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await ledger.GetAsync()).ShouldBe([2]);
        await system.StopAsync(ledger);
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([2]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-18")]
    public async Task A_handler_that_throws_fails_the_actor_and_its_durable_event_is_recovered(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l =>
        {
            l.Persist(new Ledger.Added(1), _ =>
            {
                l.Add(9); // Taken back: the handler throws.
                throw new BoomException();
            });
            l.Add(2);
        });
        ledger.Tell("next command");
        await reports.ExpectReportsAsync("recovered", "recover 1", "recover 2", "recovered", "next command");
        (await ledger.GetAsync()).ShouldBe([1, 2]);
    }

    [Theory, OnEachDispatcher]
    public async Task An_actor_that_is_resumed_after_a_handler_threw_runs_the_handlers_that_are_left_before_its_next_command(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(
            seed, dispatcher, options => options.UserStrategy = new OneForOneStrategy(decider: _ => Directive.Resume));
        Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l =>
        {
            l.Persist(new Ledger.Added(1), _ => throw new BoomException());
            l.Persist(new Ledger.Added(2), _ => throw new BoomException());
            l.Persist(new Ledger.Added(3), added => l.Report($"handled {added.Value}"));
        });
        ledger.Tell("first");
        ledger.Tell("second");
        ledger.Tell("third");
        await reports.ExpectReportsAsync("recovered", "handled 3", "first", "second", "third");
    }

    [Theory, OnEachDispatcher]
    public async Task Handlers_that_throw_during_other_commands_bring_neither_these_nor_later_handlers_into_quarantine(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(
            seed, dispatcher, options => options.UserStrategy = new OneForOneStrategy(decider: _ => Directive.Resume));
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var caller = system.CreateProbe("caller");
        var ledger = system.ActorOf(Ledger.Props(reports));
        for (var i = 0; i < 5; i++)
        {
            stores.Journal.Hold();
            ledger.Do(l => l.PersistAsync(new Ledger.Added(0), _ => throw new BoomException()));
            caller.Send(ledger, 7); // Waits in its turn for the handler that throws.
            await system.DrainAsync();
            stores.Journal.Release();
            await caller.ExpectAsync(7);
        }

        for (var i = 0; i < 5; i++)
        {
            ledger.Do(l => l.PersistAsync(new Ledger.Added(0), _ => throw new BoomException()));
            await system.DrainAsync();
        }

        ledger.Do(l => l.PersistAsync(new Ledger.Added(8), added => l.Report($"handled {added.Value}")));
        await reports.ExpectReportsAsync("recovered", "handled 8");
        (await ledger.GetAsync()).ShouldBe([7, 7, 7, 7, 7]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_stop_that_comes_while_an_instance_is_torn_down_for_a_restart_ends_the_actor_when_its_events_are_stored(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        await reports.ExpectAsync("recovered");
        stores.Journal.Hold();
        ledger.Do(l => l.PersistAsync(new Ledger.Added(1), _ => l.Report("handled")));
        ledger.Do(_ => throw new BoomException());
        await system.DrainAsync();
        reports.Watch(ledger);
        system.System.Stop(ledger);
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(1));
        stores.Journal.Release();
        await reports.ExpectTerminatedAsync(ledger);
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_stop_during_a_write_runs_no_handler_and_ends_the_actor_when_its_events_are_stored(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        await reports.ExpectAsync("recovered");
        stores.Journal.Hold();
        ledger.Do(l => l.Persist(new Ledger.Added(1), _ => l.Report("handled")));
        await system.DrainAsync();
        reports.Watch(ledger);
        system.System.Stop(ledger);
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(1));
        stores.Journal.Release();
        await reports.ExpectTerminatedAsync(ledger);
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(1));
        (await system.ActorOf(Ledger.Props()).GetAsync()).ShouldBe([1]);
        await system.Log.ExpectNoneAsync(Microsoft.Extensions.Logging.LogLevel.Warning);
    }
}
