using Actors.Services.Running;
using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Services.Tests.Observing;

public sealed class StatusTests
{
    [Theory, OnEachDispatcher]
    public async Task A_running_service_tells_since_when_and_what_it_says_of_itself(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(ServiceDefinition.Service("importer", async (context, _) =>
        {
            context.Report("reading page 1");
            await context.DelayAsync(TimeSpan.FromSeconds(90));
            context.Report("reading page 2");
            await context.DelayAsync(Timeout.InfiniteTimeSpan);
        }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(125));
        var status = await services.GetStatusAsync("importer");
        status.Kind.ShouldBe(ServiceKind.Service);
        status.State.ShouldBe(ServiceState.Running);
        status.Since.ShouldBe(VirtualTime.DefaultStart);
        status.At.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(125));
        status.Uptime.ShouldBe(TimeSpan.FromSeconds(125));
        status.IsReady.ShouldBeTrue();
        status.ToString().ShouldBe("importer: Running for 2 min 5 s (since 2026-01-01 00:00:00Z), says: reading page 2");
    }

    [Theory, OnEachDispatcher]
    public async Task The_text_of_a_failed_service_says_why_and_since_when(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Failing("payment-sync", new Diary(system), new ServiceOptions { Restart = Bodies.Exact(maxRestarts: 2) }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.5));
        (await services.GetStatusAsync("payment-sync")).ToString().ShouldBe(
            "payment-sync: Backoff for 500 ms (since 2026-01-01 00:00:01Z), restart 2 in 1.5 s (at 2026-01-01 00:00:03Z). " +
            "Last incident: 2026-01-01 00:00:01Z Actors.Services.Tests.BoomException: boom [restart 2 after 2 s, max-restarts = 2]");
        await system.AdvanceAsync(TimeSpan.FromHours(3));
        (await services.GetStatusAsync("payment-sync")).ToString().ShouldBe(
            "payment-sync: Failed for 2 h 59 min (since 2026-01-01 00:00:03Z), restarted 2 times. " +
            "Last incident: 2026-01-01 00:00:03Z Actors.Services.Tests.BoomException: boom [max-restarts = 2 is used up: no further restart]");
    }

    [Theory, OnEachDispatcher]
    public async Task With_awaits_ready_a_service_is_ready_when_it_says_so(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(ServiceDefinition.Service(
            "a",
            async (context, _) =>
            {
                await context.DelayAsync(TimeSpan.FromSeconds(10));
                context.Ready();
                await context.DelayAsync(Timeout.InfiniteTimeSpan);
            },
            new ServiceOptions { AwaitsReady = true }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(9));
        var status = await services.GetStatusAsync("a");
        status.State.ShouldBe(ServiceState.Running);
        status.NotReadyBecause.ShouldBe("it has not called Ready() yet");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await services.GetStatusAsync("a")).IsReady.ShouldBeTrue();
        (await services.StopAsync("a")).Single().NotReadyBecause.ShouldBe("it is stopped");
    }

    [Theory, OnEachDispatcher]
    public async Task With_awaits_ready_a_tick_is_ready_after_its_first_success(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(ServiceDefinition.Tick(
            "a",
            TimeSpan.FromSeconds(60),
            (context, _) => context.DelayAsync(TimeSpan.FromSeconds(3)),
            new ServiceOptions { AwaitsReady = true, InitialDelay = TimeSpan.FromSeconds(5) }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(7));
        (await services.GetStatusAsync("a")).NotReadyBecause.ShouldBe("its first tick has not succeeded yet");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await services.GetStatusAsync("a")).IsReady.ShouldBeTrue();
    }

    [Theory, OnEachDispatcher]
    public async Task The_last_20_incidents_are_kept_oldest_first(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var number = 0;
        var services = system.StartServices(ServiceDefinition.Service(
            "a",
            (_, _) => throw new BoomException($"boom {++number}"),
            new ServiceOptions { Restart = Bodies.Exact() }));
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        var incidents = await services.GetIncidentsAsync("a");
        incidents.Count.ShouldBe(20);
        incidents.Select(incident => incident.Message).ShouldBe(Enumerable.Range(number - 19, 20).Select(i => $"boom {i}"));
        incidents[^1].ShouldBe((await services.GetStatusAsync("a")).LastIncident);
    }

    [Theory, OnEachDispatcher]
    public async Task An_incident_has_time_exception_number_rule_and_next_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Failing("a", new Diary(system), new ServiceOptions { Restart = Bodies.Exact(), IncidentLimit = 1 }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var incident = (await services.GetIncidentsAsync("a")).Single();
        incident.At.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(1));
        incident.ExceptionType.ShouldBe(typeof(BoomException).FullName);
        incident.Message.ShouldBe("boom");
        incident.Details.ShouldNotBeNull().ShouldContain("at Actors.Services.Tests.Bodies");
        incident.Restart.ShouldBe(2);
        incident.Rule.ShouldBe("restart 2 after 2 s, no limit");
        incident.NextRestartAt.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(3));
    }

    [Theory, OnEachDispatcher]
    public async Task The_details_of_an_incident_have_at_most_4000_characters(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(ServiceDefinition.Service("a", (_, _) => throw new BoomException(new string('x', 5000))));
        await system.DrainAsync();
        (await services.GetIncidentsAsync("a")).Single().Details.ShouldNotBeNull().Length.ShouldBe(4000);
    }

    [Theory, OnEachDispatcher]
    public async Task A_service_logs_in_a_category_of_its_own(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        system.StartServices(ServiceDefinition.Service("a", (context, token) =>
        {
            context.Logger.LogInformation("hello");
            return Bodies.UntilStopped(context, token);
        }));
        (await system.Log.ExpectAsync(LogLevel.Information, "hello")).Category.ShouldBe("Actors.Services.a");
    }

    [Fact]
    public void Max_restarts_can_be_set_without_losing_the_delays()
    {
        var options = new ServiceOptions { Restart = { MaxRestarts = 5 } };
        options.Restart.Backoff.ShouldBe(new BackoffOptions());
        new ServiceOptions().Restart.MaxRestarts.ShouldBe(RestartOptions.Unlimited);
    }

    [Fact]
    public void The_guide_has_the_table_ofLegal_transitions()
    {
        var states = Enum.GetValues<ServiceState>();
        var inCode = states.SelectMany(from => states.Where(to => ServiceTransitions.IsLegal(from, to)).Select(to => $"{from} → {to}"));
        var rows = File.ReadLines(Path.Combine(Root(), "docs", "services.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 3 && Enum.TryParse<ServiceState>(cells[1], out _) && Enum.TryParse<ServiceState>(cells[2], out _))
            .Select(cells => $"{cells[1]} → {cells[2]}");
        rows.ShouldBe(inCode, ignoreOrder: true);
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Actors.sln")))
        {
            folder = Path.GetDirectoryName(folder).ShouldNotBeNull("the tests run inside the repository");
        }

        return folder;
    }
}
