using Actors.Persistence;
using Actors.TestKit;
using static Actors.Jobs.Tests.Schedules.DurableScheduleTests;
using static Actors.Jobs.Tests.Schedules.ScheduleWorld;

namespace Actors.Jobs.Tests.Schedules;

/// <summary>Each slot has exactly one job, or is listed as skipped by its policy.</summary>
public sealed class ScheduleReliabilityTests
{
    private static readonly DateTimeOffset Start = VirtualTime.DefaultStart;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(
        1, int.TryParse(Environment.GetEnvironmentVariable("ACTORS_SEEDS"), out var many) ? many : 4)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_week_of_processes_that_are_killed_or_stopped_at_any_moment_gives_each_slot_one_job_or_a_line(int seed)
    {
        var random = new Random(seed);
        await using var world = new ScheduleWorld(seed) { SweepBytes = 2000 };
        ScheduleDefinition[] declared =
        [
            Define("*/10 * * * *", o => o.Missed = MissedSlots.All, "all", "all"),
            Define("*/7 * * * *", o => o.Missed = MissedSlots.One, "one", "one"),
            Define("0 * * * *", o => o.Missed = MissedSlots.Skip, "skip", "skip"),
            Define("30 * * * *", o => (o.Missed, o.Window) = (MissedSlots.Window, TimeSpan.FromMinutes(100)), "window", "window"),
            Define("0 8 * * * Europe/London", o => (o.Missed, o.Jitter) = (MissedSlots.All, TimeSpan.FromMinutes(3)), "daily", "daily"),
        ];
        var lines = declared.ToDictionary(definition => definition.Name, _ => new Dictionary<DateTimeOffset, SkippedSlots>());
        while (world.Now < Start.AddDays(7))
        {
            await world.StartAsync(declared);
            world.Host.Script.Body = async (_, cancellationToken) => await Task.Delay(TimeSpan.FromSeconds(random.Next(200)), world.System.Time, cancellationToken);
            await NoteAsync();

            // Half of the ends are near a slot, where it matters most.
            var run = TimeSpan.FromMinutes(random.Next(1, 600));
            var untilTen = TimeSpan.FromMinutes(10) - TimeSpan.FromTicks((world.Now + run - Start).Ticks % TimeSpan.FromMinutes(10).Ticks);
            await world.AdvanceAsync(random.Next(2) == 0 ? run : run + untilTen + TimeSpan.FromMilliseconds(random.Next(-3, 5)));
            await NoteAsync();
            await (random.Next(3) > 0 ? world.KillAsync() : world.StopAsync());
            world.Sleep(random.Next(3) switch { 0 => TimeSpan.Zero, 1 => TimeSpan.FromSeconds(random.Next(100)), _ => TimeSpan.FromMinutes(random.Next(300)) });
        }

        await world.StartAsync(declared);
        await NoteAsync();
        await world.AdvanceAsync(TimeSpan.FromMinutes(20));
        foreach (var definition in declared)
        {
            var slots = Schedule.Parse(definition.Schedule).Between(Start, world.Now.AddMinutes(-10)).ToList();
            var status = await world.Schedules.GetAsync(definition.Name);
            var ids = world.Attempts.Where(attempt => attempt.Text == definition.Name).Select(attempt => attempt.Id).ToHashSet();
            var ran = ids.Select(Slot).ToHashSet();
            ran.Count.ShouldBe(ids.Count, $"one job for each slot of {definition.Name} [seed {seed}]");
            foreach (var slot in slots)
            {
                var isListed = lines[definition.Name].Values.Any(line => line.First <= slot && slot <= line.Last);
                (ran.Contains(slot) ^ isListed).ShouldBeTrue($"{definition.Name} {slot:u} ran: {ran.Contains(slot)}, listed: {isListed} [seed {seed}]");
            }

            lines[definition.Name].Values.Sum(line => line.Count).ShouldBe(status.Missed);
            (status.Undelivered, status.Overdue).ShouldBe((0, TimeSpan.Zero));
            if (definition.Options.Missed == MissedSlots.All)
            {
                status.Missed.ShouldBe(0);
            }
        }

        // A status keeps the newest lines only.
        async Task NoteAsync()
        {
            foreach (var status in await world.Schedules.ListAsync())
            {
                foreach (var line in status.Skipped)
                {
                    lines[status.Name][line.First] = line;
                }
            }
        }
    }

    [Theory]
    [InlineData(MissedSlots.All, 1, 30)]
    [InlineData(MissedSlots.All, -1, 30)]
    [InlineData(MissedSlots.All, 24, 30)]
    [InlineData(MissedSlots.All, -24, 30)]
    [InlineData(MissedSlots.Skip, 1, 10)]
    [InlineData(MissedSlots.Skip, 24, 10)]
    [InlineData(MissedSlots.One, 24, 10)]
    public async Task A_clock_that_is_set_loses_no_slot_and_repeats_none(MissedSlots policy, int hours, int minutes)
    {
        await using var world = new ScheduleWorld();
        var schedules = await world.StartAsync(Define($"*/{minutes} * * * *", o => o.Missed = policy));
        await world.AdvanceAsync(TimeSpan.FromHours(2.25));
        var before = world.Now;
        world.SetClock(TimeSpan.FromHours(hours));
        await world.AdvanceAsync(TimeSpan.FromHours(Math.Max(3, 3 - hours)));
        var slots = Schedule.Parse($"*/{minutes} * * * *").Between(Start, world.Now).ToList();
        var status = await schedules.GetAsync("s");
        var ran = world.Attempts.Select(attempt => Slot(attempt.Id)).ToList();
        ran.ShouldBeUnique();
        foreach (var slot in slots)
        {
            (ran.Contains(slot) ^ status.Skipped.Any(line => line.First <= slot && slot <= line.Last)).ShouldBeTrue($"{slot:u}");
        }

        if (policy == MissedSlots.All)
        {
            ran.Order().ShouldBe(slots);
        }

        status.Overdue.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_leap_day_comes_every_four_years()
    {
        await using var world = new ScheduleWorld();
        var definition = Define("0 0 29 2 *", o => o.Missed = MissedSlots.All);
        await world.StartAsync(definition);
        await world.StopAsync();
        world.Sleep(TimeSpan.FromDays(365 * 10));
        await world.StartAsync(definition);
        await world.AdvanceAsync(TimeSpan.FromSeconds(1));
        world.Attempts.Select(attempt => Slot(attempt.Id).ToString("yyyy-MM-dd")).ShouldBe(["2028-02-29", "2032-02-29"]);
    }

    [Fact]
    public async Task A_process_that_was_suspended_notices_within_a_minute()
    {
        await using var world = new ScheduleWorld();
        await world.StartAsync(Define("0 8 * * *"));
        await world.AdvanceAsync(TimeSpan.FromHours(2));

        // The wall clock went on, the timers of the process did not.
        world.SetClock(TimeSpan.FromHours(6.5));
        await world.AdvanceAsync(TimeSpan.FromMinutes(1));
        Slot(world.Attempts.ShouldHaveSingleItem().Id).ShouldBe(Start.AddHours(8));
    }

    [Fact]
    public async Task One_schedule_that_cannot_be_read_stops_no_other()
    {
        var journal = new InMemoryJournal();
        await StoreUnreadableAsync(journal);
        await using var system = await TestSystem.StartAsync();
        var host = await JobHost.StartAsync(system, journal: journal, schedules: [Define("every 1 h")]);
        await system.AdvanceAsync(TimeSpan.FromHours(2));
        host.Script.Begun.ShouldBe(2);
        var bad = await host.Jobs.Schedules.GetAsync("bad");
        bad.State.ShouldBe(ScheduleState.Faulted);
        bad.Description.ShouldContain("Mars/Olympus");
        (await host.Jobs.Schedules.ListAsync()).Count.ShouldBe(2);
        await host.Jobs.Schedules.RemoveAsync("bad");
    }

    [Fact]
    public async Task Slots_wait_for_a_store_that_is_away_and_are_told_as_overdue()
    {
        await using var system = await TestSystem.StartAsync();
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal, schedules: [Define("every 1 min")]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(61));
        host.Script.Begun.ShouldBe(1);
        journal.OnAppend = static _ => AppendFault.Unavailable;
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));
        host.Script.Begun.ShouldBe(1);
        var (count, longest) = await host.Jobs.GetOverdueSchedulesAsync();
        count.ShouldBe(1);
        longest.ShouldBeGreaterThan(TimeSpan.FromMinutes(3));
        host.Jobs.OverdueSchedules.ShouldBe(1);
        journal.OnAppend = static _ => AppendFault.None;
        await system.AdvanceAsync(TimeSpan.FromSeconds(40));
        host.Script.Attempts.Select(attempt => Slot(attempt.Id)).ShouldBe(Enumerable.Range(1, 6).Select(i => Start.AddMinutes(i)), ignoreOrder: true);
        (await host.Jobs.GetOverdueSchedulesAsync()).Count.ShouldBe(0);
        host.Jobs.OverdueSchedules.ShouldBe(0);
    }

    private static async Task StoreUnreadableAsync(InMemoryJournal journal)
    {
        var commit = new Protos.ScheduleCommit { NextNumber = 2 };
        commit.Defined.Add(new Protos.ScheduleRecord
        {
            Number = 1,
            Origin = (int)ScheduleOrigin.RunTime,
            Spec = new Protos.ScheduleSpec { Name = "bad", Text = "@daily", Zone = "Mars/Olympus", Job = "work", Queue = "default" },
        });
        var id = $"schedules/{await NameAsync()}";
        var opening = await journal.OpenAsync(id, default, 1, default);
        await journal.AppendAsync(
            [
                new Commit
                {
                    PersistenceId = id, Term = opening.Term, Writer = default, SequenceNumber = 1, FormatVersion = 1,
                    Events = Google.Protobuf.MessageExtensions.ToByteArray(commit),
                },
            ],
            default);

        static async Task<string> NameAsync()
        {
            await using var system = await TestSystem.StartAsync();
            return system.System.Name;
        }
    }
}
