using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Services.Tests.Ticking;

public sealed class TickTests
{
    private static readonly TimeSpan _minute = TimeSpan.FromSeconds(60);

    [Theory, OnEachDispatcher]
    public async Task The_first_tick_comes_at_once_and_the_next_on_the_interval(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        system.StartServices(Tick(diary));
        await system.AdvanceAsync(TimeSpan.FromSeconds(200));
        diary.SecondsOf("tick").ShouldBe([0, 60, 120, 180]);
    }

    [Theory, OnEachDispatcher]
    public async Task An_initial_delay_puts_off_the_first_tick(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        system.StartServices(Tick(diary, options: new ServiceOptions { InitialDelay = TimeSpan.FromSeconds(5) }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(130));
        diary.SecondsOf("tick").ShouldBe([5, 65, 125]);
    }

    [Theory, OnEachDispatcher]
    public async Task Ticks_never_overlap_and_those_that_are_missed_are_left_out(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var lengths = new Queue<double>([130, 10, 60, 10, 10]);
        system.StartServices(Tick(diary, context => context.DelayAsync(TimeSpan.FromSeconds(lengths.Dequeue()))));
        await system.AdvanceAsync(TimeSpan.FromSeconds(370));
        diary.SecondsOf("tick").ShouldBe([0, 180, 240, 360], "a tick that ends exactly when the next is due takes that one's place");
    }

    [Theory, OnEachDispatcher]
    public async Task With_a_fixed_delay_the_interval_begins_at_the_end_of_the_tick(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        system.StartServices(Tick(
            diary, context => context.DelayAsync(TimeSpan.FromSeconds(10)), new ServiceOptions { Pace = TickPace.FixedDelay }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(150));
        diary.SecondsOf("tick").ShouldBe([0, 70, 140]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_tick_that_throws_is_a_failure_and_the_restart_ticks_at_once_on_a_new_instance(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var failures = 2;
        var made = 0;
        var options = new ServiceOptions { InitialDelay = TimeSpan.FromSeconds(5), Restart = Bodies.Exact() };
        system.StartServices(ServiceDefinition.Tick(
            "a",
            _minute,
            _ =>
            {
                made++;
                return new NotingTick(diary, () => failures-- > 0 ? throw new BoomException() : Task.CompletedTask);
            },
            options));
        await system.AdvanceAsync(TimeSpan.FromSeconds(130));
        diary.SecondsOf("tick").ShouldBe([5, 6, 8, 68, 128], "restarts after 1 s and 2 s, without the initial delay, then the interval");
        made.ShouldBe(3);
        (await system.Log.ExpectAsync(6101)).Message.ShouldContain("Service a failed after running for 5 s: boom");
    }

    [Theory, OnEachDispatcher]
    public async Task With_on_tick_error_continue_the_interval_goes_on_with_the_same_instance(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Tick(
            diary, _ => throw new BoomException(), new ServiceOptions { OnTickError = TickErrorAction.Continue }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(130));
        diary.SecondsOf("tick").ShouldBe([0, 60, 120]);
        var status = await services.GetStatusAsync("a");
        status.State.ShouldBe(ServiceState.Running);
        status.Restarts.ShouldBe(0);
        status.LastIncident.ShouldNotBeNull().Rule.ShouldBe("on-tick-error = continue: next tick on its interval");
        (await services.GetIncidentsAsync("a")).Count.ShouldBe(3);
        var entry = await system.Log.ExpectAsync(6104);
        entry.Level.ShouldBe(LogLevel.Warning);
        entry.Message.ShouldBe("A tick of service a failed: boom. on-tick-error = continue: the service goes on, its next tick is due within 60000 ms");
    }

    [Theory, OnEachDispatcher]
    public async Task A_stop_between_ticks_takes_effect_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Tick(diary));
        await system.AdvanceAsync(TimeSpan.FromSeconds(30));
        (await services.StopAsync("a")).Single().State.ShouldBe(ServiceState.Stopped);
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        diary.Count("tick").ShouldBe(1);
        system.Time.TimerCount.ShouldBeLessThanOrEqualTo(1, "the wait for the next tick is over");
    }

    [Theory, OnEachDispatcher]
    public async Task A_stop_lets_the_current_tick_finish_and_starts_no_other(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Tick(diary, async context =>
        {
            await context.DelayAsync(TimeSpan.FromSeconds(9));
            diary.Note(context.Stopping.IsCancellationRequested ? "finished, knowing of the stop" : "finished");
        }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        var stop = services.StopAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));
        (await services.GetStatusAsync("a")).State.ShouldBe(ServiceState.Stopping);
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        (await stop).Single().LastIncident.ShouldBeNull();
        diary.SecondsOf("finished, knowing of the stop").ShouldBe([9]);
        diary.Count("tick").ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task A_tick_that_does_not_finish_within_the_limit_is_cancelled_then(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Tick(diary, async context =>
        {
            context.OnStop(() => diary.Note("hook"));
            try
            {
                await context.DelayAsync(TimeSpan.FromHours(1));
            }
            finally
            {
                diary.Note("cancelled");
            }
        }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        var stop = services.StopAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        (await stop).Single().Abandoned.ShouldBe(0);
        diary.SecondsOf("cancelled").ShouldBe([15]);
        diary.SecondsOf("hook").ShouldBe([15]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_tick_that_ignores_its_token_is_abandoned_a_second_after_the_limit(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Tick(diary, _ => new TaskCompletionSource().Task));
        await system.DrainAsync();
        var stop = services.StopAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(10.9));
        stop.IsCompleted.ShouldBeFalse();
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.1));
        (await stop).Single().Abandoned.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task A_start_after_a_stop_waits_for_the_initial_delay_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Tick(diary, options: new ServiceOptions { InitialDelay = TimeSpan.FromSeconds(5) }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        await services.RestartAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        diary.SecondsOf("tick").ShouldBe([5, 15]);
    }

    [Theory, OnEachDispatcher]
    public async Task An_interval_longer_than_the_clock_can_wait_is_waited_for_in_parts(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        system.StartServices(ServiceDefinition.Tick("a", TimeSpan.FromDays(45), Noting(diary, null)));
        await system.AdvanceAsync(TimeSpan.FromDays(91));
        diary.SecondsOf("tick").ShouldBe([0, TimeSpan.FromDays(45).TotalSeconds, TimeSpan.FromDays(90).TotalSeconds]);
    }

    private static ServiceDefinition Tick(Diary diary, Func<ServiceContext, Task>? work = null, ServiceOptions? options = null) =>
        ServiceDefinition.Tick("a", _minute, Noting(diary, work), options);

    private static Func<ServiceContext, CancellationToken, Task> Noting(Diary diary, Func<ServiceContext, Task>? work) => (context, _) =>
    {
        diary.Note("tick");
        return work?.Invoke(context) ?? Task.CompletedTask;
    };

    private sealed class NotingTick(Diary diary, Func<Task> work) : ITick
    {
        public Task TickAsync(ServiceContext context, CancellationToken cancellationToken)
        {
            diary.Note("tick");
            return work();
        }
    }
}
