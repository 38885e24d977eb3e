using Actors.TestKit;

namespace Actors.Tests.Messaging;

public sealed class GracefulStopTests
{
    [Theory, OnEachDispatcher, Trait("rule", "GS-1")]
    public async Task It_waits_for_the_end_and_lets_earlier_messages_be_handled(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        actor.Tell("first");
        (await actor.GracefulStopAsync(TimeSpan.FromSeconds(1))).ShouldBeTrue();
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: first", "actor: PostStop");
        system.Time.Elapsed.ShouldBe(TimeSpan.Zero);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        system.Time.TimerCount.ShouldBe(0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "GS-1")]
    public async Task A_stop_that_takes_too_long_is_false_and_goes_on(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(Puppet.Props());
        actor.DoAsync(_ => gate.Task);
        var stopping = actor.GracefulStopAsync(TimeSpan.FromSeconds(2));
        await system.AdvanceAsync(TimeSpan.FromSeconds(2) - TimeSpan.FromTicks(1));
        stopping.IsCompleted.ShouldBeFalse();
        await system.AdvanceAsync(TimeSpan.FromTicks(1));
        (await stopping).ShouldBeFalse();
        var patient = actor.GracefulStopAsync(Timeout.InfiniteTimeSpan);
        gate.SetResult();
        (await patient).ShouldBeTrue();
    }

    [Theory, OnEachDispatcher, Trait("rule", "GS-1")]
    public async Task An_actor_that_is_dead_already_has_stopped(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = await DeadLetterTests.DeadActorAsync(system, "actor");
        (await actor.GracefulStopAsync(TimeSpan.FromSeconds(1))).ShouldBeTrue();
        system.System.DeadLetterBox.Total.ShouldBe(0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "GS-1")]
    public async Task Another_message_can_tell_the_actor_to_stop(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet => puppet.On<double>(_ => puppet.Context.Stop(puppet.Self)),
        }));
        (await actor.GracefulStopAsync(TimeSpan.FromSeconds(1), 1.5)).ShouldBeTrue();
        var killed = system.ActorOf(Puppet.Props());
        (await killed.GracefulStopAsync(TimeSpan.FromSeconds(1), Kill.Instance)).ShouldBeTrue();
    }

    [Theory, OnEachDispatcher]
    public async Task The_wait_can_be_cancelled_and_the_stop_goes_on(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(Puppet.Props());
        probe.Watch(actor);
        actor.DoAsync(_ => gate.Task);
        using var source = new CancellationTokenSource();
        var stopping = actor.GracefulStopAsync(TimeSpan.FromSeconds(2), cancellationToken: source.Token);
        await system.DrainAsync();
        await source.CancelAsync();
        await Expect.ThrowsAsync<TaskCanceledException>(stopping);
        await Expect.ThrowsAsync<TaskCanceledException>(actor.GracefulStopAsync(TimeSpan.FromSeconds(2), cancellationToken: source.Token));
        gate.SetResult();
        await probe.ExpectTerminatedAsync(actor);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        system.Time.TimerCount.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task One_actor_may_wait_for_another_in_its_handler(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props(reports), "parent");
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        parent.DoAsync(async puppet => puppet.Report($"{await child.GracefulStopAsync(TimeSpan.FromSeconds(1))}"));
        await reports.ExpectInOrderAsync("parent: PreStart", "parent: True");
    }

    [Theory, OnEachDispatcher]
    public async Task A_wait_that_is_open_when_the_system_ends_is_over_then(TestDispatcher dispatcher, int seed)
    {
        var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.On<double>(_ => { }) }));
        var stopping = actor.GracefulStopAsync(TimeSpan.FromHours(1), 1.5);
        await system.DrainAsync();
        stopping.IsCompleted.ShouldBeFalse();
        await system.DisposeAsync();
        (await stopping).ShouldBeTrue();
    }

    [Theory, OnEachDispatcher]
    public async Task Bad_arguments_are_refused(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props());
        Should.Throw<ArgumentOutOfRangeException>(() => { _ = actor.GracefulStopAsync(TimeSpan.FromSeconds(-2)); });
        Should.Throw<ArgumentException>(() => { _ = system.System.DeadLetters.GracefulStopAsync(TimeSpan.FromSeconds(2)); });
        (await actor.GracefulStopAsync(TimeSpan.FromSeconds(1))).ShouldBeTrue();
    }
}
