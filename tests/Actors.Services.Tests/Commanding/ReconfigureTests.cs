using Actors.TestKit;

namespace Actors.Services.Tests.Commanding;

/// <summary>Options change while services run.</summary>
public sealed class ReconfigureTests
{
    [Theory, OnEachDispatcher]
    public async Task A_new_policy_applies_to_the_next_failure_and_the_failures_so_far_count(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Bodies.Failing("payment-sync", diary, new ServiceOptions { Restart = Bodies.Exact() }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(3.5));

        var status = await services.AskAsync(new Reconfigure(Bodies.Idle("payment-sync", new ServiceOptions { Restart = Bodies.Exact(maxRestarts: 4) })));

        status.State.ShouldBe(ServiceState.Backoff);
        status.Restarts.ShouldBe(3);
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        diary.SecondsOf("run").ShouldBe([0, 1, 3, 7, 15]);
        (await services.GetStatusAsync("payment-sync")).State.ShouldBe(ServiceState.Failed);
        (await system.Log.ExpectAsync(Microsoft.Extensions.Logging.LogLevel.Error)).Message.ShouldContain("max-restarts = 4 is used up");
    }

    [Theory, OnEachDispatcher]
    public async Task A_running_service_goes_on_undisturbed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Bodies.Noting("a", diary));
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));

        (await services.AskAsync(new Reconfigure(Bodies.Idle("a", new ServiceOptions { AwaitsReady = true })))).NotReadyBecause.ShouldBe("it has not called Ready() yet");

        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        diary.SecondsOf("a starts").ShouldBe([0]);
        diary.SecondsOf("a ends").ShouldBeEmpty();
    }

    [Theory, OnEachDispatcher]
    public async Task A_new_interval_counts_from_the_next_tick(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        ServiceDefinition Tick(double seconds) => ServiceDefinition.Tick(
            "tick",
            TimeSpan.FromSeconds(seconds),
            (_, _) =>
            {
                diary.Note("tick");
                return Task.CompletedTask;
            });
        var services = system.StartServices(Tick(60));
        await system.AdvanceAsync(TimeSpan.FromSeconds(30));

        await services.AskAsync(new Reconfigure(Tick(10)));

        await system.AdvanceAsync(TimeSpan.FromSeconds(55));
        diary.SecondsOf("tick").ShouldBe([0, 60, 70, 80]);
    }

    [Theory, OnEachDispatcher]
    public async Task An_interval_may_become_a_schedule_and_a_schedule_an_interval(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        Task Tick(ServiceContext context, CancellationToken cancellationToken)
        {
            diary.Note("tick");
            return Task.CompletedTask;
        }

        var services = system.StartServices(ServiceDefinition.Tick("tick", TimeSpan.FromSeconds(10), Tick));
        await system.AdvanceAsync(TimeSpan.FromSeconds(25));
        await services.AskAsync(new Reconfigure(ServiceDefinition.Tick("tick", Schedule.Parse("* * * * *"), Tick)));
        await system.AdvanceAsync(TimeSpan.FromSeconds(125)); // At 150 s.
        await services.AskAsync(new Reconfigure(ServiceDefinition.Tick("tick", TimeSpan.FromSeconds(20), Tick)));
        await system.AdvanceAsync(TimeSpan.FromSeconds(75));

        diary.SecondsOf("tick").ShouldBe([0, 10, 20, 30, 60, 120, 180, 200, 220]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_new_stop_timeout_applies_to_the_next_stop(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Stuck("stuck", new ServiceOptions { StopTimeout = Timeout.InfiniteTimeSpan }));
        await services.AskAsync(new Reconfigure(Bodies.Stuck("stuck", new ServiceOptions { StopTimeout = TimeSpan.FromSeconds(2) })));

        var stop = services.StopAsync("stuck");
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));

        (await stop).Single().Abandoned.ShouldBe(1);
    }

    [Fact]
    public async Task Fewer_incidents_forget_the_oldest_at_once()
    {
        await using var system = await TestSystem.StartAsync();
        var services = system.StartServices(Bodies.Failing("a", new Diary(system), new ServiceOptions { Restart = Bodies.Exact() }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await services.GetIncidentsAsync("a")).Count.ShouldBe(4);

        await services.AskAsync(new Reconfigure(Bodies.Idle("a", new ServiceOptions { IncidentLimit = 2, Restart = Bodies.Exact() })));

        (await services.GetIncidentsAsync("a")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Options_of_another_form_or_for_nobody_are_refused()
    {
        await using var system = await TestSystem.StartAsync();
        var services = system.StartServices(Bodies.Idle("a"));

        await Expect.ThrowsAsync<ServiceDefinitionException>(services.AskAsync(new Reconfigure(
            ServiceDefinition.Tick("a", TimeSpan.FromSeconds(1), (_, _) => Task.CompletedTask))));
        await Expect.ThrowsAsync<ServiceDefinitionException>(services.AskAsync(new Reconfigure(null!)));
        await Expect.ThrowsAsync<UnknownServiceException>(services.AskAsync(new Reconfigure(Bodies.Idle("b"))));
        (await services.GetStatusAsync("a")).State.ShouldBe(ServiceState.Running);
    }
}
