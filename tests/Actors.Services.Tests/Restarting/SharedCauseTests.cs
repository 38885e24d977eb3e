using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Services.Tests.Restarting;

/// <summary>The same exception from several services within seconds.</summary>
public sealed class SharedCauseTests
{
    private const string NoDatabase = "cannot reach the database";

    [Theory, OnEachDispatcher]
    public async Task Three_that_fail_alike_have_one_incident_and_come_back_together(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Breaking("a", diary, 1), Breaking("b", diary, 1.2), Breaking("c", diary, 1.5), Bodies.Idle("other"));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.7));

        var incidents = (await services.GetServicesAsync()).Take(3).Select(status => status.LastIncident).ToList();
        incidents.Distinct().Count().ShouldBe(1, "it is one incident");
        incidents[0]?.Services.ShouldBe(["a", "b", "c"]);
        incidents[0]?.ToString().ShouldBe(
            $"2026-01-01 00:00:01Z Actors.Services.Tests.BoomException: {NoDatabase} [started again together; the same cause in 3 services: a, b and c]");
        (await services.GetIncidentsAsync("b")).ShouldBe([incidents[0]!]);
        (await services.GetStatusAsync("a")).NotReadyBecause.ShouldBe("it has failed and waits for its restart, together with others that have failed of the same cause");
        (await services.GetStatusAsync("a")).NextRestartAt.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(2.5));
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));

        foreach (var name in new[] { "a", "b", "c" })
        {
            diary.SecondsOf(name + " starts").ShouldBe([0, 2.5], "1 s after the last of them failed");
        }

        (await services.GetServicesAsync()).ShouldAllBe(status => status.State == ServiceState.Running);
    }

    [Theory, OnEachDispatcher]
    public async Task The_log_tells_of_many_in_two_lines(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        system.StartServices([.. Enumerable.Range(1, 50).Select(i => Breaking($"s{i}", new Diary(system), 1 + (i * 0.01)))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(4));

        var warnings = system.Log.Entries.Where(entry => entry.Level >= LogLevel.Warning).ToList();
        warnings.Count(entry => entry.EventId.Id == 6101).ShouldBe(3, "that they fail alike is known from the third on");
        warnings.Single(entry => entry.EventId.Id == 6106).Message.ShouldBe(
            $"3 services have failed of the same cause within seconds (s1, s2 and s3): {NoDatabase}. They are started again together in 1000 ms; others that fail of it meanwhile join them");
        warnings.Single(entry => entry.EventId.Id == 6107).Message.ShouldStartWith(
            "50 services that failed of the same cause are started again together (s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12 and 38 more): ");
        warnings.Count.ShouldBe(5);
    }

    [Theory, OnEachDispatcher]
    public async Task Many_do_not_come_back_in_one_instant(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices([.. Enumerable.Range(1, 250).Select(i => Breaking($"s{i}", diary, 1))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(2.01));
        diary.Notes.Count.ShouldBe(250 + 100);
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.2));

        diary.Notes.Count.ShouldBe(500);
        (await services.GetServicesAsync()).ShouldAllBe(status => status.State == ServiceState.Running);
    }

    [Theory, OnEachDispatcher]
    public async Task Two_or_other_words_or_another_time_are_nobody_elses(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(
            Breaking("a", diary, 1), Breaking("b", diary, 1.2), Breaking("c", diary, 1.3, "out of memory"), Breaking("late", diary, 7));
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));

        diary.SecondsOf("a starts").ShouldBe([0, 2]);
        diary.SecondsOf("b starts").ShouldBe([0, 2.2]);
        diary.SecondsOf("c starts").ShouldBe([0, 2.3]);
        diary.SecondsOf("late starts").ShouldBe([0, 8]);
        (await services.GetServicesAsync()).ShouldAllBe(status => status.LastIncident!.Services.Count == 0);
    }

    [Theory, OnEachDispatcher]
    public async Task One_that_has_no_restart_left_is_on_the_list_and_stays_down(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(
            Breaking("a", diary, 1), Breaking("b", diary, 1), Breaking("c", diary, 1, options: new ServiceOptions { RestartType = RestartType.Temporary }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));

        var status = await services.GetStatusAsync("c");
        status.State.ShouldBe(ServiceState.Failed);
        status.LastIncident?.Services.ShouldBe(["a", "b", "c"], ignoreOrder: true);
        status.LastIncident?.Rule.ShouldBe("restart-type = temporary: no restart");
        diary.SecondsOf("a starts").ShouldBe([0, 2]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_command_to_one_that_waits_wins(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.StartServices(Breaking("a", diary, 1), Breaking("b", diary, 1), Breaking("c", diary, 1), Breaking("d", diary, 1));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.5));
        await services.StopAsync("a");
        await services.StartAsync("b");
        await services.UnregisterAsync("c");
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));

        diary.SecondsOf("a starts").ShouldBe([0]);
        diary.SecondsOf("b starts").ShouldBe([0, 1.5]);
        diary.SecondsOf("c starts").ShouldBe([0]);
        diary.SecondsOf("d starts").ShouldBe([0, 2]);
    }

    [Theory, OnEachDispatcher]
    public async Task While_the_cause_lasts_they_go_on_together_with_growing_delays(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        ServiceDefinition Down(string name) => ServiceDefinition.Service(
            name,
            (_, _) =>
            {
                diary.Note(name);
                throw new BoomException(NoDatabase);
            },
            new ServiceOptions { Restart = Bodies.Exact() });
        system.StartServices(Down("a"), Down("b"), Down("c"), Down("d"));
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));

        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            diary.SecondsOf(name).ShouldBe([0, 1, 3, 7, 15]);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Those_of_a_group_come_back_with_their_group(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = system.System.StartServices(
            [Breaking("a", diary, 1), Bodies.Noting("b", diary), Breaking("c", diary, 1.5), Breaking("d", diary, 1.5)],
            groups: [new ServiceGroup("g", GroupStrategy.AllForOne, "a", "b")]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));

        (await services.GetStatusAsync("a")).LastIncident?.Services.ShouldBe(["a", "c", "d"], ignoreOrder: true);
        diary.SecondsOf("a starts").ShouldBe([0, 2]);
        diary.SecondsOf("b starts").ShouldBe([0, 2]);
        diary.SecondsOf("c starts").ShouldBe([0, 2.5]);
    }

    /// <summary>Notes its starts, and fails once, after so many seconds.</summary>
    private static ServiceDefinition Breaking(string name, Diary diary, double after, string message = NoDatabase, ServiceOptions? options = null)
    {
        var isBroken = false;
        return ServiceDefinition.Service(
            name,
            async (context, _) =>
            {
                diary.Note($"{name} starts");
                await context.DelayAsync(isBroken ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(after));
                isBroken = true;
                throw new BoomException(message);
            },
            options ?? new ServiceOptions { Restart = Bodies.Exact() });
    }
}
