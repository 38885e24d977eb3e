using System.Collections.Concurrent;
using Actors.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Actors.Hosting.Tests.Starting;

public sealed class StartAndStopTests
{
    [Fact]
    public async Task Services_start_in_the_order_of_the_code_and_stop_in_reverse_before_the_actors()
    {
        var diary = new ConcurrentQueue<string>();
        Func<ServiceContext, CancellationToken, Task> Writes(string name) => (context, cancellationToken) =>
        {
            context.OnStop(() => diary.Enqueue($"{name} stops"));
            return Bodies.ForEver(context, cancellationToken);
        };
        using var host = TestHost.Create(
            actors => actors.AddService("one", Writes("one")).AddService("two", Writes("two")).AddActor<Recorder>("recorder"),
            services: services => services.AddSingleton(diary));
        await host.StartAsync();
        await TestHost.UntilAsync(
            async () => (await host.Services.GetRequiredService<IServices>().GetServicesAsync()).All(service => service.State == ServiceState.Running), "all run");

        await host.StopAsync();

        diary.ShouldBe(["recorder starts", "two stops", "one stops", "recorder stops"]);
    }

    [Fact]
    public async Task A_service_that_escalates_ends_the_host()
    {
        using var host = TestHost.Create(
            actors => actors.AddService("licence", (_, _) => throw new InvalidOperationException("no licence")),
            "actors.services.licence.restart { max-restarts = 0, on-exhausted = escalate }");
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        var before = Environment.ExitCode;
        try
        {
            await host.StartAsync();
            await TestHost.UntilAsync(() => Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested), "the host stops");

            // Its exit code belongs to the process, which other tests share: ExitCodeTests look at it in processes of their own.
            await host.StopAsync();
        }
        finally
        {
            Environment.ExitCode = before;
        }
    }

    [Fact]
    public async Task A_start_that_fails_leaves_nothing_behind()
    {
        var folder = Directory.CreateTempSubdirectory("hosting-").FullName;
        using (var host = TestHost.Create(
            actors => actors.UseSqlite("jobs.db").AddQueue("greetings").AddActor<Counter>("counter", _ => throw new InvalidDataException("no recipe")),
            contentRoot: folder))
        {
            (await Should.ThrowAsync<InvalidDataException>(() => host.StartAsync())).Message.ShouldBe("no recipe");
        }

        using (var host = TestHost.Create(actors => actors.UseSqlite("jobs.db").AddQueue("greetings"), contentRoot: folder))
        {
            await host.StartAsync(); // The lock of the store is free.
            await host.StopAsync();
            await host.StopAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("", 10 + 11 + 16)]
    [InlineData("actors.services.loop.stop-timeout = 60s", 10 + 61 + 16)]
    [InlineData("actors.queues.greetings.stop-timeout = 60s", 10 + 11 + 66)]
    [InlineData("actors.services.greetings.stop-timeout = 100s", 10 + 11 + 101)]
    [InlineData("actors.services.loop.stop-timeout = infinite", -0.001)]
    public void The_host_waits_at_least_as_long_as_its_services_may_take(string hocon, double seconds)
    {
        using var host = TestHost.Create(
            actors => actors.UseInMemoryStore().AddService("loop", Bodies.ForEver).AddQueue("greetings"), hocon);

        host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void A_longer_patience_of_the_host_is_left_as_it_is()
    {
        using var host = TestHost.Create(
            actors => actors.AddService("loop", Bodies.ForEver),
            services: services => services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMinutes(5)));

        host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout.ShouldBe(TimeSpan.FromMinutes(5));
    }

    private sealed class Recorder(ConcurrentQueue<string> diary) : ActorBase
    {
        protected override ValueTask PreStartAsync()
        {
            diary.Enqueue("recorder starts");
            return default;
        }

        protected override ValueTask PostStopAsync()
        {
            diary.Enqueue("recorder stops");
            return default;
        }

        protected override ValueTask OnReceiveAsync(object message) => default;
    }
}
