using Actors.TestKit;

namespace Actors.Services.Tests.Restarting;

public sealed class RestartTypeTests
{
    /// <summary>Restart type × how the code ended.</summary>
    [Theory]
    [InlineData(RestartType.Transient, "returns", ServiceState.Completed)]
    [InlineData(RestartType.Transient, "throws", ServiceState.Backoff)]
    [InlineData(RestartType.Transient, "stops", ServiceState.Stopped)]
    [InlineData(RestartType.Permanent, "returns", ServiceState.Backoff)]
    [InlineData(RestartType.Permanent, "throws", ServiceState.Backoff)]
    [InlineData(RestartType.Permanent, "stops", ServiceState.Stopped)]
    [InlineData(RestartType.Temporary, "returns", ServiceState.Completed)]
    [InlineData(RestartType.Temporary, "throws", ServiceState.Failed)]
    [InlineData(RestartType.Temporary, "stops", ServiceState.Stopped)]
    public async Task What_follows_an_end_depends_on_the_restart_type(RestartType type, string end, ServiceState expected)
    {
        foreach (var dispatcher in Enum.GetValues<TestDispatcher>())
        {
            await using var system = await TestSystem.StartAsync(1, dispatcher);
            var services = system.StartServices(ServiceDefinition.Service(
                "a",
                (context, token) => end switch
                {
                    "returns" => Task.CompletedTask,
                    "throws" => throw new BoomException(),
                    _ => Bodies.UntilStopped(context, token),
                },
                new ServiceOptions { RestartType = type }));
            await system.DrainAsync();
            if (end == "stops")
            {
                await services.StopAsync("a");
            }

            (await services.GetStatusAsync("a")).State.ShouldBe(expected);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_permanent_service_that_returns_is_restarted_and_counted_like_a_failure(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(ServiceDefinition.Service(
            "a",
            (context, _) =>
            {
                context.OnStop(() => diary.Note("hook"));
                diary.Note("run");
                return Task.CompletedTask;
            },
            new ServiceOptions { RestartType = RestartType.Permanent, Restart = Bodies.Exact(maxRestarts: 2) }));
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));
        diary.SecondsOf("run").ShouldBe([0, 1, 3]);
        diary.Count("hook").ShouldBe(0, "hooks do not run before a restart, nor after a failure");
        var status = await services.GetStatusAsync("a");
        status.State.ShouldBe(ServiceState.Failed);
        status.LastIncident.ShouldNotBeNull().Message.ShouldBe("Service 'a' returned, but its restart-type is permanent.");
    }

    [Theory, OnEachDispatcher]
    public async Task A_temporary_service_that_fails_says_so_in_the_log(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        system.StartServices(Bodies.Failing("a", new Diary(system), new ServiceOptions { RestartType = RestartType.Temporary }));
        (await system.Log.ExpectAsync(6103)).Message.ShouldContain("restart-type = temporary: no restart. It is Failed");
    }
}
