using Actors.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests.Health;

public sealed class HealthCheckTests
{
    private const string Slowly = "actors.services.bank.restart.backoff { min = 1 h, max = 1 h, jitter = 0 }";

    [Fact]
    public async Task All_is_healthy_when_every_service_is_ready()
    {
        using var host = Create(actors => actors.AddService("loop", Bodies.ForEver));
        await host.StartAsync();
        await RunningAsync(host, "loop");

        var report = await CheckAsync(host);

        report.Status.ShouldBe(HealthStatus.Healthy);
        report.Entries.Keys.ShouldBe(["actors-live", "actors-ready", "actors-service-loop"], ignoreOrder: true);
        report.Entries["actors-ready"].Description.ShouldBe("1 service: 1 ready");
        report.Entries["actors-service-loop"].Description.ShouldStartWith("loop: Running for ");
        report.Entries["actors-live"].Tags.ShouldBe(["actors", "live"], ignoreOrder: true);
        report.Entries["actors-ready"].Tags.ShouldBe(["actors", "ready"], ignoreOrder: true);
        report.Entries["actors-service-loop"].Tags.ShouldBe(["actors", "service"], ignoreOrder: true);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_service_that_fails_is_a_matter_of_readiness_and_not_of_life()
    {
        using var host = Create(actors => actors.AddService("bank", (_, _) => throw new InvalidOperationException("no bank")).AddService("loop", Bodies.ForEver), hocon: Slowly);
        await host.StartAsync();
        var services = host.Services.GetRequiredService<IServices>();
        await TestHost.UntilAsync(async () => (await services.GetStatusAsync("bank")).State == ServiceState.Backoff, "it has failed");
        await RunningAsync(host, "loop");

        var report = await CheckAsync(host);

        report.Entries["actors-live"].Status.ShouldBe(HealthStatus.Healthy);
        report.Entries["actors-ready"].Status.ShouldBe(HealthStatus.Unhealthy);
        report.Entries["actors-ready"].Description.ShouldBe("2 services: 1 ready, 1 in Backoff (bank)");
        var text = report.Entries["actors-ready"].Data["bank"].ShouldBeOfType<string>();
        text.ShouldStartWith("bank: Backoff for ");
        text.ShouldContain("System.InvalidOperationException: no bank");
        report.Entries["actors-service-bank"].Status.ShouldBe(HealthStatus.Unhealthy);
        report.Entries["actors-service-bank"].Description!.ShouldContain("no bank"); // Every check of ours has a description.
        report.Entries["actors-service-loop"].Status.ShouldBe(HealthStatus.Healthy);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_service_that_is_not_ready_yet_is_degraded_and_keeps_the_whole_unready()
    {
        var ready = new TaskCompletionSource();
        using var host = Create(
            actors => actors.AddService(
                "loop",
                async (context, cancellationToken) =>
                {
                    await ready.Task;
                    context.Ready();
                    await Bodies.ForEver(context, cancellationToken);
                },
                options => options.AwaitsReady = true));
        await host.StartAsync();
        await RunningAsync(host, "loop");

        var report = await CheckAsync(host);
        report.Entries["actors-ready"].Status.ShouldBe(HealthStatus.Unhealthy);
        report.Entries["actors-ready"].Description.ShouldBe("1 service: 1 running but not ready (loop)");
        report.Entries["actors-service-loop"].Status.ShouldBe(HealthStatus.Degraded);

        ready.SetResult();
        await TestHost.UntilAsync(async () => (await CheckAsync(host)).Status == HealthStatus.Healthy, "it is ready");
        await host.StopAsync();
    }

    [Fact]
    public async Task What_was_stopped_on_purpose_or_has_completed_is_no_fault()
    {
        using var host = Create(actors => actors.AddService("loop", Bodies.ForEver).AddService("once", Bodies.Nothing));
        await host.StartAsync();
        var services = host.Services.GetRequiredService<IServices>();
        await services.StopAsync("loop");
        await TestHost.UntilAsync(async () => (await services.GetStatusAsync("once")).State == ServiceState.Completed, "it has completed");

        var report = await CheckAsync(host);

        report.Status.ShouldBe(HealthStatus.Healthy);
        report.Entries["actors-ready"].Description.ShouldBe("2 services: 1 stopped, 1 completed");
        await services.UnregisterAsync("loop");
        (await CheckAsync(host)).Entries["actors-service-loop"].Description.ShouldBe("loop: unregistered.");
        await host.StopAsync();
    }

    [Fact]
    public async Task Readiness_may_depend_on_some_services_only()
    {
        using var host = Create(
            actors => actors.AddService("bank", (_, _) => throw new InvalidOperationException("no bank")).AddService("worker-1", Bodies.ForEver),
            health => (health.Ready, health.PerService) = (["worker-*"], false),
            Slowly);
        await host.StartAsync();
        await RunningAsync(host, "worker-1");

        var report = await CheckAsync(host);

        report.Status.ShouldBe(HealthStatus.Healthy);
        report.Entries.Keys.ShouldBe(["actors-live", "actors-ready"], ignoreOrder: true);
        await host.StopAsync();
    }

    [Fact]
    public async Task Only_the_end_of_the_system_is_its_death()
    {
        using var host = Create(actors => actors.AddService("loop", Bodies.ForEver));
        var before = await CheckAsync(host);
        before.Entries["actors-live"].Status.ShouldBe(HealthStatus.Healthy);
        before.Entries["actors-ready"].Status.ShouldBe(HealthStatus.Unhealthy);
        before.Entries["actors-ready"].Description.ShouldBe("The actor system 'test' is starting.");
        before.Entries["actors-service-loop"].Status.ShouldBe(HealthStatus.Degraded);

        await host.StartAsync();
        await host.StopAsync();

        var after = await CheckAsync(host);
        after.Entries["actors-live"].Status.ShouldBe(HealthStatus.Unhealthy);
        after.Entries["actors-live"].Description.ShouldBe("The actor system 'test' has ended because the host stops.");
    }

    [Fact]
    public void Without_an_actor_system_it_says_how_to_add_one()
    {
        using var container = new ServiceCollection().AddLogging().AddHealthChecks().AddActors().Services.BuildServiceProvider();

        Should.Throw<InvalidOperationException>(() => container.GetRequiredService<HealthCheckService>()).Message.ShouldContain("services.AddActors(");
    }

    private static IHost Create(Action<ActorsBuilder> actors, Action<ActorsHealthOptions>? health = null, string hocon = "") =>
        TestHost.Create(actors, hocon, services: services => services.AddHealthChecks().AddActors(health));

    private static Task<HealthReport> CheckAsync(IHost host) => host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    private static Task RunningAsync(IHost host, string service) => TestHost.UntilAsync(
        async () => (await host.Services.GetRequiredService<IServices>().GetStatusAsync(service)).State == ServiceState.Running, $"{service} runs");
}
