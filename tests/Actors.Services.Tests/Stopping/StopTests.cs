using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Services.Tests.Stopping;

public sealed class StopTests
{
    private static readonly TimeSpan _limitAndGrace = TimeSpan.FromSeconds(11);

    [Theory, OnEachDispatcher]
    public async Task A_stop_cancels_the_token_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Bodies.Noting("a", diary));
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        var stopped = (await services.StopAsync("a")).Single();
        stopped.State.ShouldBe(ServiceState.Stopped);
        diary.SecondsOf("a ends").ShouldBe([5]);
        await system.Log.ExpectNoneAsync(LogLevel.Information);
    }

    [Theory, OnEachDispatcher]
    public async Task A_service_that_needs_time_to_stop_is_stopping_meanwhile(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(SlowToStop(TimeSpan.FromSeconds(9)));
        await system.DrainAsync();
        var stop = services.StopAsync("slow");
        await system.AdvanceAsync(TimeSpan.FromSeconds(8.9));
        (await services.GetStatusAsync("slow")).State.ShouldBe(ServiceState.Stopping);
        stop.IsCompleted.ShouldBeFalse();
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.1));
        (await stop).Single().State.ShouldBe(ServiceState.Stopped);
        await system.Log.ExpectNoneAsync(LogLevel.Warning);
    }

    [Theory, OnEachDispatcher]
    public async Task A_body_that_ignores_its_token_is_abandoned_after_its_limit_and_a_second(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Stuck("a"));
        await system.DrainAsync();
        var stop = services.StopAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(10.9));
        stop.IsCompleted.ShouldBeFalse();
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.1));
        var status = (await stop).Single();
        status.State.ShouldBe(ServiceState.Stopped);
        status.Abandoned.ShouldBe(1);
        var incident = status.LastIncident.ShouldNotBeNull();
        incident.Message.ShouldBe("did not stop within 11 s and ignored its cancelled token");
        incident.Rule.ShouldBe("stop-timeout = 10 s: abandoned, its on-stop hooks left out, its code still runs");
        var entry = await system.Log.ExpectAsync(LogLevel.Error);
        entry.Message.ShouldStartWith("Service a did not stop within 11000 ms (stop-timeout is 10000 ms) and ignored its cancelled token.");
    }

    [Theory, OnEachDispatcher]
    public async Task A_start_beside_an_abandoned_body_says_so_and_starts(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var releases = new Queue<TaskCompletionSource>();
        var services = system.StartServices(ServiceDefinition.Service("a", (context, _) =>
        {
            context.OnStop(() => diary.Note("hook"));
            releases.Enqueue(new TaskCompletionSource());
            return releases.Last().Task;
        }));
        await system.DrainAsync();
        var stop = services.StopAsync("a");
        await system.AdvanceAsync(_limitAndGrace);
        await stop;

        var started = (await services.StartAsync("a")).Single();
        started.State.ShouldBe(ServiceState.Running);
        started.Abandoned.ShouldBe(1);
        started.LastIncident.ShouldNotBeNull().Message.ShouldBe("started while 1 abandoned body of it still ran");
        (await system.Log.ExpectAsync(6202)).Message.ShouldBe(
            "Service a is started while 1 of its earlier bodies, which did not stop, are still running");

        releases.Dequeue().SetResult();
        (await system.Log.ExpectAsync(6203)).Message.ShouldBe("An abandoned body of service a has ended at last: it returned");
        var status = await services.GetStatusAsync("a");
        status.Abandoned.ShouldBe(0);
        status.State.ShouldBe(ServiceState.Running, "the end of the abandoned body is not that of the new one");
        diary.Count("hook").ShouldBe(0, "the hooks of an abandoned body are left out");
        releases.Dequeue().SetResult();
    }

    [Theory, OnEachDispatcher]
    public async Task An_exception_while_stopping_is_noted_and_the_service_is_stopped(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(ServiceDefinition.Service("a", async (context, token) =>
        {
            await context.DelayAsync(Timeout.InfiniteTimeSpan).ContinueWith(_ => { }, TaskContinuationOptions.ExecuteSynchronously);
            throw new BoomException("cannot flush");
        }));
        await system.DrainAsync();
        var status = (await services.StopAsync("a")).Single();
        status.State.ShouldBe(ServiceState.Stopped);
        status.LastIncident.ShouldNotBeNull().Rule.ShouldBe("thrown while stopping: it is stopped all the same");
        (await system.Log.ExpectAsync(6204)).Message.ShouldContain("cannot flush");
    }

    [Theory, OnEachDispatcher]
    public async Task A_cancellation_callback_that_throws_is_logged_and_the_stop_goes_on(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(ServiceDefinition.Service("a", (context, token) =>
        {
            token.Register(() => throw new BoomException("from the callback"));
            return Bodies.UntilStopped(context, token);
        }));
        await system.DrainAsync();
        (await services.StopAsync("a")).Single().State.ShouldBe(ServiceState.Stopped);
        (await system.Log.ExpectAsync(6206)).Message.ShouldContain("from the callback");
    }

    [Theory, OnEachDispatcher]
    public async Task A_stop_during_backoff_cancels_the_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Bodies.Failing("a", diary));
        await system.DrainAsync();
        var status = (await services.StopAsync("a")).Single();
        status.State.ShouldBe(ServiceState.Stopped);
        status.NextRestartAt.ShouldBeNull();
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        diary.Count("run").ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task An_infinite_limit_waits_for_ever(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var release = new TaskCompletionSource();
        var services = system.StartServices(ServiceDefinition.Service(
            "a", (_, _) => release.Task, new ServiceOptions { StopTimeout = Timeout.InfiniteTimeSpan }));
        await system.DrainAsync();
        var stop = services.StopAsync("a");
        await system.AdvanceAsync(TimeSpan.FromDays(2));
        stop.IsCompleted.ShouldBeFalse();
        release.SetResult();
        (await stop).Single().State.ShouldBe(ServiceState.Stopped);
    }

    private static ServiceDefinition SlowToStop(TimeSpan by) => ServiceDefinition.Service("slow", async (context, token) =>
    {
        try
        {
            await context.DelayAsync(Timeout.InfiniteTimeSpan);
        }
        finally
        {
            await Task.Delay(by, context.TimeProvider, CancellationToken.None);
        }
    });
}
