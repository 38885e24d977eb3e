using Actors.TestKit;

namespace Actors.Jobs.Tests;

public sealed class ClockTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(-24 * 365)]
    public async Task A_clock_that_is_set_back_makes_no_delay_longer(int hours)
    {
        SteppedClock? clock = null;
        await using var system = await TestSystem.StartAsync(configure: o => o.TimeProvider = clock = new SteppedClock(o.TimeProvider));
        var host = await JobHost.StartAsync(system);
        var first = await host.EnqueueAsync("first", o => o.Delay(TimeSpan.FromSeconds(10)));
        clock.ShouldNotBeNull().Step = TimeSpan.FromHours(hours);
        var second = await host.EnqueueAsync("second", o => o.Delay(TimeSpan.FromSeconds(20)));
        var third = await host.EnqueueAsync("third", o => o.At(clock.GetUtcNow() + TimeSpan.FromSeconds(30)));
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        host.Script.Attempts.Select(a => a.Id).ShouldBe([first]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        host.Script.Attempts.Select(a => a.Id).ShouldBe([first, second]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(9.9));
        host.Script.Attempts.Select(a => a.Id).ShouldBe([first, second]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.1));
        host.Script.Attempts.Select(a => a.Id).ShouldBe([first, second, third]);
        (await host.Jobs.GetAsync(second)).FinishedAt!.Value.ShouldBeGreaterThan(VirtualTime.DefaultStart);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_lets_a_retry_come_in_its_time()
    {
        SteppedClock? clock = null;
        await using var system = await TestSystem.StartAsync(configure: o => o.TimeProvider = clock = new SteppedClock(o.TimeProvider));
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 4);
        host.Script.Body = static (_, _) => throw new InvalidOperationException();
        await host.EnqueueAsync();
        await system.DrainAsync();
        clock.ShouldNotBeNull().Step = TimeSpan.FromHours(-1);
        await system.AdvanceAsync(TimeSpan.FromSeconds(8));
        host.Script.Attempts.Select(a => Math.Round((a.BeganAt - VirtualTime.DefaultStart).TotalSeconds, 2)).ShouldBe([0, 1, 3, 7]);
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_lets_jobs_for_a_moment_start_at_it()
    {
        SteppedClock? clock = null;
        await using var system = await TestSystem.StartAsync(configure: o => o.TimeProvider = clock = new SteppedClock(o.TimeProvider));
        var host = await JobHost.StartAsync(system);
        clock.ShouldNotBeNull().Step = TimeSpan.FromHours(1);
        await host.EnqueueAsync("due", o => o.At(VirtualTime.DefaultStart + TimeSpan.FromMinutes(30)));
        await system.DrainAsync();
        host.Script.Attempts.ShouldHaveSingleItem();
    }

    /// <summary>The wall clock may be set; the pace of time stays.</summary>
    private sealed class SteppedClock(TimeProvider inner) : TimeProvider
    {
        public TimeSpan Step { get; set; }

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Step;

        public override long GetTimestamp() => inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            inner.CreateTimer(callback, state, dueTime, period);
    }
}
