using Actors.TestKit;

namespace Actors.Services.Tests.Stopping;

public sealed class HookTests
{
    [Theory, OnEachDispatcher]
    public async Task Hooks_run_after_the_body_has_ended_last_registered_first(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(WithHooks(diary, Bodies.UntilStopped));
        await system.DrainAsync();
        var stop = services.StopAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await stop;
        diary.Notes.ShouldBe(["body ends", "third", "second begins", "second ends", "first"]);
    }

    [Theory, OnEachDispatcher]
    public async Task Hooks_run_on_completion(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(WithHooks(diary, (_, _) => Task.CompletedTask));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        diary.Notes.ShouldBe(["body ends", "third", "second begins", "second ends", "first"]);
        (await services.GetStatusAsync("a")).State.ShouldBe(ServiceState.Completed);
    }

    [Theory, OnEachDispatcher]
    public async Task Hooks_do_not_run_before_a_restart_and_those_of_the_failed_incarnation_are_forgotten(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(ServiceDefinition.Service("a", (context, token) =>
        {
            context.OnStop(() => diary.Note($"hook of {context.Restart}"));
            return context.Restart < 2 ? throw new BoomException() : Bodies.UntilStopped(context, token);
        }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        diary.Notes.ShouldBeEmpty();
        await services.StopAsync("a");
        diary.Notes.ShouldBe(["hook of 2"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_hook_that_throws_is_noted_and_the_others_run(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(ServiceDefinition.Service("a", (context, token) =>
        {
            context.OnStop(() => diary.Note("first"));
            context.OnStop(new Action(() => throw new BoomException("disk full")));
            return Bodies.UntilStopped(context, token);
        }));
        await system.DrainAsync();
        var status = (await services.StopAsync("a")).Single();
        status.State.ShouldBe(ServiceState.Stopped);
        diary.Notes.ShouldBe(["first"]);
        var incident = status.LastIncident.ShouldNotBeNull();
        incident.Message.ShouldBe("disk full");
        incident.Rule.ShouldBe("thrown by an on-stop hook: the end goes on");
        (await system.Log.ExpectAsync(6205)).Message.ShouldBe("Service a: the on-stop hook threw: disk full. The rest of the clean-up goes on");
    }

    [Theory, OnEachDispatcher]
    public async Task Hooks_share_the_limit_of_the_stop_and_their_token_is_cancelled_at_its_end(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(ServiceDefinition.Service("a", (context, token) =>
        {
            context.OnStop(() => diary.Note("not held up"));
            context.OnStop(async cutOff =>
            {
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, context.TimeProvider, cutOff);
                }
                finally
                {
                    diary.Note("cut off");
                }
            });
            return Bodies.UntilStopped(context, token);
        }));
        await system.DrainAsync();
        var stop = services.StopAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(60));
        (await stop).Single().Abandoned.ShouldBe(0);
        diary.SecondsOf("cut off").ShouldBe([10]);
        diary.Count("not held up").ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task A_hook_registered_after_the_end_is_refused(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        ServiceContext? kept = null;
        system.StartServices(ServiceDefinition.Service("a", (context, _) =>
        {
            kept = context;
            return Task.CompletedTask;
        }));
        await system.DrainAsync();
        Should.Throw<InvalidOperationException>(() => kept!.OnStop(() => { })).Message.ShouldContain("after this incarnation has ended");
    }

    private static ServiceDefinition WithHooks(Diary diary, Func<ServiceContext, CancellationToken, Task> body) =>
        ServiceDefinition.Service("a", async (context, token) =>
        {
            context.OnStop(() => diary.Note("first"));
            context.OnStop(async () =>
            {
                diary.Note("second begins");
                await Task.Delay(TimeSpan.FromSeconds(1), context.TimeProvider);
                diary.Note("second ends");
            });
            context.OnStop(() => diary.Note("third"));
            try
            {
                await body(context, token);
            }
            finally
            {
                diary.Note("body ends");
            }
        });
}
