using Actors.TestKit;

namespace Actors.Services.Tests.Ticking;

public sealed class ScheduledTickTests
{
    [Theory, OnEachDispatcher]
    public async Task Ticks_come_at_the_moments_of_the_schedule_and_not_at_the_start(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var ticks = new Moments(system);
        system.StartServices(Tick("*/15 8 * * *", ticks));
        await system.AdvanceAsync(TimeSpan.FromDays(2));
        var first = Schedule.Parse("0 8 * * *").Next(ticks.Start)!.Value;
        ticks.All.ShouldBe(
            from day in Enumerable.Range(0, 2) from quarter in Enumerable.Range(0, 4) select first.AddDays(day).AddMinutes(15 * quarter));
    }

    [Theory, OnEachDispatcher]
    public async Task Moments_that_pass_while_a_tick_runs_are_left_out(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var ticks = new Moments(system);
        system.StartServices(Tick("every 1 min", ticks, context => context.DelayAsync(TimeSpan.FromSeconds(90))));
        await system.AdvanceAsync(TimeSpan.FromMinutes(7));
        ticks.All.Zip(ticks.All.Skip(1), (one, next) => next - one).ShouldAllBe(distance => distance == TimeSpan.FromMinutes(2));
        ticks.All.Count.ShouldBeInRange(3, 4);
    }

    [Theory, OnEachDispatcher]
    public async Task A_tick_that_throws_is_restarted_and_waits_for_the_next_moment(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var ticks = new Moments(system);
        var failures = 1;
        var services = system.StartServices(Tick(
            "every 1 h", ticks, _ => failures-- > 0 ? throw new BoomException() : Task.CompletedTask, new ServiceOptions { Restart = Bodies.Exact() }));
        await system.AdvanceAsync(TimeSpan.FromHours(3));
        ticks.All.Count.ShouldBe(3);
        (await services.GetStatusAsync("a")).State.ShouldBe(ServiceState.Running);
    }

    [Theory, OnEachDispatcher]
    public async Task When_the_clock_is_set_back_no_moment_comes_twice(TestDispatcher dispatcher, int seed)
    {
        SteppedClock? clock = null;
        await using var system = await TestSystem.StartAsync(seed, dispatcher, o => o.TimeProvider = clock = new SteppedClock(o.TimeProvider));
        var ticks = new Moments(system);
        system.StartServices(Tick("every 1 h", ticks));
        await system.AdvanceAsync(TimeSpan.FromHours(2));
        clock.ShouldNotBeNull().Step = TimeSpan.FromMinutes(-90);
        await system.AdvanceAsync(TimeSpan.FromHours(4));
        ticks.All.ShouldBeUnique();
        ticks.All.Count.ShouldBeInRange(4, 5);
    }

    [Theory, OnEachDispatcher]
    public async Task When_the_clock_is_set_forward_the_moments_between_are_one_tick(TestDispatcher dispatcher, int seed)
    {
        SteppedClock? clock = null;
        await using var system = await TestSystem.StartAsync(seed, dispatcher, o => o.TimeProvider = clock = new SteppedClock(o.TimeProvider));
        var ticks = new Moments(system);
        system.StartServices(Tick("every 1 h", ticks));
        await system.AdvanceAsync(TimeSpan.FromHours(2));
        var before = ticks.All.Count;
        clock.ShouldNotBeNull().Step = TimeSpan.FromHours(24);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        ticks.All.Count.ShouldBe(before + 1, "a clock that was set is noticed within a minute");
    }

    [Fact]
    public void A_schedule_takes_the_place_of_the_interval_and_of_what_belongs_to_it()
    {
        var fault = Should.Throw<ServiceDefinitionException>(() => ServiceDefinition.Tick(
            "a", Schedule.Parse("@daily"), (_, _) => Task.CompletedTask, new ServiceOptions { InitialDelay = TimeSpan.FromSeconds(1) }));
        fault.Message.ShouldContain("initial-delay and pace are for an interval");
    }

    private static ServiceDefinition Tick(string schedule, Moments ticks, Func<ServiceContext, Task>? work = null, ServiceOptions? options = null) =>
        ServiceDefinition.Tick(
            "a",
            Schedule.Parse(schedule),
            (context, _) =>
            {
                ticks.Note(context.TimeProvider.GetUtcNow());
                return work?.Invoke(context) ?? Task.CompletedTask;
            },
            options);

    private sealed class Moments(TestSystem system)
    {
        private readonly List<DateTimeOffset> _all = [];

        public DateTimeOffset Start { get; } = system.Time.GetUtcNow();

        public List<DateTimeOffset> All
        {
            get
            {
                lock (_all)
                {
                    return [.. _all];
                }
            }
        }

        public void Note(DateTimeOffset moment)
        {
            lock (_all)
            {
                _all.Add(moment);
            }
        }
    }
}
