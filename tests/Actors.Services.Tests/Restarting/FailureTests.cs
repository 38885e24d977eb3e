using Actors.TestKit;

namespace Actors.Services.Tests.Restarting;

public sealed class FailureTests
{
    [Theory, OnEachDispatcher]
    public async Task An_exception_before_the_first_await_is_a_failure(TestDispatcher dispatcher, int seed) =>
        await Expect(dispatcher, seed, ServiceDefinition.Service("a", (_, _) => throw new BoomException()), "boom");

    [Theory, OnEachDispatcher]
    public async Task A_factory_that_throws_is_a_failure(TestDispatcher dispatcher, int seed) =>
        await Expect(dispatcher, seed, ServiceDefinition.Service("a", _ => throw new BoomException()), "boom");

    [Theory, OnEachDispatcher]
    public async Task A_factory_that_returns_null_is_a_failure(TestDispatcher dispatcher, int seed) =>
        await Expect(
            dispatcher, seed, ServiceDefinition.Service("a", _ => null!), "The factory of service 'a' returned null. It must return an instance.");

    [Theory, OnEachDispatcher]
    public async Task A_null_task_is_a_failure(TestDispatcher dispatcher, int seed) =>
        await Expect(dispatcher, seed, ServiceDefinition.Service("a", (_, _) => null!), "RunAsync of service 'a' returned null");

    [Theory, OnEachDispatcher]
    public async Task A_null_task_of_a_tick_is_a_failure(TestDispatcher dispatcher, int seed) =>
        await Expect(
            dispatcher, seed, ServiceDefinition.Tick("a", TimeSpan.FromSeconds(1), (_, _) => null!), "TickAsync of service 'a' returned null");

    [Theory, OnEachDispatcher]
    public async Task A_cancellation_that_no_stop_explains_is_a_failure(TestDispatcher dispatcher, int seed) =>
        await Expect(
            dispatcher, seed, ServiceDefinition.Service("a", (_, _) => throw new TaskCanceledException("the request timed out")), "the request timed out");

    [Theory, OnEachDispatcher]
    public async Task A_class_that_the_container_cannot_make_is_a_failure(TestDispatcher dispatcher, int seed) =>
        await Expect(dispatcher, seed, ServiceDefinition.Service<NeedsContainer>("a"), "started without one");

    [Theory, OnEachDispatcher]
    public async Task A_constructor_that_throws_is_a_failure(TestDispatcher dispatcher, int seed) =>
        await Expect(dispatcher, seed, ServiceDefinition.Service("a", _ => new ThrowsInConstructor()), "no license");

    [Theory, OnEachDispatcher]
    public async Task Each_restart_makes_a_new_instance_and_context(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var contexts = new List<ServiceContext>();
        system.StartServices(ServiceDefinition.Service(
            "a",
            context =>
            {
                contexts.Add(context);
                throw new BoomException();
            },
            new ServiceOptions { Restart = Bodies.Exact() }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        contexts.Distinct().Count().ShouldBe(3);
        contexts.Select(context => context.Restart).ShouldBe([0, 1, 2]);
    }

    private static async Task Expect(TestDispatcher dispatcher, int seed, ServiceDefinition definition, string message)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(definition);
        await system.DrainAsync();
        var status = await services.GetStatusAsync("a");
        status.State.ShouldBe(ServiceState.Backoff);
        status.LastIncident.ShouldNotBeNull().Message.ShouldContain(message);
        (await system.Log.ExpectAsync(6101)).Message.ShouldContain(message);
    }

    private sealed class ThrowsInConstructor : IService
    {
        public ThrowsInConstructor() => throw new BoomException("no license");

        public Task RunAsync(ServiceContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class NeedsContainer : IService
    {
        public Task RunAsync(ServiceContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
