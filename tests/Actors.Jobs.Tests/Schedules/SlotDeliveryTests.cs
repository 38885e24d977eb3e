using Actors.Jobs.Queues;
using Actors.TestKit;
using static Actors.Jobs.Tests.Schedules.DurableScheduleTests;
using static Actors.Jobs.Tests.Schedules.ScheduleWorld;

namespace Actors.Jobs.Tests.Schedules;

/// <summary>From a slot in the journal of the schedules to a job in that of its queue: once, whatever is forgotten, changed or removed in between.</summary>
public sealed class SlotDeliveryTests
{
    private static readonly DateTimeOffset Start = VirtualTime.DefaultStart;

    [Fact]
    public async Task A_slot_whose_job_has_run_and_is_forgotten_is_not_enqueued_again_by_a_process_that_had_not_noted_it()
    {
        await using var world = new ScheduleWorld();
        await world.StartAsync(Define("every 1 h"));
        await world.AdvanceAsync(TimeSpan.FromHours(1)); // The note comes a second later.
        Slots(world).Count.ShouldBe(1);
        await KillAndForgetAsync(world);
        var schedules = await world.StartAsync(Define("every 1 h"));
        await world.AdvanceAsync(TimeSpan.FromMinutes(5));
        Slots(world).Count.ShouldBe(1);
        (await schedules.GetAsync("s")).Undelivered.ShouldBe(0);
    }

    [Fact]
    public async Task Nor_is_a_slot_that_was_filled_in()
    {
        await using var world = new ScheduleWorld();
        var schedules = await world.StartAsync(Define("@yearly"));
        await schedules.BackfillAsync("s", Start.AddYears(-5), Start);
        await world.System.DrainAsync();
        var ran = Slots(world).Count;
        ran.ShouldBeGreaterThan(3);
        await KillAndForgetAsync(world);
        await world.StartAsync(Define("@yearly"));
        await world.AdvanceAsync(TimeSpan.FromMinutes(5));
        Slots(world).Count.ShouldBe(ran);
    }

    [Fact]
    public async Task What_a_queue_has_taken_is_known_when_its_journal_has_been_written_forward_and_cut_off()
    {
        await using var world = new ScheduleWorld { ConfigureQueue = static o => (o.TrimBytes, o.ForwardBytes, o.HistoryBatch) = (200, 0, 3) };
        await world.StartAsync(Define("every 1 h"));
        await world.AdvanceAsync(TimeSpan.FromHours(1));
        var commits = (await world.Journal.ReadAsync("queue/default", 1, int.MaxValue, default))[^1].SequenceNumber;
        await KillAndForgetAsync(world, others: 50);
        (await world.Journal.ReadAsync("queue/default", 1, int.MaxValue, default))[0].SequenceNumber.ShouldBeGreaterThan(commits, "the commit with the slot is deleted");
        await world.StartAsync(Define("every 1 h"));
        await world.AdvanceAsync(TimeSpan.FromMinutes(5));
        Slots(world).ShouldBe([Start.AddHours(1)]);
    }

    [Fact]
    public async Task A_schedule_that_is_removed_leaves_the_slots_that_its_queue_has_not_got()
    {
        await using var world = new ScheduleWorld { IsAway = static journal => journal.StartsWith("queue/", StringComparison.Ordinal) };
        var schedules = await world.StartAsync();
        await schedules.SetAsync(Define("every 1 min"));
        await world.AdvanceAsync(TimeSpan.FromMinutes(3));
        (await schedules.GetAsync("s")).Undelivered.ShouldBe(3);
        await schedules.RemoveAsync("s");
        (await schedules.ListAsync()).ShouldBeEmpty();
        await world.KillAsync();
        world.IsAway = null;
        schedules = await world.StartAsync();
        await world.AdvanceAsync(TimeSpan.FromMinutes(5));
        Slots(world).Select(slot => (slot - Start).TotalMinutes).ShouldBe([1, 2, 3], ignoreOrder: true);
        (await schedules.ListAsync()).ShouldBeEmpty();

        // And it is gone: one of its name begins anew.
        (await schedules.SetAsync(Define("every 1 h"))).Runs.ShouldBe(0);
        await world.KillAsync();
        (await (await world.StartAsync()).ListAsync()).ShouldHaveSingleItem().Schedule.ShouldBe("every 1 h");
    }

    [Fact]
    public async Task A_slot_goes_to_the_queue_that_it_was_meant_for_also_when_the_schedule_has_another_by_now()
    {
        await using var world = new ScheduleWorld();
        await world.StartAsync(Define("every 1 h"));
        await world.AdvanceAsync(TimeSpan.FromHours(1));
        Slots(world).Count.ShouldBe(1);
        await KillAndForgetAsync(world);
        var schedules = await world.StartAsync(Define("every 1 h", o => o.Queue = "second"));
        await world.AdvanceAsync(TimeSpan.FromMinutes(5));
        await ShouldHoldAsync(0);
        await world.AdvanceAsync(TimeSpan.FromHours(1));
        await ShouldHoldAsync(1);
        (await schedules.GetAsync("s")).Undelivered.ShouldBe(0);

        async Task ShouldHoldAsync(int jobs)
        {
            var queue = await world.Host.Jobs.GetQueueAsync("second");
            (queue.Waiting + queue.Parked).ShouldBe(jobs);
        }
    }

    [Fact]
    public async Task Slots_of_a_queue_that_is_away_come_in_their_order_and_those_of_another_do_not_wait_for_them()
    {
        await using var world = new ScheduleWorld { ConfigureQueue = static o => o.Workers = 1, IsAway = static journal => journal == "queue/default" };
        await world.StartAsync(Define("every 10 s"), Define("every 10 s", o => o.Queue = "second", "elsewhere"));
        await world.AdvanceAsync(TimeSpan.FromSeconds(25));
        (await world.Schedules.GetAsync("s")).ShouldSatisfyAllConditions(s => s.Undelivered.ShouldBe(2), s => s.Fault.ShouldNotBeNull());
        (await world.Schedules.GetAsync("elsewhere")).Undelivered.ShouldBe(0);
        world.IsAway = null;
        await world.AdvanceAsync(TimeSpan.FromSeconds(40));
        await world.Host.StartConsumingAsync();
        await world.AdvanceAsync(TimeSpan.FromSeconds(20));
        var order = Slots(world);
        order.ShouldBe(order.Order());
        order.ShouldBeUnique();
        order.Count.ShouldBe(8);
    }

    [Fact]
    public async Task Two_applications_with_one_store_do_not_take_each_others_slots_for_their_own()
    {
        var state = new QueueState();
        state.TakeSlots("shop", 7);
        state.TakeSlots("billing", 3);
        state.TakeSlots("shop", 5);
        (state.SlotsThrough("shop"), state.SlotsThrough("billing"), state.SlotsThrough("other")).ShouldBe((7, 3, 0));
        var restored = new QueueState();
        restored.TakeSlots("billing", 9);
        restored.Restore(state.ToProto());
        (restored.SlotsThrough("shop"), restored.SlotsThrough("billing")).ShouldBe((7, 9));
        await Task.CompletedTask;
    }

    [Fact]
    public void A_commit_with_slots_is_not_for_programs_that_would_forget_them()
    {
        var draft = new CommitDraft(1, 1);
        draft.TakeSlots("shop", 1);
        draft.SetPause(null, 0);
        draft.FormatVersion.ShouldBe(3);
        var state = new QueueState();
        state.TakeSlots("shop", 1);
        var trimming = new CommitDraft(1, 1);
        trimming.Encode(0, 0, state.ToProto());
        trimming.FormatVersion.ShouldBe(3);
    }

    private static List<DateTimeOffset> Slots(ScheduleWorld world) => [.. world.Attempts.Where(attempt => attempt.Text == "x").Select(attempt => Slot(attempt.Id))];

    /// <summary>The queue knows that the history has the jobs, so it has forgotten them; then the history forgets them too.</summary>
    private static async Task KillAndForgetAsync(ScheduleWorld world, int others = 3)
    {
        for (var i = 0; i < others; i++)
        {
            await world.Host.EnqueueAsync("other");
            await world.AdvanceAsync(TimeSpan.FromMilliseconds(800.0 / others));
        }

        (await world.History.FindAsync(world.Attempts.First(attempt => attempt.Text == "x").Id, default)).ShouldNotBeNull();
        await world.KillAsync();
        await world.History.PruneAsync("default", JobState.Succeeded, DateTimeOffset.MaxValue, 100, default);
    }
}
