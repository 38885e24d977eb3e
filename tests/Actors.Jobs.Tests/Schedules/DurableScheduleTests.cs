using Actors.TestKit;
using static Actors.Jobs.Tests.Schedules.ScheduleWorld;

namespace Actors.Jobs.Tests.Schedules;

public sealed class DurableScheduleTests
{
    private static readonly DateTimeOffset Start = VirtualTime.DefaultStart; // Midnight.

    [Theory, OnEachDispatcher]
    public async Task Each_slot_has_one_job_at_its_moment(TestDispatcher dispatcher, int seed)
    {
        await using var world = new ScheduleWorld(seed, dispatcher);
        var schedules = await world.StartAsync(Define("*/15 8 * * *"), Define("every 1 h", name: "hourly", text: "hourly"));
        await world.AdvanceAsync(TimeSpan.FromDays(1));
        var quarters = Enumerable.Range(0, 4).Select(i => Start.AddHours(8).AddMinutes(15 * i)).ToList();
        Began(world, "x").ShouldBe(quarters);
        Began(world, "hourly").Count.ShouldBe(24);
        var status = await schedules.GetAsync("s");
        (status.State, status.Runs, status.Missed, status.LastSlot).ShouldBe((ScheduleState.Active, 4, 0, quarters[3]));
        status.LastRun.ShouldNotBeNull().State.ShouldBe(JobState.Succeeded);
        status.Next.Count.ShouldBe(10);
        status.Next[0].ShouldBe(quarters[0].AddDays(1));
        (status.Overdue, status.Undelivered, status.MaxDrift).ShouldBe((TimeSpan.Zero, 0, TimeSpan.Zero));
        status.Description.ShouldBe("at 08:00, 08:15, 08:30 and 08:45 every day, UTC");
    }

    [Theory]
    [InlineData(MissedSlots.One, "05:00", 1, 3)]
    [InlineData(MissedSlots.Skip, "", 0, 4)]
    [InlineData(MissedSlots.All, "02:00 03:00 04:00 05:00", 4, 0)]
    [InlineData(MissedSlots.Window, "04:00 05:00", 2, 2)]
    public async Task Slots_that_passed_without_a_process_are_treated_as_the_policy_says(MissedSlots policy, string caughtUp, int runs, int missed)
    {
        await using var world = new ScheduleWorld();
        var definition = Define("0 * * * *", o => (o.Missed, o.Window) = (policy, TimeSpan.FromHours(2)));
        await world.StartAsync(definition);
        await world.AdvanceAsync(TimeSpan.FromMinutes(90)); // One slot in its time.
        await world.StopAsync();
        world.Sleep(TimeSpan.FromHours(4)); // Until 05:30.
        var schedules = await world.StartAsync(definition);
        var status = await schedules.GetAsync("s");
        (status.Runs, status.CaughtUp, status.Missed).ShouldBe((runs + 1, runs, missed));
        status.Skipped.Sum(skipped => skipped.Count).ShouldBe(missed);
        status.Skipped.ShouldAllBe(skipped => skipped.Reason == SkipReason.Missed);
        var expected = caughtUp.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(time => Start + TimeSpan.Parse(time)).ToList();
        world.Attempts.Skip(1).Select(attempt => Slot(attempt.Id)).ShouldBe(expected);
        await world.AdvanceAsync(TimeSpan.FromMinutes(31));
        Slot(world.Attempts[^1].Id).ShouldBe(Start.AddHours(6), "the next comes in its time");
    }

    [Fact]
    public async Task A_restart_within_a_minute_misses_nothing_whatever_the_policy()
    {
        await using var world = new ScheduleWorld();
        var definition = Define("every 10 s", o => o.Missed = MissedSlots.Skip);
        await world.StartAsync(definition);
        await world.AdvanceAsync(TimeSpan.FromSeconds(25));
        await world.StopAsync();
        world.Sleep(TimeSpan.FromSeconds(30));
        var schedules = await world.StartAsync(definition);
        await world.AdvanceAsync(TimeSpan.FromSeconds(10));
        world.Attempts.Select(attempt => (Slot(attempt.Id) - Start).TotalSeconds).ShouldBe([10, 20, 30, 40, 50, 60]);
        (await schedules.GetAsync("s")).CaughtUp.ShouldBe(0);
    }

    [Fact]
    public async Task Of_a_year_of_missed_seconds_no_more_than_a_thousand_are_made_up_for()
    {
        await using var world = new ScheduleWorld();
        var definition = Define("every 1 s", o => o.Missed = MissedSlots.All);
        await world.StartAsync(definition);
        await world.StopAsync();
        world.Sleep(TimeSpan.FromDays(365));
        var schedules = await world.StartAsync(definition);
        await world.AdvanceAsync(TimeSpan.FromSeconds(0.5));
        var status = await schedules.GetAsync("s");
        (status.Runs, status.Missed).ShouldBe((1000, (365 * 24 * 3600) - 1000));
        world.Attempts.Select(attempt => attempt.Id).Distinct().Count().ShouldBe(1000);
    }

    [Fact]
    public async Task A_paused_schedule_runs_nothing_and_goes_on_with_what_is_to_come()
    {
        await using var world = new ScheduleWorld();
        await world.StartAsync(Define("every 1 h"));
        await world.AdvanceAsync(TimeSpan.FromMinutes(90));
        (await world.Schedules.PauseAsync("s", "month end")).ShouldSatisfyAllConditions(
            s => s.State.ShouldBe(ScheduleState.Paused), s => s.PauseReason.ShouldBe("month end"), s => s.Next.ShouldBeEmpty());
        await world.StopAsync();
        var schedules = await world.StartAsync(Define("every 1 h"));
        await world.AdvanceAsync(TimeSpan.FromHours(3));
        world.Attempts.Count.ShouldBe(1, "a pause survives a restart");
        var status = await schedules.ResumeAsync("s");
        (status.State, status.Missed).ShouldBe((ScheduleState.Active, 3));
        status.Skipped.ShouldHaveSingleItem().ShouldBe(new SkippedSlots(Start.AddHours(2), Start.AddHours(4), 3, SkipReason.Paused));
        await world.AdvanceAsync(TimeSpan.FromHours(1));
        Slot(world.Attempts[^1].Id).ShouldBe(Start.AddHours(5));
    }

    [Fact]
    public async Task Run_now_runs_it_once_more_also_when_it_is_paused_and_leaves_its_slots_alone()
    {
        await using var world = new ScheduleWorld();
        var schedules = await world.StartAsync(Define("every 1 h"));
        await schedules.PauseAsync("s");
        var one = await schedules.RunNowAsync("s");
        var other = await schedules.RunNowAsync("s");
        one.ShouldNotBe(other);
        await world.AdvanceAsync(TimeSpan.FromSeconds(1));
        world.Attempts.Select(attempt => attempt.Id).ShouldBe([one, other], ignoreOrder: true);
        var status = await schedules.GetAsync("s");
        (status.Runs, status.LastSlot, status.LastJob).ShouldBe((0, null, other));
    }

    [Fact]
    public async Task A_time_that_is_filled_in_gives_jobs_to_the_slots_that_had_none()
    {
        await using var world = new ScheduleWorld();
        var schedules = await world.StartAsync(Define("every 1 h"));
        await world.AdvanceAsync(TimeSpan.FromMinutes(150));
        var slots = await schedules.BackfillAsync("s", Start.AddHours(-2), Start.AddHours(2));
        slots.Select(slot => (slot - Start).TotalHours).ShouldBe([-2, -1, 0, 1, 2]);
        await world.AdvanceAsync(TimeSpan.FromSeconds(1));
        world.Attempts.Select(attempt => (Slot(attempt.Id) - Start).TotalHours).Order().ShouldBe([-2, -1, 0, 1, 2]);
        await schedules.BackfillAsync("s", Start.AddHours(-2), Start.AddHours(2));
        await world.AdvanceAsync(TimeSpan.FromSeconds(1));
        world.Attempts.Count.ShouldBe(5, "each slot has had its job");
        (await Expect.ThrowsAsync<ScheduleException>(() => schedules.BackfillAsync("s", Start, Start.AddHours(9)))).Message.ShouldContain("in the past");
        (await Expect.ThrowsAsync<ScheduleException>(() => schedules.BackfillAsync("s", DateTimeOffset.MinValue, Start))).Message.ShouldContain("more than 1000");
        (await schedules.BackfillAsync("s", DateTimeOffset.MinValue, DateTimeOffset.MinValue.AddMilliseconds(1))).ShouldBeEmpty();
        (await Expect.ThrowsAsync<ScheduleException>(() => schedules.BackfillAsync("s", Start.AddYears(-9), Start))).Message.ShouldContain("more than 1000");
    }

    [Fact]
    public async Task Schedules_are_added_changed_and_removed_at_run_time_and_survive_restarts()
    {
        await using var world = new ScheduleWorld();
        var schedules = await world.StartAsync();
        await schedules.SetAsync(Define("every 1 h"));
        await world.AdvanceAsync(TimeSpan.FromMinutes(30));
        await world.KillAsync();
        schedules = await world.StartAsync();
        await world.AdvanceAsync(TimeSpan.FromHours(1));
        world.Attempts.Count.ShouldBe(1);
        (await schedules.SetAsync(Define("every 2 h"))).Origin.ShouldBe(ScheduleOrigin.RunTime);
        await world.AdvanceAsync(TimeSpan.FromHours(4));
        world.Attempts.Select(attempt => (Slot(attempt.Id) - Start).TotalHours).ShouldBe([1, 2, 4]);
        await schedules.RemoveAsync("s");
        (await schedules.ListAsync()).ShouldBeEmpty();
        await Expect.ThrowsAsync<UnknownScheduleException>(() => schedules.GetAsync("s"));
        await world.KillAsync();
        (await (await world.StartAsync()).ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_code_declares_no_more_is_retired_and_goes_on_when_it_is_declared_again()
    {
        await using var world = new ScheduleWorld();
        var schedules = await world.StartAsync(Define("every 1 h"), Define("every 1 h", name: "other"));
        await schedules.SetAsync(Define("every 1 h", name: "mine"));
        await world.StopAsync();
        schedules = await world.StartAsync(Define("every 1 h", name: "other"));
        (await schedules.ListAsync()).Select(s => (s.Name, s.State, s.Origin)).ShouldBe(
        [
            ("mine", ScheduleState.Active, ScheduleOrigin.RunTime),
            ("other", ScheduleState.Active, ScheduleOrigin.Code),
            ("s", ScheduleState.Retired, ScheduleOrigin.Code),
        ]);
        (await Expect.ThrowsAsync<ScheduleException>(() => schedules.RemoveAsync("other"))).Message.ShouldContain("declared in code");
        await world.AdvanceAsync(TimeSpan.FromHours(2));
        await world.StopAsync();
        schedules = await world.StartAsync(Define("every 1 h"), Define("every 1 h", name: "other"));
        var status = await schedules.GetAsync("s");
        (status.State, status.Runs, status.Missed).ShouldBe((ScheduleState.Active, 0, 0), "what passed while it was retired was not asked for");
        await world.AdvanceAsync(TimeSpan.FromHours(1));
        (await schedules.GetAsync("s")).Runs.ShouldBe(1);
    }

    [Fact]
    public async Task Other_declarations_apply_while_it_runs()
    {
        await using var world = new ScheduleWorld();
        var schedules = await world.StartAsync(Define("every 1 h"), Define("every 1 h", name: "gone", text: "gone"));
        await world.AdvanceAsync(TimeSpan.FromMinutes(90));
        world.Host.Jobs.Redeclare([Define("every 2 h"), Define("every 3 h", name: "new", text: "new")]);
        await world.AdvanceAsync(TimeSpan.FromHours(5));
        Began(world, "x").Select(time => (time - Start).TotalHours).ShouldBe([1, 2, 4, 6]);
        Began(world, "gone").Count.ShouldBe(1);
        Began(world, "new").Select(time => (time - Start).TotalHours).ShouldBe([3, 6]);
        (await schedules.GetAsync("gone")).State.ShouldBe(ScheduleState.Retired);

        Should.Throw<JobTypeException>(() => world.Host.Jobs.Redeclare([Define("61 * * * *"), Define("every 5 h", name: "other")]))
            .Message.ShouldContain("Minutes go from 0 to 59");
        (await schedules.ListAsync()).Select(s => (s.Name, s.State)).ShouldBe(
            [("gone", ScheduleState.Retired), ("new", ScheduleState.Active), ("s", ScheduleState.Active)], "one that is wrong changes nothing");
    }

    [Fact]
    public async Task A_change_at_run_time_stays_until_the_declaration_changes()
    {
        await using var world = new ScheduleWorld();
        var schedules = await world.StartAsync(Define("every 1 h"));
        await schedules.SetAsync(Define("every 2 h"));
        await world.StopAsync();
        schedules = await world.StartAsync(Define("every 1 h"));
        (await schedules.GetAsync("s")).Schedule.ShouldBe("every 2 h");
        await world.StopAsync();
        schedules = await world.StartAsync(Define("every 3 h"));
        (await schedules.GetAsync("s")).Schedule.ShouldBe("every 3 h");
    }

    [Fact]
    public async Task It_ends_with_its_last_run_or_its_last_day()
    {
        await using var world = new ScheduleWorld();
        var schedules = await world.StartAsync(
            Define("every 1 h", o => o.MaxRuns = 3, "runs", "runs"), Define("every 1 h", o => o.Until = Start.AddHours(2), "until", "until"));
        (await schedules.GetAsync("runs")).Next.Count.ShouldBe(3);
        await world.AdvanceAsync(TimeSpan.FromHours(9));
        Began(world, "runs").Count.ShouldBe(3);
        Began(world, "until").Count.ShouldBe(2);
        (await schedules.ListAsync()).ShouldAllBe(s => s.State == ScheduleState.Completed && s.Next.Count == 0 && s.Overdue == TimeSpan.Zero);
    }

    [Fact]
    public async Task Jitter_puts_each_job_off_by_a_share_that_stays_the_same_for_its_slot()
    {
        await using var world = new ScheduleWorld();
        await world.StartAsync(Define("every 1 h", o => o.Jitter = TimeSpan.FromMinutes(10)));
        await world.AdvanceAsync(TimeSpan.FromHours(30));
        var late = world.Attempts.Select(attempt => attempt.BeganAt - Slot(attempt.Id)).ToList();
        late.ShouldAllBe(time => time >= TimeSpan.Zero && time <= TimeSpan.FromMinutes(10.01));
        late.Distinct().Count().ShouldBeGreaterThan(20);
    }

    [Fact]
    public async Task All_faults_of_a_definition_are_told_together()
    {
        await using var world = new ScheduleWorld();
        var schedules = await world.StartAsync();
        var fault = await Expect.ThrowsAsync<ScheduleException>(() => schedules.SetAsync(ScheduleDefinition.Named(
            "s", "0 0 30 2 *", "unknown-job", options: new ScheduleOptions { MaxRuns = 0, Jitter = TimeSpan.FromDays(9) })));
        fault.Faults.Count.ShouldBe(4);
        fault.Message.ShouldContain("'30'");
        fault.Message.ShouldContain("unknown-job");
        (await Expect.ThrowsAsync<ScheduleException>(() => schedules.SetAsync(Define("@daily", o => o.TimeZone = "Mars/Olympus")))).Message.ShouldContain("Mars/Olympus");
        (await Expect.ThrowsAsync<ScheduleException>(() => schedules.SetAsync(Define("@daily", o => o.Queue = "nowhere")))).Message.ShouldContain("nowhere");
        (await schedules.SetAsync(ScheduleDefinition.Named("s", "@daily", "work", """{"text":"by name"}"""))).State.ShouldBe(ScheduleState.Active);
        await schedules.RunNowAsync("s");
        await world.AdvanceAsync(TimeSpan.FromSeconds(1));
        world.Attempts.ShouldHaveSingleItem().Text.ShouldBe("by name");
    }

    [Fact]
    public async Task A_declaration_that_is_wrong_fails_the_start()
    {
        await using var world = new ScheduleWorld();
        (await Expect.ThrowsAsync<JobTypeException>(() => world.StartAsync(Define("61 * * * *"), Define("@daily"), Define("@daily"))))
            .Message.ShouldSatisfyAllConditions(m => m.ShouldContain("minutes go from 0 to 59", Case.Insensitive), m => m.ShouldContain("declared twice"));
    }

    internal static List<DateTimeOffset> Began(ScheduleWorld world, string text) =>
        [.. world.Attempts.Where(attempt => attempt.Text == text).Select(attempt => attempt.BeganAt)];

    /// <summary>The slot of a job: its id begins with it.</summary>
    internal static DateTimeOffset Slot(JobId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.WriteTo(bytes);
        var ms = 0L;
        foreach (var part in bytes[..6])
        {
            ms = (ms << 8) | part;
        }

        return DateTimeOffset.FromUnixTimeMilliseconds(ms);
    }
}
