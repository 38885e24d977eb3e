using Actors.TestKit;

namespace Actors.Persistence.Tests.Persisting;

/// <summary>An actor that was resumed still hears of each answer of its journal, also when no command follows.</summary>
public sealed class AnswersTests
{
    [Theory, OnEachDispatcher]
    public async Task A_handler_that_throws_in_the_turn_in_which_it_was_declared_does_not_keep_later_handlers_waiting(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(
            seed, dispatcher, options => options.UserStrategy = new OneForOneStrategy(decider: _ => Directive.Resume));
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(Ledger.Props(reports));
        await reports.ExpectAsync("recovered");
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stores.Journal.Hold();
        ledger.Do(l => l.PersistAwaiting(new Ledger.Added(1), async _ =>
        {
            l.PersistAsync(new Ledger.Added(3), _ => throw new BoomException());
            await first.Task;
        }));
        ledger.Do(l => l.PersistAwaiting(new Ledger.Added(2), async _ =>
        {
            l.PersistAsync(new Ledger.Added(4), _ => l.Report("handled 4"));
            await second.Task;
        }));
        await system.DrainAsync();
        stores.Journal.Release();
        await system.DrainAsync();
        first.SetResult(); // The answer to the second event is here by now, so all of it is one turn.
        await system.DrainAsync();
        second.SetResult();
        await reports.ExpectAsync("handled 4");
    }

    [Theory, OnEachDispatcher]
    public async Task An_answer_that_comes_after_the_wait_for_it_was_cancelled_is_taken(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(
            seed, dispatcher, options => options.UserStrategy = new OneForOneStrategy(decider: _ => Directive.Resume));
        var stores = Stores.For(system);
        var reports = system.CreateProbe();
        var ledger = system.ActorOf(
            Ledger.Props(reports) with { HandlerLimit = TimeSpan.FromSeconds(1), OnOverdue = OverdueAction.Restart });
        await reports.ExpectAsync("recovered");
        stores.Journal.Hold();
        ledger.Do(l => l.Persist(new Ledger.Added(1), _ => l.Report("handled 1")));
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(2));
        stores.Journal.Release();
        await reports.ExpectAsync("handled 1");
    }
}
