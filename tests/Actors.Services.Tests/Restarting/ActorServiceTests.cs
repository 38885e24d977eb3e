using Actors.TestKit;

namespace Actors.Services.Tests.Restarting;

/// <summary>Actors as services.</summary>
public sealed class ActorServiceTests
{
    [Theory, OnEachDispatcher]
    public async Task An_actor_answers_under_the_address_of_its_service_before_and_after_a_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Define(diary));
        var counter = await services.GetActorAsync("counter");
        counter.Path.Name.ShouldBe("counter");
        (await counter.AskAsync(new Add(2))).ShouldBe(2);
        (await counter.AskAsync(new Add(3))).ShouldBe(5);

        counter.Tell(new BoomException("no more"));
        await system.DrainAsync();
        var status = await services.GetStatusAsync("counter");
        status.Kind.ShouldBe(ServiceKind.Actor);
        status.State.ShouldBe(ServiceState.Backoff);
        status.LastIncident?.ToString().ShouldBe("2026-01-01 00:00:00Z Actors.Services.Tests.BoomException: no more [restart 1 after 1 s, no limit]");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));

        (await services.GetStatusAsync("counter")).State.ShouldBe(ServiceState.Running);
        (await counter.AskAsync(new Add(1))).ShouldBe(1, "it is a new instance");
        diary.Notes.ShouldBe(["starts", "stops", "starts"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_stop_ends_the_actor_and_a_start_makes_another(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Define(diary));
        await system.DrainAsync();

        (await services.StopAsync("counter"))[0].State.ShouldBe(ServiceState.Stopped);
        diary.Notes.ShouldBe(["starts", "stops"]);
        (await services.StartAsync("counter"))[0].State.ShouldBe(ServiceState.Running);
        (await (await services.GetActorAsync("counter")).AskAsync(new Add(1))).ShouldBe(1);
        (await services.UnregisterAsync("counter"))[0].State.ShouldBe(ServiceState.Stopped);
        diary.Notes.ShouldBe(["starts", "stops", "starts", "stops"]);
    }

    [Theory, OnEachDispatcher]
    public async Task An_actor_that_stops_itself_has_completed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Define(new Diary(system)));
        (await services.GetActorAsync("counter")).Tell("stop");
        await system.DrainAsync();

        (await services.GetStatusAsync("counter")).State.ShouldBe(ServiceState.Completed);
    }

    [Theory, OnEachDispatcher]
    public async Task An_actor_that_cannot_be_made_is_a_failure_of_the_service(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(
            ServiceDefinition.Actor("constructor", Props.Create<Counter>(static () => throw new BoomException("no constructor")), new ServiceOptions { Restart = Bodies.Exact() }),
            ServiceDefinition.Actor("recipe", static _ => throw new BoomException("no recipe"), new ServiceOptions { Restart = Bodies.Exact() }));
        await system.DrainAsync();

        foreach (var name in new[] { "constructor", "recipe" })
        {
            var status = await services.GetStatusAsync(name);
            status.State.ShouldBe(ServiceState.Backoff);
            status.LastIncident?.Details.ShouldNotBeNull().ShouldContain($"no {name}");
        }
    }

    [Theory, OnEachDispatcher]
    public async Task The_end_of_the_system_ends_it_in_time(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        system.StartServices(Define(diary));
        await system.DrainAsync();
        var end = system.System.TerminateAsync();
        await system.DrainAsync();

        end.IsCompleted.ShouldBeTrue();
        diary.Notes.ShouldBe(["starts", "stops"]);
        system.Log.Entries.ShouldNotContain(entry => entry.EventId.Id == 6201);
    }

    [Theory, OnEachDispatcher]
    public async Task Only_an_actor_has_an_address(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Idle("loop"));
        (await Actors.Tests.Expect.ThrowsAsync<UnknownServiceException>(services.GetActorAsync("loop"))).Message.ShouldBe(
            "Service 'loop' is no actor, so nobody can send it messages.");
    }

    private static ServiceDefinition Define(Diary diary) =>
        ServiceDefinition.Actor("counter", Props.Create(() => new Counter(diary)), new ServiceOptions { Restart = Bodies.Exact() });

    private sealed record Add(int Number) : IRequest<int>;

    private sealed class Counter : ReceiveActor
    {
        private readonly Diary _diary;
        private int _sum;

        public Counter(Diary diary)
        {
            _diary = diary;
            Receive<Add>(add => Sender.Tell(_sum += add.Number, Self));
            Receive<BoomException>(thrown => throw thrown);
            Receive<string>(_ => Context.Stop(Self));
        }

        protected override ValueTask PreStartAsync()
        {
            _diary.Note("starts");
            return default;
        }

        protected override ValueTask PostStopAsync()
        {
            _diary.Note("stops");
            return default;
        }
    }
}
