using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Tests.Lifecycle;

/// <summary>Nobody waits for a cooperative reply only: what does not end in time is left behind, and cleans up in its own time.</summary>
public sealed class AbandonTests
{
    [Theory, OnEachDispatcher, Trait("rule", "OTP-9")]
    public async Task What_is_abandoned_runs_its_PostStop_and_is_disposed_of_when_its_handler_ends(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(Props.Create(() => new Holder(reports.Ref, gate.Task)), "actor");
        actor.Tell("hang");
        await system.DrainAsync();
        system.System.Stop(actor);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        await system.Log.ExpectAsync(1105);
        var successor = system.ActorOf(Props.Create(() => new Holder(reports.Ref, gate.Task)), "actor");
        await reports.ExpectNoneAsync();
        gate.SetResult();
        await reports.ExpectInOrderAsync("finally", "PostStop", "disposed");
        await system.Log.ExpectAsync(1123);
        await reports.ExpectNoneAsync(TimeSpan.FromMinutes(1));
        system.System.Stop(successor);
        await reports.ExpectInOrderAsync("PostStop", "disposed");
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-9")]
    public async Task A_PostStop_that_outlives_the_patience_runs_on_and_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(
            Puppet.Props(reports, new Puppet.Script
            {
                PostStop = async puppet =>
                {
                    await gate.Task;
                    puppet.Report("cleaned up");
                },
            }),
            "actor");
        var probe = system.CreateProbe();
        probe.Watch(actor);
        actor.Tell(PoisonPill.Instance);
        await probe.ExpectNoneAsync(TimeSpan.FromSeconds(4.999));
        await probe.ExpectTerminatedAsync(actor, TimeSpan.FromSeconds(0.001));
        gate.SetResult();
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: PostStop", "actor: cleaned up");
        await reports.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-9")]
    public async Task An_actor_that_is_abandoned_in_its_start_does_not_come_to_life_later(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var gate = new TaskCompletionSource();
        var fails = seed % 2 == 0;
        var actor = system.ActorOf(
            Puppet.Props(reports, new Puppet.Script
            {
                PreStart = async _ =>
                {
                    await gate.Task;
                    if (fails)
                    {
                        throw new BoomException();
                    }
                },
            }),
            "actor");
        var probe = system.CreateProbe();
        probe.Watch(actor);
        system.System.Stop(actor);
        await probe.ExpectTerminatedAsync(actor, TimeSpan.FromSeconds(5));
        gate.SetResult();
        await reports.ExpectAsync("actor: PreStart");
        if (!fails)
        {
            await reports.ExpectAsync("actor: PostStop"); // It has started after all, so it has something to clean up.
        }

        await reports.ExpectNoneAsync();
        await system.Log.ExpectNoneAsync(LogLevel.Critical);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-9")]
    public async Task An_actor_that_is_abandoned_in_a_restart_is_not_built_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var gate = new TaskCompletionSource();
        var isSlow = true;
        var hook = async (Puppet _) =>
        {
            if (isSlow)
            {
                isSlow = false;
                await gate.Task;
            }
        };
        var script = seed % 2 == 0
            ? new Puppet.Script { PreRestart = puppet => new ValueTask(hook(puppet)) }
            : new Puppet.Script { PostRestart = puppet => new ValueTask(hook(puppet)) };
        var actor = system.ActorOf(Puppet.Props(reports, script), "actor");
        actor.Fail();
        await system.DrainAsync();
        system.System.Stop(actor);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        await system.Log.ExpectAsync(1105);
        gate.SetResult();
        (await reports.ReceiveAllAsync()).ShouldBe(seed % 2 == 0
            ? ["actor: PreStart", "actor: PreRestart(boom, Throw)", "actor: PostStop"]
            : ["actor: PreStart", "actor: PreRestart(boom, Throw)", "actor: PostStop", "actor: PostRestart(boom)", "actor: PreStart", "actor: PostStop"]);
        await system.Log.ExpectNoneAsync(LogLevel.Critical);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-9")]
    public async Task A_restart_whose_hook_hangs_ends_in_a_new_incarnation(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var probe = system.CreateProbe();
        var hangs = true;
        var parent = system.ActorOf(Puppet.Props());
        var actor = await parent.SpawnAsync(
            Puppet.Props(reports, new Puppet.Script
            {
                PreRestart = _ =>
                {
                    var isFirst = hangs;
                    hangs = false;
                    return isFirst ? new ValueTask(new TaskCompletionSource().Task) : default;
                },
            }),
            "actor");
        probe.Watch(actor);
        actor.Fail();
        await probe.ExpectNoneAsync(TimeSpan.FromSeconds(4.999));
        await probe.ExpectTerminatedAsync(actor, TimeSpan.FromSeconds(0.001));
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: PreRestart(boom, Throw)", "actor: PreStart");
        var status = (await parent.AskAsync(new GetChildren())).ShouldHaveSingleItem();
        (status.State, status.Restarts).ShouldBe((ChildState.Running, 1));

        // The new one has all of its time again.
        status.Actor.Fail();
        await reports.ExpectAsync("actor: PreRestart(boom, Throw)");
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await status.Actor.CountAsync()).ShouldBe(0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-9"), Trait("rule", "OTP-6")]
    public async Task The_time_in_which_its_children_stop_does_not_count_for_a_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props(reports), "parent");
        for (var i = 0; i < 3; i++)
        {
            await parent.SpawnAsync(Puppet.Props(script: new Puppet.Script { PostStop = _ => new ValueTask(Task.Delay(TimeSpan.FromSeconds(4), system.Time)) }));
        }

        parent.Fail();
        await reports.FishAsync<string>(what => what == "parent: PostRestart(boom)", TimeSpan.FromSeconds(12));
        system.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(12));
        system.Log.Entries.ShouldNotContain(entry => entry.EventId.Id == 1105);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-9")]
    public async Task A_slow_disposal_is_limited_too(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var isRestart = seed % 2 == 0;
        var parent = system.ActorOf(Puppet.Props());
        var actor = await parent.SpawnAsync(Props.Create(() => new HangingDisposal()), "actor");
        probe.Watch(actor);
        actor.Tell(isRestart ? "fail" : PoisonPill.Instance);
        await probe.ExpectNoneAsync(TimeSpan.FromSeconds(4.999));
        await probe.ExpectTerminatedAsync(actor, TimeSpan.FromSeconds(0.001));
        (await parent.ChildrenAsync()).Length.ShouldBe(isRestart ? 1 : 0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-9"), Trait("rule", "RST-7")]
    public async Task The_timers_and_watches_of_what_is_abandoned_end(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var letters = system.CreateProbe();
        var other = system.ActorOf(Puppet.Props());
        var actor = system.ActorOf(Puppet.Props(), "actor");
        actor.DoAsync(puppet =>
        {
            puppet.Context.Timers.StartPeriodic("key", "tick", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
            puppet.Context.SetReceiveTimeout(TimeSpan.FromSeconds(1));
            puppet.Context.Watch(other);
            return new TaskCompletionSource().Task;
        });
        await system.DrainAsync();
        system.System.Stop(actor);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        system.System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        await letters.ExpectNoneAsync(TimeSpan.FromMinutes(1));
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-9")]
    public async Task The_descendants_of_what_is_abandoned_are_stopped_and_have_limits_too(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(), "actor");
        var quick = await actor.SpawnAsync(Puppet.Props(), "quick");
        var hung = await actor.SpawnAsync(Puppet.Props(), "hung");
        var below = await hung.SpawnAsync(Puppet.Props(), "below");
        foreach (var one in (IActorRef[])[actor, quick, hung, below])
        {
            probe.Watch(one);
        }

        hung.DoAsync(_ => new TaskCompletionSource().Task);
        actor.DoAsync(_ => new TaskCompletionSource().Task);
        await system.DrainAsync();
        system.System.Stop(actor);
        await probe.ExpectNoneAsync(TimeSpan.FromSeconds(4.999));
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.001));
        await probe.ExpectAllAsync(new Terminated(actor), new Terminated(quick));
        await probe.ExpectNoneAsync(TimeSpan.FromSeconds(4.999));
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.001));
        await probe.ExpectAllAsync(new Terminated(hung), new Terminated(below));
        system.Log.Entries.Where(entry => entry.EventId.Id == 1105).Select(entry => entry.Message.Split(':')[1]).ShouldBe(
            ["//test/user/actor", "//test/user/actor/hung"]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-6")]
    public async Task A_limit_of_zero_abandons_at_once_what_does_not_end_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props() with { StopTimeout = TimeSpan.Zero }, "actor");
        actor.DoAsync(_ => new TaskCompletionSource().Task);
        probe.Watch(actor);
        await system.DrainAsync();
        system.System.Stop(actor);
        await probe.ExpectTerminatedAsync(actor, TimeSpan.Zero);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-6")]
    public async Task An_infinite_limit_waits_for_ever(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(Puppet.Props() with { StopTimeout = Timeout.InfiniteTimeSpan }, "actor");
        actor.DoAsync(_ => gate.Task);
        probe.Watch(actor);
        await system.DrainAsync();
        system.System.Stop(actor);
        await probe.ExpectNoneAsync(TimeSpan.FromDays(1));
        gate.SetResult();
        await probe.ExpectTerminatedAsync(actor);
    }

    private sealed class Holder(IActorRef reports, Task gate) : ActorBase, IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            reports.Tell("disposed");
            return default;
        }

        protected override async ValueTask OnReceiveAsync(object message)
        {
            try
            {
                await gate;
            }
            finally
            {
                reports.Tell("finally");
            }
        }

        protected override ValueTask PostStopAsync()
        {
            reports.Tell("PostStop");
            return default;
        }
    }

    private sealed class HangingDisposal : ActorBase, IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await new TaskCompletionSource().Task;

        protected override ValueTask OnReceiveAsync(object message) => throw new BoomException();
    }
}
