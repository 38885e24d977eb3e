using Actors.TestKit;

namespace Actors.Tests;

public sealed class DeathWatchTests
{
    [Theory, OnEachDispatcher(Seeds = 20), Trait("rule", "DW-1")]
    public async Task Each_watch_brings_one_notice_also_of_an_actor_that_is_dead_already(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props());
        var early = system.CreateProbe();
        var late = system.CreateProbe();
        early.Watch(actor);
        actor.Tell(PoisonPill.Instance);
        await early.ExpectTerminatedAsync(actor);
        late.Watch(actor);
        await late.ExpectTerminatedAsync(actor);
        await early.ExpectNoneAsync(TimeSpan.FromMinutes(1));
        await late.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "DW-2")]
    public async Task Watching_twice_changes_nothing_and_nobody_watches_itself(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props());
        probe.Watch(actor);
        probe.Watch(actor);
        probe.Watch(probe.Ref);
        actor.Do(puppet => puppet.Context.Watch(puppet.Self));
        actor.Tell(PoisonPill.Instance);
        await probe.ExpectTerminatedAsync(actor);
        await probe.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "DW-2"), Trait("rule", "DW-6")]
    public async Task A_message_of_ones_own_takes_the_place_of_the_notice_and_a_second_watch_does_not_replace_it(
        TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var watcher = system.ActorOf(Puppet.Props(reports), "watcher");
        var actor = system.ActorOf(Puppet.Props());
        watcher.Do(puppet =>
        {
            puppet.Context.WatchWith(actor, "gone");
            puppet.Context.WatchWith(actor, "otherwise");
            puppet.Context.Watch(actor);
        });
        await system.DrainAsync();
        actor.Tell(PoisonPill.Instance);
        await reports.ExpectInOrderAsync("watcher: PreStart", "watcher: gone");
        await reports.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher(Seeds = 20), Trait("rule", "DW-3")]
    public async Task After_an_unwatch_no_notice_comes_even_if_it_is_in_the_mailbox(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var watcher = system.ActorOf(Puppet.Props(reports), "watcher");
        var actor = system.ActorOf(Puppet.Props());
        var gate = new TaskCompletionSource();
        watcher.DoAsync(async puppet =>
        {
            puppet.Context.Watch(actor);
            await gate.Task;
            puppet.Context.Unwatch(actor);
        });
        await system.DrainAsync();
        actor.Tell(PoisonPill.Instance);
        await system.DrainAsync(); // The notice is in the mailbox now, behind the handler that awaits.
        gate.SetResult();
        await reports.ExpectAsync("watcher: PreStart");
        await reports.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher(Seeds = 30), Trait("rule", "DW-4")]
    public async Task The_notice_comes_after_everything_that_the_actor_sent(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            PostStop = puppet =>
            {
                probe.Ref.Tell("last words", puppet.Self);
                return default;
            },
        }));
        probe.Watch(actor);
        actor.Do(puppet =>
        {
            for (var i = 0; i < 100; i++)
            {
                probe.Ref.Tell(i, puppet.Self);
            }

            puppet.Context.Stop(puppet.Self);
        });
        for (var i = 0; i < 100; i++)
        {
            await probe.ExpectAsync(i);
        }

        await probe.ExpectAsync("last words");
        await probe.ExpectTerminatedAsync(actor);
    }

    [Theory, OnEachDispatcher, Trait("rule", "DW-5"), Trait("rule", "SUP-3")]
    public async Task A_notice_without_a_handler_stops_the_watcher(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var watcher = system.ActorOf(Puppet.Props(script: new Puppet.Script { HandlesTerminated = false }), "watcher");
        var actor = system.ActorOf(Puppet.Props(), "actor");
        var probe = system.CreateProbe();
        probe.Watch(watcher);
        watcher.Do(puppet => puppet.Context.Watch(actor));
        actor.Tell(PoisonPill.Instance);
        await probe.ExpectTerminatedAsync(watcher);
        (await system.Log.ExpectAsync(1102)).Exception.ShouldBeOfType<DeathPactException>().Dead.ShouldBe(actor.Path);
    }

    [Theory, OnEachDispatcher, Trait("rule", "DW-7")]
    public async Task A_stashed_notice_comes_back_as_what_it_was(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var watcher = system.ActorOf(Puppet.Props(reports), "watcher");
        var one = system.ActorOf(Puppet.Props(), "one");
        var two = system.ActorOf(Puppet.Props(), "two");
        watcher.Do(puppet =>
        {
            puppet.Context.Watch(one);
            puppet.Context.WatchWith(two, "two is gone");
            puppet.Become(() =>
            {
                puppet.On<int>(_ =>
                {
                    puppet.Become(() =>
                    {
                        puppet.On<Terminated>(ended => puppet.Report(ended.Actor.Path.Name));
                        puppet.On<string>(puppet.Report);
                    });
                    puppet.Context.UnstashAll();
                });
                puppet.On<object>(_ => puppet.Context.Stash());
            });
        });
        await system.DrainAsync();
        one.Tell(PoisonPill.Instance);
        await system.DrainAsync();
        two.Tell(PoisonPill.Instance);
        await system.DrainAsync();
        watcher.Tell(1);
        await reports.ExpectInOrderAsync("watcher: PreStart", "watcher: one", "watcher: two is gone");
    }

    [Theory, OnEachDispatcher(Seeds = 30)]
    public async Task Two_actors_that_watch_each_other_can_both_end(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var one = system.ActorOf(Puppet.Props());
        var two = system.ActorOf(Puppet.Props());
        one.Do(puppet => puppet.Context.Watch(two));
        two.Do(puppet => puppet.Context.Watch(one));
        var probe = system.CreateProbe();
        probe.Watch(one);
        probe.Watch(two);
        one.Tell(PoisonPill.Instance);
        two.Tell(PoisonPill.Instance);
        await probe.ExpectAllAsync(new Terminated(one), new Terminated(two));
        await probe.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher]
    public async Task A_parent_can_watch_its_child_and_reuse_its_name_on_the_notice(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props(reports), "parent");
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        parent.Do(puppet =>
        {
            puppet.Context.Watch(child);
            puppet.Become(() => puppet.On<Terminated>(_ => puppet.Report(puppet.Context.ActorOf(Puppet.Props(), "child").Path.Name)));
            puppet.Context.Stop(child);
        });
        await reports.ExpectInOrderAsync("parent: PreStart", "parent: child");
    }
}
