using Actors.TestKit;

namespace Actors.Services.Tests.Commanding;

public sealed class RegistrationTests
{
    [Theory, OnEachDispatcher]
    public async Task A_service_can_be_registered_while_the_system_runs(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices();
        (await services.GetServicesAsync()).ShouldBeEmpty();
        (await services.StopAsync()).ShouldBeEmpty();
        (await services.RegisterAsync(Bodies.Idle("a"))).State.ShouldBe(ServiceState.Running);
        (await services.RegisterAsync(Bodies.Idle("b", new ServiceOptions { Autostart = false }))).State.ShouldBe(ServiceState.Stopped);
        (await services.GetServicesAsync()).Select(status => status.Name).ShouldBe(["a", "b"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_name_that_is_taken_is_refused_and_the_service_that_has_it_goes_on(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Idle("a"));
        await system.DrainAsync();
        var refused = await Expect.ThrowsAsync<DuplicateServiceException>(services.RegisterAsync(Bodies.Idle("a")));
        refused.Name.ShouldBe("a");
        refused.Message.ShouldBe("There is a service 'a' already. Give this one another name, or unregister the other first.");
        (await services.GetStatusAsync("a")).State.ShouldBe(ServiceState.Running);
    }

    [Theory, OnEachDispatcher]
    public async Task Two_services_of_one_name_are_refused_at_start(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Should.Throw<DuplicateServiceException>(() => system.StartServices(Bodies.Idle("a"), Bodies.Idle("a"))).Name.ShouldBe("a");
    }

    [Theory, OnEachDispatcher]
    public async Task An_unregistered_service_is_stopped_and_its_name_is_free(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Bodies.Noting("a", diary), Bodies.Idle("b"));
        await system.DrainAsync();
        (await services.UnregisterAsync("a")).Single().State.ShouldBe(ServiceState.Stopped);
        diary.Notes.ShouldBe(["a starts", "a ends"]);
        (await services.GetServicesAsync()).Select(status => status.Name).ShouldBe(["b"]);
        await Expect.ThrowsAsync<UnknownServiceException>(services.StartAsync("a"));
        (await services.RegisterAsync(Bodies.Idle("a"))).State.ShouldBe(ServiceState.Running);
    }

    [Theory, OnEachDispatcher]
    public async Task A_name_that_is_being_unregistered_is_not_free_yet(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Stuck("a"));
        await system.DrainAsync();
        var unregister = services.UnregisterAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        (await Expect.ThrowsAsync<DuplicateServiceException>(services.RegisterAsync(Bodies.Idle("a")))).Message.ShouldContain("is being unregistered");
        await system.AdvanceAsync(TimeSpan.FromSeconds(6));
        await unregister;
        (await services.RegisterAsync(Bodies.Idle("a"))).State.ShouldBe(ServiceState.Running);
    }

    [Theory, OnEachDispatcher]
    public async Task A_stop_of_all_that_meets_an_unregistered_service_goes_on(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Idle("a"), Bodies.Idle("b"), Bodies.Stuck("c"));
        await system.DrainAsync();
        var stop = services.StopAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await services.UnregisterAsync("b")).Single().State.ShouldBe(ServiceState.Stopped);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await stop).Select(status => (status.Name, status.State)).ShouldBe(
            [("a", ServiceState.Stopped), ("b", ServiceState.Stopped), ("c", ServiceState.Stopped)]);
    }

    [Theory, OnEachDispatcher]
    public async Task The_services_of_a_system_are_started_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        system.StartServices();
        Should.Throw<InvalidActorNameException>(() => system.StartServices()).Message.ShouldContain("already has a child named 'services'");
    }
}
