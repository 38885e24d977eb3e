using System.Collections.Concurrent;
using Actors.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests.Starting;

/// <summary>Services that are registered while the program runs, and are there again after a restart if they are to be.</summary>
public sealed class KeptServiceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kept-").FullName;
    private readonly ConcurrentQueue<string> _diary = new();

    [Fact]
    public async Task A_kept_service_is_there_again_with_its_options()
    {
        await RunAsync(async host =>
        {
            var types = host.Services.GetRequiredService<IServiceTypes>();
            (await types.RegisterAsync(
                "pump",
                "pump-7",
                options =>
                {
                    options.StopTimeout = TimeSpan.FromMilliseconds(1500);
                    options.Restart.MaxRestarts = 3;
                    options.Restart.Backoff!.Min = TimeSpan.FromSeconds(2); // It is set by default.
                },
                isKept: true)).State.ShouldBe(ServiceState.Running);
            await types.RegisterAsync("pump", "pump-8", options => options.DependsOn = ["pump-7"], isKept: true);
            await types.RegisterAsync("beat", "beat-1", options => options.Interval = TimeSpan.FromSeconds(5), isKept: true);
            await types.RegisterAsync("beat", "beat-2", options => options.Schedule = Schedule.Parse("daily at 08:00"), isKept: true);
            await types.RegisterAsync("pump", "pump-9");
        });

        await RunAsync(async host =>
        {
            var services = host.Services.GetRequiredService<IServices>();
            await TestHost.UntilAsync(async () => (await services.GetServicesAsync()).Count(service => service.IsReady) == 4, "the kept ones run");
            (await services.GetServicesAsync()).Select(service => (service.Name, service.Kind)).ShouldBe(
                [("pump-7", ServiceKind.Service), ("pump-8", ServiceKind.Service), ("beat-1", ServiceKind.Tick), ("beat-2", ServiceKind.Tick)], ignoreOrder: true);
            _diary.ShouldContain("pump-7 stops within 1500 ms");

            (await services.UnregisterAsync("pump-8")).Count.ShouldBe(1);
            (await services.AskAsync(new Unregister("beat-*"))).Count.ShouldBe(2);
        });

        await RunAsync(async host =>
            (await host.Services.GetRequiredService<IServices>().GetServicesAsync()).Select(service => service.Name).ShouldBe(["pump-7"]));
    }

    [Fact]
    public async Task One_whose_type_or_name_is_gone_is_named_in_the_log_stays_kept_and_can_be_forgotten()
    {
        await RunAsync(async host => await host.Services.GetRequiredService<IServiceTypes>().RegisterAsync("pump", "pump-7", isKept: true));

        await RunAsync(
            async host =>
            {
                var services = host.Services.GetRequiredService<IServices>();
                (await services.GetServicesAsync()).ShouldBeEmpty();
                (await services.UnregisterAsync("pump-7")).ShouldBeEmpty();
                try
                {
                    await services.UnregisterAsync("pump-7");
                    Assert.Fail("It is gone.");
                }
                catch (UnknownServiceException)
                {
                }
            },
            actors => actors.AddServiceType<Pump>("other"));

        await RunAsync(async host => (await host.Services.GetRequiredService<IServices>().GetServicesAsync()).ShouldBeEmpty());
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_and_not_kept()
    {
        await RunAsync(async host =>
        {
            var types = host.Services.GetRequiredService<IServiceTypes>();
            (await FaultAsync<ServiceDefinitionException>(() => types.RegisterAsync("pomp", "a", isKept: true))).Message.ShouldBe(
                "Service 'a': there is no service type 'pomp'; did you mean 'pump'? Declared are: pump, beat.");
            (await FaultAsync<ServiceDefinitionException>(() => types.RegisterAsync("beat", "b", isKept: true))).Message.ShouldContain("interval");
            await types.RegisterAsync("pump", "c");
            (await FaultAsync<DuplicateServiceException>(() => types.RegisterAsync("pump", "c", isKept: true))).Name.ShouldBe("c");
        });

        await RunAsync(async host => (await host.Services.GetRequiredService<IServices>().GetServicesAsync()).ShouldBeEmpty());
        using var withoutStore = TestHost.Create(actors => actors.AddServiceType<Pump>("pump"), services: services => services.AddSingleton(_diary));
        await withoutStore.StartAsync();
        (await FaultAsync<InvalidOperationException>(() => withoutStore.Services.GetRequiredService<IServiceTypes>().RegisterAsync("pump", "a", isKept: true))).Message
            .ShouldStartWith("Service 'a' is to be kept, but there is no store for it: call UseSqlite(\"Data Source=test.db\")");
        await withoutStore.StopAsync();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<TException> FaultAsync<TException>(Func<Task> action)
        where TException : Exception
    {
        try
        {
            await action();
        }
        catch (TException expected)
        {
            return expected;
        }

        throw new ShouldAssertException($"Expected {typeof(TException).Name}.");
    }

    /// <summary>One life of the program.</summary>
    private async Task RunAsync(Func<IHost, Task> body, Action<ActorsBuilder>? types = null)
    {
        using var host = TestHost.Create(
            actors =>
            {
                actors.UseSqlite("Data Source=test.db");
                (types ?? (builder => builder.AddServiceType<Pump>("pump").AddTickType<Beat>("beat")))(actors);
            },
            services: services => services.AddSingleton(_diary),
            contentRoot: _folder);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await body(host);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private sealed class Pump(ConcurrentQueue<string> diary) : IService
    {
        public Task RunAsync(ServiceContext context, CancellationToken cancellationToken)
        {
            diary.Enqueue($"{context.Name} stops within {context.StopTimeout.TotalMilliseconds} ms");
            return context.DelayAsync(Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class Beat : ITick
    {
        public Task TickAsync(ServiceContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
