using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Tests.Messaging;

public sealed class AsyncHandlerTests
{
    [Theory, OnEachDispatcher(Seeds = 20), Trait("rule", "MB-5")]
    public async Task While_a_handler_awaits_no_other_message_is_handled(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        for (var i = 0; i < 5; i++)
        {
            var number = i;
            actor.DoAsync(async puppet =>
            {
                puppet.Report($"{number} begins");
                await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
                puppet.Report($"{number} goes on");
                await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
                puppet.Report($"{number} ends");
            });
        }

        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        await reports.ExpectAsync("actor: PreStart");
        for (var i = 0; i < 5; i++)
        {
            await reports.ExpectInOrderAsync($"actor: {i} begins", $"actor: {i} goes on", $"actor: {i} ends");
        }
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-5")]
    public async Task The_sender_and_the_context_stay_across_an_await(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(), "actor");
        probe.Send(actor, new Puppet.DoAsync(async puppet =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
            puppet.Sender.Tell(puppet.Context.ActorOf(Puppet.Props(), "child").Path.Name);
        }));
        await probe.ExpectAsync("child");
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-5")]
    public async Task System_messages_are_handled_while_a_handler_awaits(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(Puppet.Props(), "actor");
        var child = await actor.SpawnAsync(Puppet.Props());
        actor.DoAsync(_ => gate.Task);
        child.Tell(new Puppet.Increment());
        child.Fail();
        (await child.CountAsync()).ShouldBe(0);
        gate.SetResult();
    }

    [Theory, OnEachDispatcher(Seeds = 20), Trait("rule", "MB-6"), Trait("rule", "STOP-1")]
    public async Task A_stop_cancels_the_token_and_finally_runs_before_PostStop(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        actor.DoAsync(async puppet =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, system.Time, puppet.Context.CancellationToken);
            }
            finally
            {
                puppet.Report("finally");
                await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
                puppet.Report("cleaned up");
            }
        });
        await system.DrainAsync();
        system.System.Stop(actor);
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: finally", "actor: cleaned up", "actor: PostStop");
        await system.Log.ExpectNoneAsync(LogLevel.Warning);
    }

    [Theory, OnEachDispatcher(Seeds = 20), Trait("rule", "MB-6")]
    public async Task A_handler_that_its_own_token_ends_at_once_stops_the_actor_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        actor.DoAsync(puppet => Task.Delay(Timeout.Infinite, puppet.Context.CancellationToken));
        await system.DrainAsync();
        system.System.Stop(actor);
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: PostStop");
        await reports.ExpectNoneAsync();
        await system.Log.ExpectNoneAsync(LogLevel.Warning);
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-5")]
    public async Task A_failure_after_an_await_is_a_failure_with_its_message(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        actor.DoAsync(async _ =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
            throw new BoomException();
        });
        actor.Tell("next");
        await reports.ExpectInOrderAsync(
            "actor: PreStart", "actor: PreRestart(boom, DoAsync)", "actor: PostStop", "actor: PostRestart(boom)", "actor: PreStart", "actor: next");
    }

    [Theory, OnEachDispatcher]
    public async Task A_cancellation_that_nobody_asked_for_is_a_failure(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        actor.DoAsync(_ => Task.FromCanceled(new CancellationToken(true)));
        await reports.FishAsync<string>(what => what.Contains("PostRestart", StringComparison.Ordinal));
    }

    [Theory, OnEachDispatcher]
    public async Task Code_that_nobody_awaits_fails_the_actor_and_not_the_process(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
#pragma warning disable VSTHRD101 // An async void lambda by mistake is what this is about.
        actor.Do(async _ =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
            throw new BoomException();
        });
#pragma warning restore VSTHRD101
        await reports.FishAsync<string>(what => what == "actor: PostRestart(boom)");
    }

    [Theory, OnEachDispatcher]
    public async Task A_throwing_callback_on_the_token_does_not_keep_the_actor_from_stopping(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(), "actor");
        actor.Do(puppet => puppet.Context.CancellationToken.Register(() => throw new BoomException()));
        probe.Watch(actor);
        await system.DrainAsync();
        system.System.Stop(actor);
        await probe.ExpectTerminatedAsync(actor);
        await system.Log.ExpectAsync(1113);
    }

    [Theory, OnEachDispatcher]
    public async Task Hooks_may_await(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        async ValueTask WaitAsync(Puppet puppet)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
            puppet.Report("waited");
        }

        var actor = system.ActorOf(
            Puppet.Props(reports, new Puppet.Script { PreStart = WaitAsync, PreRestart = WaitAsync, PostStop = WaitAsync }), "actor");
        actor.Tell("first");
        actor.Fail();
        actor.Tell("second");
        actor.Tell(PoisonPill.Instance);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        await reports.ExpectInOrderAsync(
            "actor: PreStart", "actor: waited", "actor: first",
            "actor: PreRestart(boom, Throw)", "actor: waited", "actor: PostStop", "actor: waited",
            "actor: PostRestart(boom)", "actor: PreStart", "actor: waited", "actor: second",
            "actor: PostStop", "actor: waited");
    }

    [Theory, OnEachDispatcher]
    public async Task A_task_that_an_actor_owns_runs_beside_its_mailbox_and_tells_of_its_end(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        actor.Do(puppet =>
        {
            puppet.Context.RunTask(() => Task.Delay(TimeSpan.FromSeconds(1), system.Time), cause => $"ended ({cause?.Message})");
            puppet.Context.RunTask(() => throw new BoomException(), cause => $"failed ({cause?.Message})");
        });
        actor.Tell("meanwhile");
        await reports.ExpectAsync("actor: PreStart");
        await reports.ExpectAllAsync("actor: meanwhile", "actor: failed (boom)");
        await reports.ExpectNoneAsync();
        await reports.ExpectAsync("actor: ended ()", TimeSpan.FromSeconds(1));
    }

    [Theory, OnEachDispatcher]
    public async Task A_task_whose_end_cannot_be_told_fails_its_actor(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        actor.Do(puppet => puppet.Context.RunTask(() => Task.CompletedTask, _ => throw new BoomException("untold")));
        await reports.FishAsync<string>(what => what == "actor: PostRestart(untold)");
    }
}
