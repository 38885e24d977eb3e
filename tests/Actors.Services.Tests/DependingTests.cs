using Actors.TestKit;

namespace Actors.Services.Tests;

/// <summary>Services that wait for others, and the watch on those that hang.</summary>
public sealed class DependingTests
{
    [Theory, OnEachDispatcher]
    public async Task A_service_is_started_when_those_it_depends_on_are_ready_whatever_the_order_of_registration(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(
            Bodies.Noting("web", diary, On("cache")),
            Bodies.Noting("cache", diary, On("db")),
            ServiceDefinition.Service(
                "db",
                async (context, _) =>
                {
                    diary.Note("db starts");
                    await context.DelayAsync(TimeSpan.FromSeconds(5));
                    context.Ready();
                    await context.DelayAsync(Timeout.InfiniteTimeSpan);
                },
                new ServiceOptions { AwaitsReady = true }));

        await system.AdvanceAsync(TimeSpan.FromSeconds(4));
        diary.Notes.ShouldBe(["db starts"]);
        var waiting = await services.GetStatusAsync("web");
        waiting.State.ShouldBe(ServiceState.Starting);
        waiting.NotReadyBecause.ShouldBe("it waits for cache, which is Starting");
        (await services.GetStatusAsync("cache")).ToString().ShouldContain("Starting for 4 s (since 2026-01-01 00:00:00Z), not ready: it waits for db, which is not ready yet");

        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        diary.Notes.ShouldBe(["db starts", "cache starts", "web starts"]);

        await services.StopAsync();
        diary.Notes.Skip(3).ShouldBe(["web ends", "cache ends"]);
    }

    [Fact]
    public async Task Layers_of_services_that_depend_on_all_of_the_layer_before_are_put_in_order_at_once()
    {
        // Three to the power of thirty ways lead from the last layer to the first.
        var names = Enumerable.Range(0, 30).Select(layer => Enumerable.Range(0, 3).Select(i => $"s{layer}-{i}").ToArray()).ToArray();
        await using var system = await TestSystem.StartAsync(1);
        var diary = new Diary(system);
        var services = system.StartServices(
            [.. Enumerable.Range(0, 30).Reverse().SelectMany(layer => names[layer].Select(name => Bodies.Noting(name, diary, On(layer == 0 ? [] : names[layer - 1]))))]);
        await system.DrainAsync();
        await services.StopAsync();
        await services.StartAsync();
        await system.DrainAsync();
        (await services.GetServicesAsync()).ShouldAllBe(status => status.State == ServiceState.Running);
        var started = diary.Notes.Where(note => note.EndsWith(" starts", StringComparison.Ordinal)).Select(note => note.Split('-')[0]).ToList();
        started.ShouldBe([.. Enumerable.Range(0, 60).SelectMany(i => Enumerable.Repeat($"s{i % 30}", 3))]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_start_starts_what_it_depends_on(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(
            Bodies.Idle("db", new ServiceOptions { Autostart = false }), Bodies.Idle("web", new ServiceOptions { Autostart = false, DependsOn = ["db"] }));

        (await services.StartAsync("web")).Count.ShouldBe(1);
        await system.DrainAsync();

        (await services.GetServicesAsync()).ShouldAllBe(status => status.State == ServiceState.Running);
    }

    [Theory, OnEachDispatcher]
    public async Task One_that_waits_can_be_stopped_and_does_not_start_later(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Bodies.Idle("db", new ServiceOptions { Autostart = false }), Bodies.Noting("web", diary, On("db")));
        await system.DrainAsync();

        (await services.StopAsync("web"))[0].State.ShouldBe(ServiceState.Stopped);
        await services.StartAsync("db");
        await system.DrainAsync();

        diary.Notes.ShouldBeEmpty();
    }

    [Theory, OnEachDispatcher]
    public async Task A_restart_waits_again_while_what_it_needs_is_down(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(
            Bodies.Idle("db"),
            ServiceDefinition.Service(
                "web",
                async (context, _) =>
                {
                    await context.DelayAsync(TimeSpan.FromSeconds(1));
                    throw new BoomException();
                },
                new ServiceOptions { DependsOn = ["db"], Restart = Bodies.Exact() }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.5));
        await services.StopAsync("db");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));

        (await services.GetStatusAsync("web")).NotReadyBecause.ShouldBe("it waits for db, which is Stopped");
        await services.StartAsync("db");
        await system.DrainAsync();
        (await services.GetStatusAsync("web")).State.ShouldBe(ServiceState.Running);
    }

    [Theory, OnEachDispatcher]
    public async Task What_others_need_is_unregistered_with_them_or_not_at_all(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Idle("db"));
        await services.RegisterAsync(Bodies.Idle("web", On("db")));

        (await Expect.ThrowsAsync<ServiceDependencyException>(() => services.UnregisterAsync("db"))).Message
            .ShouldBe("Service 'db' is needed by 'web'. Unregister these first, or together with it.");
        (await Expect.ThrowsAsync<ServiceDependencyException>(() => services.RegisterAsync(Bodies.Idle("api", On("dp"))))).Message
            .ShouldStartWith("Service 'api' depends on 'dp'. There is no service 'dp'. Did you mean 'db'?");
        (await services.UnregisterAsync("*")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Unknown_dependencies_and_circles_are_refused_at_the_start_together()
    {
        await using var system = await TestSystem.StartAsync();

        var faults = Should.Throw<ServiceDependencyException>(() => system.StartServices(
            Bodies.Idle("a", On("b")), Bodies.Idle("b", On("c")), Bodies.Idle("c", On("b")), Bodies.Idle("d", On("e")))).Faults;

        faults.Count.ShouldBe(2);
        faults[0].ShouldStartWith("Service 'd' depends on 'e'. There is no service 'e'.");
        faults[1].ShouldBe("Services depend on each other in a circle, so none of them could be started: b -> c -> b. Take one of these out of depends-on.");
        Should.Throw<ServiceDependencyException>(() => system.StartServices(Bodies.Idle("a", On("a")))).Message.ShouldContain("a -> a");
    }

    [Fact]
    public void A_chain_of_a_hundred_thousand_is_looked_at_in_one_pass() => ServicesExtensions.FindDependencyFaults(
        Enumerable.Range(0, 100_000).Select(i => ($"s{i}", (IReadOnlyList<string>)(i == 0 ? [] : [$"s{i - 1}"])))).ShouldBeEmpty();

    [Theory, OnEachDispatcher]
    public async Task A_service_that_says_nothing_for_too_long_is_restarted(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(ServiceDefinition.Service(
            "loop",
            async (context, _) =>
            {
                diary.Note("run");
                context.OnStop(() => diary.Note("hook"));
                for (var i = 0; i < 5; i++)
                {
                    await context.DelayAsync(TimeSpan.FromSeconds(8));
                    context.Heartbeat();
                }

                await context.DelayAsync(Timeout.InfiniteTimeSpan);
            },
            new ServiceOptions { Watchdog = TimeSpan.FromSeconds(10), Restart = Bodies.Exact() }));

        await system.AdvanceAsync(TimeSpan.FromSeconds(49));
        diary.Notes.ShouldBe(["run"]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.5));
        var status = await services.GetStatusAsync("loop");
        status.State.ShouldBe(ServiceState.Backoff);
        status.LastIncident!.Message.ShouldBe("Service 'loop' has not called Heartbeat() for 10 s (watchdog = 10 s).");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));

        diary.Notes.ShouldBe(["run", "run"]);
        diary.SecondsOf("run").ShouldBe([0, 51]);
    }

    [Theory, OnEachDispatcher]
    public async Task One_that_hangs_and_ignores_its_token_is_abandoned_and_started_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Stuck(
            "stuck", new ServiceOptions { Watchdog = TimeSpan.FromSeconds(10), StopTimeout = TimeSpan.FromSeconds(2), Restart = Bodies.Exact() }));

        await system.AdvanceAsync(TimeSpan.FromSeconds(14.5));

        var status = await services.GetStatusAsync("stuck");
        status.State.ShouldBe(ServiceState.Running);
        status.Abandoned.ShouldBe(1);
        (await services.GetIncidentsAsync("stuck")).Select(incident => incident.ExceptionType).ShouldContain(typeof(ServiceHungException).FullName);
    }

    private static ServiceOptions On(params string[] names) => new() { DependsOn = names };
}
