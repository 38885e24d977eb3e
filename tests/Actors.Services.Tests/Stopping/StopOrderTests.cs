using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Services.Tests.Stopping;

public sealed class StopOrderTests
{
    [Theory, OnEachDispatcher]
    public async Task All_are_stopped_one_after_the_other_in_the_reverse_order_of_their_start(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Slow("a", diary), Slow("b", diary), Slow("c", diary));
        await system.DrainAsync();
        var stop = services.StopAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(30));
        (await stop).Select(status => (status.Name, status.State)).ShouldBe(
            [("a", ServiceState.Stopped), ("b", ServiceState.Stopped), ("c", ServiceState.Stopped)]);
        diary.Notes.ShouldBe(["c told", "c ended", "b told", "b ended", "a told", "a ended"]);
        diary.SecondsOf("a ended").ShouldBe([6]);
    }

    [Theory, OnEachDispatcher]
    public async Task The_order_is_that_of_the_last_start(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Bodies.Noting("a", diary), Bodies.Noting("b", diary));
        await system.DrainAsync();
        await services.RestartAsync("a");
        await services.StartAsync("b");
        var before = diary.Notes.Count;
        await services.StopAsync();
        diary.Notes.Skip(before).ShouldBe(["a ends", "b ends"], "a was started last; a Start of b, which ran, changed nothing");
    }

    [Theory, OnEachDispatcher]
    public async Task A_service_that_does_not_stop_holds_the_others_no_longer_than_its_own_limit(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(
            Bodies.Noting("a", diary),
            Bodies.Stuck("stuck-2", new ServiceOptions { StopTimeout = TimeSpan.FromSeconds(2) }),
            Bodies.Noting("b", diary),
            Bodies.Stuck("stuck-5", new ServiceOptions { StopTimeout = TimeSpan.FromSeconds(5) }));
        await system.DrainAsync();
        var stop = services.StopAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        (await stop).ShouldAllBe(status => status.State == ServiceState.Stopped);
        diary.SecondsOf("b ends").ShouldBe([6]);
        diary.SecondsOf("a ends").ShouldBe([9]);
    }

    [Theory, OnEachDispatcher]
    public async Task The_end_of_the_system_stops_them_in_the_same_way(TestDispatcher dispatcher, int seed)
    {
        var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        system.StartServices(
            Slow("a", diary),
            Bodies.Stuck("stuck", new ServiceOptions { StopTimeout = TimeSpan.FromSeconds(2) }),
            Bodies.Failing("failing", new Diary(system)),
            Slow("b", diary));
        await system.DrainAsync();
        await system.DisposeAsync();
        diary.Notes.ShouldBe(["b told", "b ended", "a told", "a ended"]);
        diary.SecondsOf("b ended").ShouldBe([2]);
        diary.SecondsOf("a told").ShouldBe([5]);
        system.Log.Entries.Single(entry => entry.Level == LogLevel.Error).Message.ShouldContain("Service stuck did not stop within 3000 ms");
    }

    [Theory, OnEachDispatcher]
    public async Task The_end_of_the_system_runs_hooks_too(TestDispatcher dispatcher, int seed)
    {
        var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        system.StartServices(ServiceDefinition.Service("a", (context, token) =>
        {
            context.OnStop(() => diary.Note("hook"));
            return Bodies.UntilStopped(context, token);
        }));
        await system.DrainAsync();
        await system.DisposeAsync();
        diary.Notes.ShouldBe(["hook"]);
    }

    [Theory, OnEachDispatcher]
    public async Task The_end_of_the_system_does_not_begin_the_limit_of_a_stop_anew(TestDispatcher dispatcher, int seed)
    {
        var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Stuck("a"));
        await system.DrainAsync();
        var stop = services.StopAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(9));
        await system.DisposeAsync();
        system.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(11));
        (await Expect.ThrowsAsync<ActorNotFoundException>(stop)).Message.ShouldContain("cannot answer Stop");
    }

    [Theory, OnEachDispatcher]
    public async Task Asking_after_the_end_fails_at_once(TestDispatcher dispatcher, int seed)
    {
        var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Idle("a"));
        await system.DisposeAsync();
        await Expect.ThrowsAsync<ActorNotFoundException>(services.StartAsync("a"));
    }

    /// <summary>Needs two seconds to stop.</summary>
    private static ServiceDefinition Slow(string name, Diary diary) => ServiceDefinition.Service(name, async (context, _) =>
    {
        try
        {
            await context.DelayAsync(Timeout.InfiniteTimeSpan);
        }
        finally
        {
            diary.Note($"{name} told");
            await Task.Delay(TimeSpan.FromSeconds(2), context.TimeProvider, CancellationToken.None);
            diary.Note($"{name} ended");
        }
    });
}
