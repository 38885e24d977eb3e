using static Actors.Jobs.Tests.Schedules.DurableScheduleTests;
using static Actors.Jobs.Tests.Schedules.ScheduleWorld;

namespace Actors.Jobs.Tests.Schedules;

/// <summary>Slots every minute, jobs of 150 s.</summary>
public sealed class OverlapTests
{
    [Theory]
    [InlineData(SlotOverlap.Allow, "1 2 3 4 5 6 7 8 9", 3)]
    [InlineData(SlotOverlap.Skip, "1 4 7", 1)]
    [InlineData(SlotOverlap.Wait, "1 3 6 8", 1)]
    public async Task A_slot_that_meets_a_running_job_is_treated_as_the_policy_says(SlotOverlap policy, string slots, int mostAtOnce)
    {
        await using var world = new ScheduleWorld();
        await world.StartAsync(Define("every 1 min", o => o.Overlap = policy));
        world.Host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(150), world.System.Time, cancellationToken);
        await world.AdvanceAsync(TimeSpan.FromSeconds(590));
        world.Attempts.Select(attempt => (Slot(attempt.Id) - Slot(world.Attempts[0].Id)).TotalMinutes + 1)
            .ShouldBe(slots.Split(' ').Select(double.Parse));
        world.Host.Script.MostAtOnce.ShouldBe(mostAtOnce);
        var status = await world.Schedules.GetAsync("s");
        status.Skipped.ShouldAllBe(skipped => skipped.Reason == SkipReason.Overlap);
        if (policy == SlotOverlap.Skip)
        {
            (status.Runs + status.Missed).ShouldBe(9);
        }
    }

    [Fact]
    public async Task With_wait_and_all_each_slot_has_its_job_one_after_the_other()
    {
        await using var world = new ScheduleWorld();
        await world.StartAsync(Define("every 1 min", o => (o.Overlap, o.Missed, o.MaxRuns) = (SlotOverlap.Wait, MissedSlots.All, 4)));
        world.Host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(150), world.System.Time, cancellationToken);
        await world.AdvanceAsync(TimeSpan.FromMinutes(15));
        world.Attempts.Select(attempt => (Slot(attempt.Id) - Slot(world.Attempts[0].Id)).TotalMinutes).ShouldBe([0, 1, 2, 3]);
        world.Host.Script.MostAtOnce.ShouldBe(1);
        (await world.Schedules.GetAsync("s")).Missed.ShouldBe(0);
    }

    [Fact]
    public async Task With_cancel_the_running_job_ends_and_the_next_begins()
    {
        await using var world = new ScheduleWorld();
        await world.StartAsync(Define("every 1 min", o => o.Overlap = SlotOverlap.Cancel));
        world.Host.Script.Body = (_, cancellationToken) => world.Host.Script.WaitAsync(cancellationToken);
        await world.AdvanceAsync(TimeSpan.FromSeconds(210));
        world.Attempts.Count.ShouldBe(3);
        world.Host.Script.MostAtOnce.ShouldBe(1);
        var first = await world.Host.Jobs.GetAsync(world.Attempts[0].Id);
        (first.State, first.Error).ShouldBe((JobState.Cancelled, "The next slot of its schedule has come."));
    }
}
