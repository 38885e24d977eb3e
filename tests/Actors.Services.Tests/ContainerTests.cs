using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Services.Tests;

public sealed class ContainerTests
{
    [Theory, OnEachDispatcher]
    public async Task Each_incarnation_has_a_scope_of_its_own_which_ends_after_the_hooks(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        await using var container = new ServiceCollection().AddSingleton(diary).AddScoped<Connection>().AddScoped<Sync>().BuildServiceProvider();
        var services = system.System.StartServices([ServiceDefinition.Service<Sync>("a")], container);
        await system.DrainAsync();
        await services.RestartAsync("a");
        await services.StopAsync("a");
        diary.Notes.ShouldBe(["run", "hook", "connection closed", "run", "hook", "connection closed"]);
    }

    [Theory, OnEachDispatcher]
    public async Task The_scope_of_a_failed_incarnation_ends_before_the_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        await using var container = new ServiceCollection().AddSingleton(diary).AddScoped<Connection>().BuildServiceProvider();
        system.System.StartServices(
            [
                ServiceDefinition.Service("a", (context, token) =>
                {
                    diary.Note("run");
                    context.Services.GetRequiredService<Connection>();
                    return context.Restart == 0 ? throw new BoomException() : Bodies.UntilStopped(context, token);
                }),
            ],
            container);
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        diary.Notes.ShouldBe(["run", "connection closed", "run"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_class_that_is_not_registered_is_made_from_its_constructor_and_disposed_of(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        await using var container = new ServiceCollection().AddSingleton(diary).BuildServiceProvider();
        var services = system.System.StartServices(
            [ServiceDefinition.Tick<Warmer>("tick", TimeSpan.FromSeconds(1)), ServiceDefinition.Polled<Poller>("polled")], container);
        await system.DrainAsync();
        await services.StopAsync();
        diary.Notes.ShouldBe(["tick", "poll", "warmer disposed"], ignoreOrder: true);
    }

    [Theory, OnEachDispatcher]
    public async Task A_disposal_that_throws_is_noted_and_the_stop_goes_on(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        await using var container = new ServiceCollection().BuildServiceProvider();
        var services = system.System.StartServices([ServiceDefinition.Service<BadDisposal>("a")], container);
        await system.DrainAsync();
        var status = (await services.StopAsync("a")).Single();
        status.State.ShouldBe(ServiceState.Stopped);
        status.LastIncident.ShouldNotBeNull().Message.ShouldBe("cannot close");
    }

    private sealed class Connection(Diary diary) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            diary.Note("connection closed");
            return default;
        }
    }

    private sealed class Sync(Connection connection, Diary diary) : IService
    {
        public Task RunAsync(ServiceContext context, CancellationToken cancellationToken)
        {
            connection.ShouldBeSameAs(context.Services.GetRequiredService<Connection>());
            diary.Note("run");
            context.OnStop(() => diary.Note("hook"));
            return Bodies.UntilStopped(context, cancellationToken);
        }
    }

    private sealed class Warmer(Diary diary) : ITick, IDisposable
    {
        public Task TickAsync(ServiceContext context, CancellationToken cancellationToken)
        {
            diary.Note("tick");
            return Task.CompletedTask;
        }

        public void Dispose() => diary.Note("warmer disposed");
    }

    private sealed class Poller(Diary diary) : IPolledService
    {
        public Task<bool> CanRunAsync(ServiceContext context, CancellationToken cancellationToken) => Task.FromResult(true);

        public Task RunAsync(ServiceContext context, CancellationToken cancellationToken)
        {
            diary.Note("poll");
            return Task.CompletedTask;
        }
    }

    private sealed class BadDisposal : IService, IDisposable
    {
        public Task RunAsync(ServiceContext context, CancellationToken cancellationToken) => Bodies.UntilStopped(context, cancellationToken);

        public void Dispose() => throw new BoomException("cannot close");
    }
}
