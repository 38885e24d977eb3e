using Actors.TestKit;

namespace Actors.Tests.Lifecycle;

/// <summary>A restart that meets a handler in the middle: it is told by its token, and not waited for without end.</summary>
public sealed class RestartPatienceTests
{
    [Theory, OnEachDispatcher, Trait("rule", "OTP-9")]
    public async Task A_handler_that_ignores_its_token_is_left_behind_when_its_actor_is_to_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props());
        var actor = await parent.SpawnAsync(Puppet.Props(reports), "child");
        await reports.ExpectAsync("child: PreStart");
        actor.DoAsync(_ => new TaskCompletionSource().Task);
        await system.DrainAsync();
        parent.Do(puppet => puppet.Context.Restart(actor));
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(4.999));
        await reports.ExpectAsync("child: PreStart", TimeSpan.FromSeconds(0.001));
        await system.Log.ExpectAsync(1105);
        (await parent.ChildrenAsync()).ShouldBe(["child"]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-9")]
    public async Task A_handler_that_ends_in_time_is_not_left_behind(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props());
        var actor = await parent.SpawnAsync(Puppet.Props(reports), "child");
        await reports.ExpectAsync("child: PreStart");
        actor.DoAsync(_ => Task.Delay(TimeSpan.FromSeconds(4.999), system.Time));
        await system.DrainAsync();
        parent.Do(puppet => puppet.Context.Restart(actor));
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(4.998));
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await reports.ReceiveAllAsync()).Count.ShouldBe(4, "PreRestart, PostStop, PostRestart, PreStart");
        (await actor.CountAsync()).ShouldBe(0);
        system.Log.Entries.ShouldNotContain(entry => entry.EventId.Id == 1105);
    }

    [Theory, OnEachDispatcher]
    public async Task A_token_that_is_first_asked_for_after_the_order_to_restart_is_cancelled(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var gate = new TaskCompletionSource();
        var wasCancelled = false;
        var parent = system.ActorOf(Puppet.Props());
        var actor = await parent.SpawnAsync(Puppet.Props());
        actor.Tell(new Puppet.Increment());
        actor.DoAsync(async puppet =>
        {
            await gate.Task;
            wasCancelled = puppet.Context.CancellationToken.IsCancellationRequested;
        });
        await system.DrainAsync();
        parent.Do(puppet => puppet.Context.Restart(actor));
        await system.DrainAsync();
        gate.SetResult();
        (await actor.CountAsync()).ShouldBe(0, "it is another instance");
        wasCancelled.ShouldBeTrue();
        var later = true;
        actor.Do(puppet => later = puppet.Context.CancellationToken.IsCancellationRequested);
        await system.DrainAsync();
        later.ShouldBeFalse("the token of the new instance is another");
    }

    [Theory, OnEachDispatcher]
    public async Task A_token_that_is_first_asked_for_after_the_limit_is_cancelled(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var gate = new TaskCompletionSource();
        var wasCancelled = false;
        var actor = system.ActorOf(Puppet.Props() with { HandlerLimit = TimeSpan.FromSeconds(1), OnOverdue = OverdueAction.Restart });
        actor.DoAsync(async puppet =>
        {
            await gate.Task;
            wasCancelled = puppet.Context.CancellationToken.IsCancellationRequested;
        });
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        gate.SetResult();
        (await actor.CountAsync()).ShouldBe(0);
        wasCancelled.ShouldBeTrue();
    }
}
