using Actors.TestKit;

namespace Actors.Services.Tests.Restarting;

/// <summary>Services that are started again together.</summary>
public sealed class GroupTests
{
    public static TheoryData<GroupStrategy, int> Failures => new MatrixTheoryData<GroupStrategy, int>(Enum.GetValues<GroupStrategy>(), [0, 1, 2]);

    [Theory, MemberData(nameof(Failures))]
    public async Task Who_is_started_again_with_the_one_that_fails(GroupStrategy strategy, int failing)
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            await using var system = await TestSystem.StartAsync(seed);
            var diary = new Diary(system);
            string[] names = ["a", "b", "c"];
            var services = Start(
                system, [new ServiceGroup("shop", strategy, names)], [.. names.Select((name, i) => i == failing ? Breaking(name, diary, 1) : Bodies.Noting(name, diary))]);
            await system.AdvanceAsync(TimeSpan.FromSeconds(1.5));

            string[] expected = strategy switch
            {
                GroupStrategy.OneForOne => [names[failing]],
                GroupStrategy.AllForOne => names,
                _ => names[failing..],
            };
            // What stood down went from last to first, beside the one that has failed.
            diary.Notes.Skip(3).Where(note => note.EndsWith("ends", StringComparison.Ordinal)).ShouldBe(
                expected.Reverse().Where(name => name != names[failing]).Select(name => $"{name} ends"));
            (await services.GetServicesAsync()).Where(status => status.State == ServiceState.Backoff).Select(status => status.Name).ShouldBe(expected);

            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
            diary.Notes.Where(note => note.EndsWith("starts", StringComparison.Ordinal)).Skip(3).ShouldBe(expected.Select(name => $"{name} starts"));
            diary.SecondsOf(expected[^1] + " starts")[1].ShouldBe(2, "1 s after the failure at 1 s");
            (await services.GetServicesAsync()).ShouldAllBe(status => status.State == ServiceState.Running);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task The_status_of_each_says_why_it_is_down_and_when_all_come_back(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = Start(
            system,
            [new ServiceGroup("shop", GroupStrategy.AllForOne, "web", "db")],
            Bodies.Idle("web"),
            Breaking("db", new Diary(system), 1));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.5));

        (await services.GetStatusAsync("web")).ToString().ShouldBe(
            "web: Backoff for 500 ms (since 2026-01-01 00:00:01Z), started again in 500 ms (at 2026-01-01 00:00:02Z), group shop. " +
            "Last incident: 2026-01-01 00:00:01Z 'db' of its group shop (all-for-one) failed: boom [stopped, and started again together with 'db']");
        (await services.GetStatusAsync("web")).NotReadyBecause.ShouldBe("it waits for the restart of its group shop (all-for-one)");
        (await services.GetStatusAsync("web")).Group.ShouldBe("shop");
        (await system.Log.ExpectAsync(6105)).Message.ShouldBe("Service db of group shop (all-for-one) has failed; web is stopped and started again with it");
    }

    [Theory, OnEachDispatcher]
    public async Task The_restart_waits_until_the_slowest_of_the_group_has_stopped(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = Start(
            system,
            [new ServiceGroup("shop", GroupStrategy.AllForOne, "a", "slow")],
            Breaking("a", diary, 1),
            ServiceDefinition.Service("slow", async (context, _) =>
            {
                diary.Note("slow starts");
                context.OnStop(() => diary.Note("slow's hook"));
                try
                {
                    await context.DelayAsync(Timeout.InfiniteTimeSpan);
                }
                finally
                {
                    await Task.Delay(TimeSpan.FromSeconds(5), context.TimeProvider, CancellationToken.None);
                }
            }));

        await system.AdvanceAsync(TimeSpan.FromSeconds(5.5));
        (await services.GetStatusAsync("a")).State.ShouldBe(ServiceState.Backoff);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));

        diary.Notes[2].ShouldBe("slow's hook");
        diary.SecondsOf("a starts").ShouldBe([0, 6]);
    }

    [Theory, OnEachDispatcher]
    public async Task When_the_restarts_of_one_are_used_up_those_that_depend_on_it_are_Failed_too(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = Start(
            system,
            [new ServiceGroup("shop", GroupStrategy.RestForOne, "db", "web", "mail")],
            Bodies.Noting("db", diary),
            Bodies.Failing("web", diary, new ServiceOptions { Restart = Bodies.Exact(maxRestarts: 1) }),
            Bodies.Noting("mail", diary));
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));

        var states = (await services.GetServicesAsync()).ToDictionary(status => status.Name);
        states["db"].State.ShouldBe(ServiceState.Running);
        states["web"].State.ShouldBe(ServiceState.Failed);
        states["mail"].State.ShouldBe(ServiceState.Failed);
        states["mail"].LastIncident?.Message.ShouldBe("'web' of its group shop (rest-for-one) failed: boom");
        states["mail"].LastIncident?.Rule.ShouldBe("Failed with it, because the restarts of that one are used up");
        diary.Count("db starts").ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task Who_was_stopped_or_has_completed_takes_no_part(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = Start(
            system,
            [new ServiceGroup("shop", GroupStrategy.AllForOne, "a", "stopped", "done")],
            Breaking("a", diary, 1),
            Bodies.Noting("stopped", diary),
            ServiceDefinition.Service("done", (_, _) => Task.CompletedTask));
        await services.StopAsync("stopped");
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));

        var states = (await services.GetServicesAsync()).ToDictionary(status => status.Name, status => status.State);
        states["a"].ShouldBe(ServiceState.Running);
        states["stopped"].ShouldBe(ServiceState.Stopped);
        states["done"].ShouldBe(ServiceState.Completed);
    }

    [Theory, OnEachDispatcher]
    public async Task A_command_to_one_that_waits_wins_and_the_others_come_back_all_the_same(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = Start(
            system,
            [new ServiceGroup("shop", GroupStrategy.AllForOne, "a", "b", "c", "d")],
            Breaking("a", diary, 1),
            Bodies.Noting("b", diary),
            Bodies.Noting("c", diary),
            Bodies.Noting("d", diary));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.5));

        await services.StopAsync("b");
        await services.StartAsync("c");
        await services.UnregisterAsync("d");
        (await services.GetStatusAsync("c")).State.ShouldBe(ServiceState.Running);
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));

        (await services.GetServicesAsync()).Select(status => (status.Name, status.State)).ShouldBe(
            [("a", ServiceState.Running), ("b", ServiceState.Stopped), ("c", ServiceState.Running)]);
        diary.Count("c starts").ShouldBe(2);
    }

    [Theory, OnEachDispatcher]
    public async Task A_second_failure_while_the_first_restart_waits_makes_one_restart_of_both(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = Start(
            system,
            [new ServiceGroup("shop", GroupStrategy.RestForOne, "a", "b", "c")],
            Breaking("a", diary, 1.5),
            Breaking("b", diary, 1),
            Bodies.Noting("c", diary));
        await system.AdvanceAsync(TimeSpan.FromSeconds(4));

        diary.SecondsOf("a starts").ShouldBe([0, 2.5]);
        diary.SecondsOf("b starts").ShouldBe([0, 2.5]);
        diary.SecondsOf("c starts").ShouldBe([0, 2.5]);
        (await services.GetServicesAsync()).ShouldAllBe(status => status.State == ServiceState.Running);
    }

    [Theory, OnEachDispatcher]
    public async Task A_service_that_is_registered_later_is_in_the_group_that_names_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var services = Start(system, [new ServiceGroup("workers", GroupStrategy.AllForOne, "worker-*")], Bodies.Noting("worker-1", diary));
        await services.RegisterAsync(Breaking("worker-2", diary, 1));
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));

        diary.SecondsOf("worker-1 starts").ShouldBe([0, 2]);
        (await services.GetStatusAsync("worker-2")).Group.ShouldBe("workers");
    }

    [Theory, OnEachDispatcher(Seeds = 10)]
    public async Task Groups_that_fail_all_the_time_leave_nobody_waiting_and_run_nothing_twice(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var random = new Random(seed);
        var running = new int[6];
        var overlaps = 0;
        var services = Start(
            system,
            [new ServiceGroup("all", GroupStrategy.AllForOne, "s0", "s1", "s2"), new ServiceGroup("rest", GroupStrategy.RestForOne, "s3", "s4", "s5")],
            [.. Enumerable.Range(0, 6).Select(i => ServiceDefinition.Service(
                $"s{i}",
                async (context, _) =>
                {
                    overlaps += Interlocked.Increment(ref running[i]) > 1 ? 1 : 0;
                    try
                    {
                        await context.DelayAsync(TimeSpan.FromSeconds(1 + (i * 0.37)));
                        if (context.TimeProvider.GetUtcNow() < VirtualTime.DefaultStart + TimeSpan.FromMinutes(5))
                        {
                            throw new BoomException($"boom {i}");
                        }

                        await context.DelayAsync(Timeout.InfiniteTimeSpan);
                    }
                    finally
                    {
                        Interlocked.Decrement(ref running[i]);
                    }
                },
                new ServiceOptions { Restart = Bodies.Exact() }))]);
        for (var i = 0; i < 40; i++)
        {
            await system.AdvanceAsync(TimeSpan.FromSeconds(random.NextDouble() * 8));
            var name = $"s{random.Next(6)}";
            switch (random.Next(4))
            {
                case 0:
                    await services.StopAsync(name);
                    break;
                case 1:
                    await services.StartAsync(name);
                    break;
                case 2:
                    await services.RestartAsync(name);
                    break;
            }
        }

        await system.AdvanceAsync(TimeSpan.FromMinutes(10));
        await services.StartAsync();
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));

        overlaps.ShouldBe(0);
        (await services.GetServicesAsync()).ShouldAllBe(status => status.State == ServiceState.Running);
    }

    [Fact]
    public async Task Groups_that_make_no_sense_are_refused_with_all_faults()
    {
        await using var system = await TestSystem.StartAsync();

        Should.Throw<ServiceGroupException>(() => Start(
            system,
            [
                new ServiceGroup("x", GroupStrategy.AllForOne, "web", "dv"),
                new ServiceGroup("y", GroupStrategy.RestForOne, "w*"),
                new ServiceGroup("y", GroupStrategy.RestForOne, "db"),
            ],
            Bodies.Idle("web"),
            Bodies.Idle("db"))).Faults.ShouldBe(
            [
                "Group 'y' is there twice. Give one of the two another name, or put all their services into one.",
                "Group 'x' has 'dv'. There is no service 'dv'. Did you mean 'db'? Known services: web, db.",
                "Service 'web' is in 2 groups: 'x', 'y'. It may be in one only: take it out of the others.",
            ]);
        Should.Throw<ServiceGroupException>(() => new ServiceGroup("a b", (GroupStrategy)7, "x", "x")).Message.ShouldBe(
            "Group 'a b': the name has the illegal character ' ' at position 1. Use letters, digits, '-', '_' and '.'. " +
            "strategy = 7 is none of one-for-one, all-for-one, rest-for-one. 'x' is in it twice.");
        Should.Throw<ServiceGroupException>(() => new ServiceGroup("a", GroupStrategy.AllForOne)).Message.ShouldBe("Group 'a': it has no services.");
    }

    private static IServices Start(TestSystem system, ServiceGroup[] groups, params ServiceDefinition[] definitions) =>
        system.System.StartServices(definitions, groups: groups);

    /// <summary>Notes its starts, and fails once, after so many seconds.</summary>
    private static ServiceDefinition Breaking(string name, Diary diary, double after)
    {
        var isBroken = false;
        return ServiceDefinition.Service(
            name,
            async (context, _) =>
            {
                diary.Note($"{name} starts");
                await context.DelayAsync(isBroken ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(after));
                isBroken = true;
                throw new BoomException();
            },
            new ServiceOptions { Restart = Bodies.Exact() });
    }
}
