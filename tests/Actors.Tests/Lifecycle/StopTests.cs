using Actors.TestKit;

namespace Actors.Tests.Lifecycle;

public sealed class StopTests
{
    [Theory, OnEachDispatcher, Trait("rule", "STOP-1"), Trait("rule", "MB-1")]
    public async Task A_stop_overtakes_queued_messages_and_a_poison_pill_does_not(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var stopped = system.ActorOf(Puppet.Props(reports), "stopped");
        var poisoned = system.ActorOf(Puppet.Props(reports), "poisoned");
        await system.DrainAsync();
        await reports.ReceiveAllAsync();
        stopped.Do(puppet =>
        {
            puppet.Self.Tell("queued");
            puppet.Context.Stop(puppet.Self);
        });
        await reports.ExpectAsync("stopped: PostStop");
        poisoned.Do(puppet =>
        {
            puppet.Self.Tell("before");
            puppet.Self.Tell(PoisonPill.Instance);
            puppet.Self.Tell("after");
        });
        await reports.ExpectInOrderAsync("poisoned: before", "poisoned: PostStop");
        await reports.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher]
    public async Task A_handler_that_stops_its_own_actor_ends_before_PostStop_runs(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        probe.Send(actor, new Puppet.Do(puppet =>
        {
            puppet.Context.Stop(puppet.Self);
            puppet.Report("still here");
            puppet.Sender.Tell("answer");
        }));
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: still here", "actor: PostStop");
        await probe.ExpectAsync("answer");
    }

    [Theory, OnEachDispatcher, Trait("rule", "STOP-2")]
    public async Task Children_end_before_PostStop_and_watchers_hear_of_the_end_after_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        var child = await actor.SpawnAsync(Puppet.Props(reports), "child");
        await child.SpawnAsync(Puppet.Props(reports), "grandchild");
        await reports.ReceiveAllAsync();
        var probe = system.CreateProbe();
        probe.Watch(actor);
        actor.Tell(PoisonPill.Instance);
        await probe.ExpectTerminatedAsync(actor);
        await reports.ExpectInOrderAsync("grandchild: PostStop", "child: PostStop", "actor: PostStop");
    }

    [Theory, OnEachDispatcher, Trait("rule", "STOP-2"), Trait("rule", "DL-1")]
    public async Task What_an_actor_did_not_handle_becomes_dead_letters_in_order(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var letters = system.CreateProbe();
        system.System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        var actor = system.ActorOf(Puppet.Props(), "actor");
        actor.Do(puppet =>
        {
            puppet.Become(() => puppet.On<int>(_ => puppet.Context.Stash()));
            puppet.Self.Tell(1);
            puppet.Self.Tell(2);
            puppet.Self.Tell(PoisonPill.Instance);
            puppet.Self.Tell(3);
            puppet.Self.Tell(PoisonPill.Instance);
        });
        foreach (var number in (int[])[1, 2, 3])
        {
            var letter = await letters.ExpectAsync<DeadLetter>();
            letter.Message.ShouldBe(number);
            letter.Recipient.ShouldBe(actor);
        }

        await letters.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "STOP-3")]
    public async Task What_fails_while_it_stops_is_logged_and_nobody_decides_about_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var asked = 0;
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(decider: _ =>
        {
            asked++;
            return Directive.Restart;
        })));
        var child = await parent.SpawnAsync(Puppet.Props(script: new Puppet.Script { PostStop = _ => throw new BoomException() }));
        var probe = system.CreateProbe();
        probe.Watch(child);
        child.Tell(PoisonPill.Instance);
        await probe.ExpectTerminatedAsync(child);
        await system.Log.ExpectAsync(1111);
        asked.ShouldBe(0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "STOP-4")]
    public async Task A_name_is_taken_until_its_actor_has_ended(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script { PostStop = _ => new ValueTask(gate.Task) }), "actor");
        system.System.Stop(actor);
        await system.DrainAsync();
        Should.Throw<InvalidActorNameException>(() => system.ActorOf(Puppet.Props(), "actor")).Name.ShouldBe("actor");
        gate.SetResult();
        await system.DrainAsync();
        system.ActorOf(Puppet.Props(), "actor");
    }

    [Theory, OnEachDispatcher]
    public async Task An_actor_that_stops_makes_no_children(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            PostStop = puppet =>
            {
                probe.Ref.Tell(Should.Throw<InvalidOperationException>(() => puppet.Context.ActorOf(Puppet.Props())));
                return default;
            },
        }));
        actor.Tell(PoisonPill.Instance);
        (await probe.ExpectAsync<InvalidOperationException>()).Message.ShouldContain("is stopping");
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-6")]
    public async Task A_child_that_does_not_stop_is_abandoned_with_a_report(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var gate = new TaskCompletionSource();
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props(reports), "parent");
        var child = await parent.SpawnAsync(Puppet.Props() with { StopTimeout = TimeSpan.FromSeconds(2) }, "child");
        var grandchild = await child.SpawnAsync(Puppet.Props(), "grandchild");
        var probe = system.CreateProbe();
        probe.Watch(child);
        probe.Watch(grandchild);
        child.DoAsync(async puppet =>
        {
            try
            {
                await gate.Task;
            }
            finally
            {
                probe.Ref.Tell("finally");
            }
        });
        await system.DrainAsync();
        parent.Tell(PoisonPill.Instance);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.999));
        await probe.ExpectNoneAsync();
        await reports.ExpectAsync("parent: PreStart");
        await reports.ExpectNoneAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.001));
        await reports.ExpectAsync("parent: PostStop");
        await probe.ExpectAllAsync(new Terminated(child), new Terminated(grandchild));
        var report = await system.Log.ExpectAsync(1105);
        report.Message.ShouldContain("/user/parent/child");
        report.Message.ShouldContain("DoAsync");

        // Its code may still end, and cleans up.
        gate.SetResult();
        await probe.ExpectAsync("finally");
        await probe.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-6")]
    public async Task The_one_that_hangs_is_abandoned_and_not_those_who_wait_for_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var top = system.ActorOf(Puppet.Props(reports), "top");
        var middle = await top.SpawnAsync(Puppet.Props(reports), "middle");
        var hung = await middle.SpawnAsync(Puppet.Props(), "hung");
        hung.DoAsync(_ => new TaskCompletionSource().Task);
        await system.DrainAsync();
        await reports.ReceiveAllAsync();
        top.Tell(PoisonPill.Instance);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        await reports.ExpectInOrderAsync("middle: PostStop", "top: PostStop");
        (await system.Log.ExpectAsync(1105)).Message.ShouldContain("/user/top/middle/hung");
        system.Log.Entries.Count(entry => entry.EventId.Id == 1105).ShouldBe(1);
    }

    [Fact, Trait("rule", "OTP-6")]
    public async Task A_child_that_blocks_its_thread_is_abandoned_too()
    {
        // Real time, because virtual time waits for the blocked thread.
        await using var system = ActorSystem.Create("test");
        using var gate = new ManualResetEventSlim();
        var isBlocked = new TaskCompletionSource();
        var hasStopped = new TaskCompletionSource();
        var parent = system.ActorOf(
            Puppet.Props(script: new Puppet.Script
            {
                PostStop = _ =>
                {
                    hasStopped.SetResult();
                    return default;
                },
            }),
            "parent");
        var child = await parent.SpawnAsync(Puppet.Props() with { StopTimeout = TimeSpan.FromMilliseconds(50) }, "child");
        child.Do(_ =>
        {
            isBlocked.SetResult();
            gate.Wait();
        });
        await isBlocked.Task;
        parent.Tell(PoisonPill.Instance);
        await hasStopped.Task.WaitAsync(TimeSpan.FromSeconds(10));
        gate.Set();
    }

    [Theory, OnEachDispatcher]
    public async Task A_permanent_child_that_ends_by_itself_without_end_is_held_back_by_the_limit(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var starts = 0;
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(new RestartOptions { MaxRestarts = 5 })));
        await parent.SpawnAsync(
            Puppet.Props(
                script: new Puppet.Script
                {
                    PreStart = puppet =>
                    {
                        starts++;
                        puppet.Context.Stop(puppet.Self);
                        return default;
                    },
                },
                restartType: RestartType.Permanent),
            "child");
        await system.DrainAsync();
        starts.ShouldBe(6);
        (await parent.ChildrenAsync()).ShouldBeEmpty();
    }
}
