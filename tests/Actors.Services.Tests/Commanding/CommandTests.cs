using Actors.TestKit;

namespace Actors.Services.Tests.Commanding;

public sealed class CommandTests
{
    [Theory, OnEachDispatcher]
    public async Task A_service_that_runs_is_not_started_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Bodies.Noting("a", diary));
        await system.DrainAsync();
        (await services.StartAsync("a")).Single().State.ShouldBe(ServiceState.Running);
        diary.Notes.ShouldBe(["a starts"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_service_that_is_stopped_may_be_stopped_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Idle("a"));
        await services.StopAsync("a");
        (await services.StopAsync("a")).Single().State.ShouldBe(ServiceState.Stopped);
    }

    [Theory, OnEachDispatcher]
    public async Task Two_who_stop_a_service_are_both_answered_when_it_has_stopped(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Stuck("a"));
        await system.DrainAsync();
        var first = services.StopAsync("a");
        var second = services.StopAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(11));
        (await first).Single().State.ShouldBe(ServiceState.Stopped);
        (await second).Single().State.ShouldBe(ServiceState.Stopped);
    }

    [Theory, OnEachDispatcher]
    public async Task A_stop_leaves_completed_and_failed_as_they_are(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(
            ServiceDefinition.Service("done", (_, _) => Task.CompletedTask),
            Bodies.Failing("broken", new Diary(system), new ServiceOptions { RestartType = RestartType.Temporary }));
        await system.DrainAsync();
        (await services.StopAsync()).Select(status => status.State).ShouldBe([ServiceState.Completed, ServiceState.Failed]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_restart_is_a_stop_with_its_hooks_and_then_a_start(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(ServiceDefinition.Service("a", (context, token) =>
        {
            diary.Note("run");
            context.OnStop(() => diary.Note("hook"));
            return Bodies.UntilStopped(context, token);
        }));
        await system.DrainAsync();
        var status = (await services.RestartAsync("a")).Single();
        status.State.ShouldBe(ServiceState.Running);
        status.Restarts.ShouldBe(0, "it did not fail");
        diary.Notes.ShouldBe(["run", "hook", "run"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_restart_of_all_stops_all_before_it_starts_any(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Bodies.Noting("a", diary), Bodies.Noting("b", diary));
        await system.DrainAsync();
        var before = diary.Notes.Count;
        await services.RestartAsync();
        await system.EventuallyAsync(() => diary.Notes.Count == before + 4); // On threads a service is told to have started before its body says so.
        diary.Notes.Skip(before).Take(2).ShouldBe(["b ends", "a ends"]);
        diary.Notes.Skip(before + 2).ShouldBe(["a starts", "b starts"], ignoreOrder: true);
    }

    [Theory, OnEachDispatcher]
    public async Task A_start_of_a_failed_service_gives_it_all_its_restarts_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Bodies.Failing("a", diary, new ServiceOptions { Restart = Bodies.Exact(maxRestarts: 1) }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await services.GetStatusAsync("a")).State.ShouldBe(ServiceState.Failed);
        (await services.StartAsync("a")).Single().State.ShouldBeOneOf(ServiceState.Running, ServiceState.Backoff);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        diary.SecondsOf("run").ShouldBe([0, 1, 10, 11]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_start_during_backoff_starts_at_once_and_forgives(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Bodies.Failing("a", diary, new ServiceOptions { Restart = Bodies.Exact() }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(4));
        await services.StartAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        diary.SecondsOf("run").ShouldBe([0, 1, 3, 4, 5]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_start_while_it_stops_follows_the_stop_unless_another_stop_comes(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Stuck("a"));
        await system.DrainAsync();
        var stop = services.StopAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var start = services.StartAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await stop).Single().State.ShouldBe(ServiceState.Stopped);
        (await start).Single().State.ShouldBe(ServiceState.Running);

        stop = services.StopAsync("a");
        await system.DrainAsync();
        start = services.StartAsync("a");
        await system.DrainAsync();
        var last = services.StopAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(11));
        await stop;
        await last;
        (await start).Single().State.ShouldBe(ServiceState.Stopped);
    }

    [Theory, OnEachDispatcher]
    public async Task A_service_without_autostart_waits_for_a_start(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Idle("a", new ServiceOptions { Autostart = false }));
        await system.DrainAsync();
        (await services.GetStatusAsync("a")).State.ShouldBe(ServiceState.Stopped);
        (await services.StartAsync()).Single().State.ShouldBe(ServiceState.Running);
    }

    [Theory, OnEachDispatcher]
    public async Task Commands_take_patterns(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Idle("worker-1"), Bodies.Idle("web"), Bodies.Idle("worker-2"));
        (await services.StopAsync("worker-*")).Select(status => status.Name).ShouldBe(["worker-1", "worker-2"]);
        (await services.GetServicesAsync()).Select(status => status.State).ShouldBe(
            [ServiceState.Stopped, ServiceState.Running, ServiceState.Stopped]);
        (await services.StartAsync("worker-?")).ShouldAllBe(status => status.State == ServiceState.Running);
        (await services.GetServicesAsync("w*-2")).Single().Name.ShouldBe("worker-2");
    }

    [Theory, OnEachDispatcher]
    public async Task The_guardian_answers_the_records_themselves(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Idle("a"));
        services.Guardian.Path.Local.ShouldBe("/user/services");
        await services.Guardian.AskAsync(new Stop());
        (await services.AskAsync(new GetStatus("a"))).State.ShouldBe(ServiceState.Stopped);
        (await services.Guardian.AskAsync(new Restart("a"))).Single().State.ShouldBe(ServiceState.Running);
    }

    [Fact]
    public async Task A_service_that_blocks_its_thread_still_tells_its_status()
    {
        await using var system = await TestSystem.StartAsync(1, TestDispatcher.Threads);
        using var release = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var services = system.StartServices(
            ServiceDefinition.Service("slow-constructor", _ =>
            {
                entered.Set();
                release.Wait();
                return new Constructed();
            }),
            ServiceDefinition.Service("busy", (_, _) =>
            {
                release.Wait(CancellationToken.None);
                return Task.CompletedTask;
            }));
        entered.Wait();
        (await services.GetStatusAsync("slow-constructor")).State.ShouldBe(ServiceState.Starting);
        (await services.StartAsync("busy")).Single().State.ShouldBe(ServiceState.Running);
        (await services.GetServicesAsync()).Count.ShouldBe(2);
        release.Set();
    }

    private sealed class Constructed : IService
    {
        public Task RunAsync(ServiceContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
