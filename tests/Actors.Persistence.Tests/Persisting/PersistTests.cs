using Actors.TestKit;

namespace Actors.Persistence.Tests.Persisting;

public sealed class PersistTests
{
    [Theory, OnEachDispatcher, Trait("rule", "PA-1")]
    public async Task Commands_wait_until_every_handler_of_the_command_before_has_run(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        stores.Journal.Hold();
        ledger.Do(l =>
        {
            l.Persist(new Ledger.Added(1), added => l.Report($"handled {added.Value}"));
            l.Persist(new Ledger.Added(2), added => l.Report($"handled {added.Value}"));
            l.Report("asked");
        });
        ledger.Tell("next command");
        await reports.ExpectReportsAsync("recovered", "asked");
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(1));
        stores.Journal.Release();
        await reports.ExpectReportsAsync("handled 1", "handled 2", "next command");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-1")]
    public async Task What_one_command_persists_is_stored_in_one_commit(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var ledger = system.ActorOf(Ledger.Props());
        ledger.Do(l =>
        {
            l.Add(1);
            l.PersistAll([new Ledger.Added(2), new Ledger.Added(3)], l.Apply);
            l.Add(4);
        });
        (await ledger.GetAsync()).ShouldBe([1, 2, 3, 4]);
        stores.Journal.Writes.ShouldBe([1]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-1")]
    public async Task Of_PersistAll_the_handlers_run_once_for_each_event_in_order_when_all_are_durable(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.PersistAll(
            Enumerable.Range(1, 4).Select(i => new Ledger.Added(i)), added => l.Report($"{added.Value} at {l.LastSequenceNr}")));
        await reports.ExpectReportsAsync("recovered", "1 at 1", "2 at 2", "3 at 3", "4 at 4");
        stores.Journal.Writes.ShouldBe([1]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-1")]
    public async Task PersistAll_of_nothing_stores_nothing_and_calls_nobody(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.PersistAll([], (Ledger.Added _) => l.Report("handled")));
        ledger.Tell("next");
        await reports.ExpectReportsAsync("recovered", "next");
        stores.Journal.Writes.ShouldBeEmpty();
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-1"), Trait("rule", "PA-14")]
    public async Task However_many_commands_come_meanwhile_none_is_refused_and_they_keep_their_order(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var ledger = system.ActorOf(Ledger.Props() with { StashCapacity = 1 });
        stores.Journal.Hold();
        ledger.Do(l => l.Add(-1));
        for (var i = 0; i < 2_000; i++)
        {
            var value = i;
            ledger.Do(l => l.Values.Add(value));
        }

        await system.DrainAsync();
        stores.Journal.Release();
        (await ledger.GetAsync()).ShouldBe([-1, .. Enumerable.Range(0, 2_000)]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-2")]
    public async Task After_PersistAsync_commands_go_on_and_the_handlers_run_in_the_order_of_their_events(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        stores.Journal.Hold();
        for (var i = 1; i <= 3; i++)
        {
            var value = i;
            ledger.Do(l =>
            {
                l.Report($"command {value}");
                l.PersistAsync(new Ledger.Added(value), added => l.Report($"handled {added.Value}"));
            });
        }

        await reports.ExpectReportsAsync("recovered", "command 1", "command 2", "command 3");
        stores.Journal.Release();
        await reports.ExpectReportsAsync("handled 1", "handled 2", "handled 3");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-2")]
    public async Task Of_mixed_calls_commands_wait_for_the_stashing_ones_only_and_all_handlers_keep_the_order_of_the_calls(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        stores.Journal.Hold();
        ledger.Do(l => l.PersistAsync(new Ledger.Added(1), added => l.Report($"handled {added.Value}")));
        ledger.Tell("goes on");
        ledger.Do(l =>
        {
            l.PersistAllAsync([new Ledger.Added(2), new Ledger.Added(3)], added => l.Report($"handled {added.Value}"));
            l.Persist(new Ledger.Added(4), added => l.Report($"handled {added.Value}"));
            l.PersistAsync(new Ledger.Added(5), added => l.Report($"handled {added.Value}"));
        });
        ledger.Tell("waits");
        await reports.ExpectReportsAsync("recovered", "goes on");
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(1));
        stores.Journal.Release();
        await reports.ExpectReportsAsync("handled 1", "handled 2", "handled 3", "handled 4");
        (await reports.ReceiveAllAsync()).ShouldBe(["handled 5", "waits"], ignoreOrder: true);
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-3")]
    public async Task A_deferred_handler_runs_at_once_when_nothing_waits_and_else_after_the_events_before_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        stores.Journal.Hold();
        ledger.Do(l =>
        {
            l.DeferAsync("at once", l.Report);
            l.Report("then");
            l.PersistAsync(new Ledger.Added(1), added => l.Report($"handled {added.Value}"));
            l.DeferAsync("after 1", l.Report);
            l.PersistAsync(new Ledger.Added(2), added => l.Report($"handled {added.Value}"));
        });
        ledger.Tell("goes on");
        await reports.ExpectReportsAsync("recovered", "at once", "then", "goes on");
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(1));
        stores.Journal.Release();
        await reports.ExpectReportsAsync("handled 1", "after 1", "handled 2");
        await system.StopAsync(ledger);
        system.ActorOf(Ledger.Props(reports));
        await reports.ExpectReportsAsync("recover 1", "recover 2", "recovered"); // Nothing of it was stored.
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-3")]
    public async Task Commands_wait_for_Defer_but_not_for_DeferAsync(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        stores.Journal.Hold();
        ledger.Do(l => l.PersistAsync(new Ledger.Added(1), added => l.Report($"handled {added.Value}")));
        ledger.Do(l => l.Defer("deferred", l.Report));
        ledger.Tell("waits");
        await reports.ExpectReportsAsync("recovered");
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(1));
        stores.Journal.Release();
        await reports.ExpectReportsAsync("handled 1", "deferred", "waits");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-4")]
    public async Task What_a_handler_persists_is_handled_after_all_handlers_of_the_command_and_before_the_next_command(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l =>
        {
            for (var i = 1; i <= 2; i++)
            {
                l.Persist(new Ledger.Added(i), outer =>
                {
                    l.Report($"outer {outer.Value}");
                    l.Persist(new Ledger.Added(outer.Value * 10), inner =>
                    {
                        l.Report($"inner {inner.Value}");
                        l.Persist(new Ledger.Added(inner.Value * 10), deepest => l.Report($"deepest {deepest.Value}"));
                    });
                });
            }
        });
        ledger.Tell("next command");
        await reports.ExpectReportsAsync(
            "recovered", "outer 1", "outer 2", "inner 10", "inner 20", "deepest 100", "deepest 200", "next command");
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-5")]
    public async Task In_a_handler_the_sender_is_that_of_its_command_also_when_it_runs_during_another(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var (first, second) = (system.CreateProbe("first"), system.CreateProbe("second"));
        var ledger = system.ActorOf(Ledger.Props(reports));
        stores.Journal.Hold();
        first.Do(ledger, l => l.PersistAsync(new Ledger.Added(1), _ => l.Sender.Tell("from the handler", l.Self)));
        second.Do(ledger, l =>
        {
            l.Persist(new Ledger.Added(2), _ => l.Context.Sender.Tell("from the second handler", l.Self));
            l.Sender.Tell("from the command", l.Self);
        });
        second.Do(ledger, l => l.Sender.Tell("from the next command", l.Self));
        await second.ExpectAsync("from the command");
        stores.Journal.Release();
        await first.ExpectAsync("from the handler");
        await second.ExpectInOrderAsync("from the second handler", "from the next command");
        await first.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-6")]
    public async Task Persisting_and_deferring_during_recovery_is_refused_until_RecoveryCompleted(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var ledger = system.ActorOf(Ledger.Props());
        ledger.Do(l => l.Add(1));
        await ledger.GetAsync();
        await system.StopAsync(ledger);

        var reports = system.CreateProbe();
        ledger = system.ActorOf(Ledger.Props(reports, new Ledger.Script
        {
            OnRecover = (l, _) =>
            {
                l.IsRecovering.ShouldBeTrue();
                foreach (var attempt in new Action[] { () => l.Add(0), () => l.PersistAsync(new Ledger.Added(0), l.Apply), () => l.Defer(0, _ => { }), () => l.DeferAsync(0, _ => { }), l.Save })
                {
                    l.Report(Should.Throw<InvalidOperationException>(attempt).Message.Split(',')[0]);
                }
            },
            OnRecovered = l =>
            {
                l.IsRecovering.ShouldBeFalse();
                l.Add(2);
            },
        }), "ledger");
        const string refusal = "'actors://test/user/ledger' cannot persist or defer while it recovers";
        await reports.ExpectReportsAsync("recover 1", refusal, refusal, refusal, refusal, refusal, "recovered");
        (await ledger.GetAsync()).ShouldBe([1, 2]); // The handler of RecoveryCompleted's event comes before the first command.
    }

    [Theory, OnEachDispatcher, Trait("rule", "PA-7")]
    public async Task While_a_write_is_on_its_way_events_gather_and_go_together_into_the_next(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        stores.Journal.Hold();
        for (var i = 1; i <= 100; i++)
        {
            var value = i;
            ledger.Do(l => l.PersistAsync(new Ledger.Added(value), l.Apply));
        }

        await system.DrainAsync();
        stores.Journal.Release();
        await system.DrainAsync();
        (await ledger.GetAsync()).ShouldBe(Enumerable.Range(1, 100));
        stores.Journal.Writes.ShouldBe([1, 1]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_handler_may_await_and_no_other_command_is_handled_meanwhile(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.Persist(new Ledger.Added(1), async added =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
            l.Report($"handled {added.Value}");
        }));
        ledger.Tell("next command");
        await reports.ExpectReportsAsync("recovered", "handled 1", "next command");
    }

    [Theory, OnEachDispatcher]
    public async Task A_command_that_awaits_persists_when_it_has_ended(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var ledger = system.ActorOf(Ledger.Props());
        ledger.DoAsync(async l =>
        {
            l.Add(1);
            await Task.Delay(TimeSpan.FromMilliseconds(10), system.Time);
            l.Add(2);
        });
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(5));
        stores.Journal.Writes.ShouldBeEmpty();
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(5));
        (await ledger.GetAsync()).ShouldBe([1, 2]);
        stores.Journal.Writes.ShouldBe([1]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_command_that_throws_persists_nothing_and_its_sequence_numbers_are_used_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        ledger.Do(l => l.Add(1));
        ledger.Do(l =>
        {
            l.Add(2);
            l.PersistAsync(new Ledger.Added(3), l.Apply);
            throw new BoomException();
        });
        ledger.DoAsync(async l =>
        {
            l.Add(4);
            await Task.Delay(TimeSpan.FromMilliseconds(1), system.Time);
            throw new BoomException();
        });
        ledger.Do(l => l.Persist(new Ledger.Added(5), added =>
        {
            l.Apply(added);
            l.Report($"5 is event {l.LastSequenceNr}");
        }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await ledger.GetAsync()).ShouldBe([1, 5]);
        await reports.ExpectReportsAsync("recovered", "recover 1", "recovered", "recover 1", "recovered", "5 is event 2");
    }

    [Theory, OnEachDispatcher]
    public async Task A_large_burst_is_stored_in_commits_of_about_a_megabyte_without_dividing_what_belongs_together(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system, options => options.Events.Add<Blob>());
        var largest = 0;
        stores.Journal.OnAppend = commits =>
        {
            largest = Math.Max(largest, commits.Max(commit => commit.Events.Length));
            return Faults.AppendFault.None;
        };
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports, new Ledger.Script { Construct = l => l.OnEvent<Blob>(blob => l.Report($"blob {blob.Text.Length}")) }));
        ledger.Do(l =>
        {
            for (var i = 0; i < 10; i++)
            {
                l.PersistAll([new Blob(new string('x', 200_000)), new Blob(new string('y', 200_000))], _ => { });
            }

            l.PersistAll(Enumerable.Range(0, 20).Select(_ => new Blob(new string('z', 100_000))), _ => { });
        });
        ledger.Tell("done");
        await reports.ExpectReportsAsync("recovered", "done");
        stores.Journal.Writes.Count.ShouldBe(6); // Five of two pairs, and the last that goes whole.
        largest.ShouldBeInRange(2_000_000, 2_100_000);
    }

    [Event("blob")]
    private sealed record Blob(string Text);
}
