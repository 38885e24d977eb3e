using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Services.Tests.Restarting;

public sealed class BackoffTests
{
    [Theory, OnEachDispatcher]
    public async Task A_service_that_crashes_is_started_again_after_1_2_4_up_to_60_seconds(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        system.StartServices(Bodies.Failing("payment-sync", diary, new ServiceOptions { Restart = Bodies.Exact() }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(190));
        diary.SecondsOf("run").ShouldBe([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    }

    [Theory, OnEachDispatcher]
    public async Task By_default_each_delay_is_80_to_100_percent_and_never_above_the_cap(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        system.StartServices(Bodies.Failing("payment-sync", diary));
        await system.AdvanceAsync(TimeSpan.FromSeconds(600));
        var runs = diary.SecondsOf("run");
        var delays = runs.Zip(runs.Skip(1), (earlier, later) => later - earlier).ToArray();
        delays.Length.ShouldBeGreaterThan(10);
        for (var i = 0; i < delays.Length; i++)
        {
            var full = Math.Min(60, Math.Pow(2, i));
            delays[i].ShouldBeInRange(full * 0.8, full);
        }

        delays.Skip(6).Distinct().Count().ShouldBeGreaterThan(1, "there is chance in the delays");
    }

    [Theory, OnEachDispatcher]
    public async Task A_crash_is_logged_once_with_name_delay_and_number(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        system.StartServices(ServiceDefinition.Service(
            "payment-sync",
            async (context, _) =>
            {
                await context.DelayAsync(TimeSpan.FromSeconds(5));
                throw new BoomException("no connection");
            },
            new ServiceOptions { Restart = Bodies.Exact() }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        var entry = await system.Log.ExpectAsync(6101);
        entry.Level.ShouldBe(LogLevel.Warning);
        entry.Message.ShouldBe(
            "Service payment-sync failed after running for 5 s: no connection. Starting it again in 1000 ms (restart 1, no limit)");
        entry.Exception.ShouldBeOfType<BoomException>();
        entry.Category.ShouldBe("Actors.Services");
        entry.Values["Service"].ShouldBe("payment-sync");
        entry.Values["DelayMs"].ShouldBe(1000.0);
        entry.Values["Restart"].ShouldBe(1);
        await system.Log.ExpectNoneAsync(LogLevel.Information);
    }

    [Fact]
    public async Task A_sentence_of_an_exception_keeps_its_one_full_stop_in_the_log()
    {
        await using var system = await TestSystem.StartAsync();
        system.StartServices(ServiceDefinition.Service(
            "a", (_, _) => throw new BoomException("The disk is full."), new ServiceOptions { Restart = Bodies.Exact() }));
        (await system.Log.ExpectAsync(6101)).Message.ShouldBe(
            "Service a failed after running for 0 s: The disk is full. Starting it again in 1000 ms (restart 1, no limit)");
    }

    [Theory, OnEachDispatcher]
    public async Task With_max_restarts_of_5_the_sixth_failure_makes_it_failed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Bodies.Failing("payment-sync", diary, new ServiceOptions { Restart = Bodies.Exact(maxRestarts: 5) }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(30.9));
        (await services.GetStatusAsync("payment-sync")).State.ShouldBe(ServiceState.Backoff);
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        diary.SecondsOf("run").ShouldBe([0, 1, 3, 7, 15, 31]);
        var status = await services.GetStatusAsync("payment-sync");
        status.State.ShouldBe(ServiceState.Failed);
        status.Restarts.ShouldBe(5);
        status.NextRestartAt.ShouldBeNull();
        status.Since.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(31));
        var entry = await system.Log.ExpectAsync(LogLevel.Error);
        entry.Message.ShouldBe(
            "Service payment-sync failed after running for 0 s: boom. max-restarts = 5 is used up: no further restart. " +
            "It is Failed and stays down until it is told to start");
    }

    [Theory, OnEachDispatcher]
    public async Task Running_for_60_seconds_forgives_the_delay_and_the_count(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var lives = new Queue<double>([0, 0, 60, 0, 0, 1000]);
        var services = system.StartServices(ServiceDefinition.Service(
            "a",
            async (context, _) =>
            {
                diary.Note("run");
                await context.DelayAsync(TimeSpan.FromSeconds(lives.Dequeue()));
                throw new BoomException();
            },
            new ServiceOptions { Restart = Bodies.Exact(maxRestarts: 2) }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(122.5));
        diary.SecondsOf("run").ShouldBe([0, 1, 3, 64, 66], "the third run lives for 60 s, so its restart is the first again");
        await system.AdvanceAsync(TimeSpan.FromSeconds(3.4));
        (await services.GetStatusAsync("a")).State.ShouldBe(ServiceState.Failed);
    }

    [Theory, OnEachDispatcher]
    public async Task The_status_no_longer_counts_restarts_that_are_forgiven(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var isFirst = true;
        var services = system.StartServices(ServiceDefinition.Service(
            "a",
            (context, token) =>
            {
                if (isFirst)
                {
                    isFirst = false;
                    throw new BoomException();
                }

                return Bodies.UntilStopped(context, token);
            },
            new ServiceOptions { Restart = Bodies.Exact() }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(60.9));
        (await services.GetStatusAsync("a")).Restarts.ShouldBe(1);
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.1));
        (await services.GetStatusAsync("a")).Restarts.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task In_backoff_the_status_tells_the_next_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Failing("a", new Diary(system), new ServiceOptions { Restart = Bodies.Exact() }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.5));
        var status = await services.GetStatusAsync("a");
        status.State.ShouldBe(ServiceState.Backoff);
        status.Restarts.ShouldBe(2);
        status.NextRestartAt.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(3));
        status.Uptime.ShouldBe(TimeSpan.Zero);
        status.IsReady.ShouldBeFalse();
    }

    [Theory, OnEachDispatcher]
    public async Task Slow_retry_tries_again_at_its_interval_for_ever(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var restart = Bodies.Exact(maxRestarts: 1) with { OnExhausted = ExhaustedAction.SlowRetry };
        system.StartServices(Bodies.Failing("a", diary, new ServiceOptions { Restart = restart }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(700));
        diary.SecondsOf("run").ShouldBe([0, 1, 301, 601]);
        (await system.Log.ExpectAsync(LogLevel.Error)).Message.ShouldContain("max-restarts = 1 is used up; trying slowly from now on, next in 300000 ms");
    }

    [Theory, OnEachDispatcher]
    public async Task A_sliding_window_allows_failures_that_are_far_apart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var restart = new RestartOptions { MaxRestarts = 1, Window = TimeSpan.FromSeconds(10) };
        var lives = new Queue<double>([20, 20, 20, 5, 1000]);
        var services = system.StartServices(ServiceDefinition.Service(
            "a",
            async (context, _) =>
            {
                await context.DelayAsync(TimeSpan.FromSeconds(lives.Dequeue()));
                throw new BoomException();
            },
            new ServiceOptions { Restart = restart }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(64.9));
        (await services.GetStatusAsync("a")).State.ShouldBe(ServiceState.Running);
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.2));
        (await services.GetStatusAsync("a")).State.ShouldBe(ServiceState.Failed);
        (await services.GetIncidentsAsync("a"))[^1].Rule.ShouldBe(
            "max-restarts = 1 within restart-window = 10 s is used up: no further restart");
    }

    [Theory, OnEachDispatcher]
    public async Task Escalation_begins_all_services_anew(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var restart = Bodies.Exact(maxRestarts: 0) with { OnExhausted = ExhaustedAction.Escalate };
        var hasFailed = false;
        var services = system.StartServices(
            Bodies.Noting("other", diary),
            ServiceDefinition.Service(
                "a",
                async (context, _) =>
                {
                    await context.DelayAsync(TimeSpan.FromSeconds(1));
                    if (!hasFailed)
                    {
                        hasFailed = true;
                        throw new BoomException();
                    }

                    await context.DelayAsync(Timeout.InfiniteTimeSpan);
                },
                new ServiceOptions { Restart = restart }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        diary.Notes.ShouldBe(["other starts", "other ends", "other starts"]);
        (await services.GetServicesAsync()).ShouldAllBe(status => status.State == ServiceState.Running);
    }
}
