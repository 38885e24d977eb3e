using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Composing;

public sealed class ChainTests
{
    [Theory, OnEachDispatcher]
    public async Task A_chain_runs_in_order_and_is_one_commit(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new InMemoryJournal();
        var host = await JobHost.StartAsync(system, journal: journal, isConsumed: false);
        var ids = await host.Jobs.EnqueueChainAsync([new Work("a"), new Work("b"), new Work("c")]);
        (await journal.ReadAsync("queue/default", 0, int.MaxValue, default)).Count.ShouldBe(1);
        (await Task.WhenAll(ids.Select(id => host.StateAsync(id)))).ShouldBe([JobState.Waiting, JobState.Awaiting, JobState.Awaiting]);
        await host.StartConsumingAsync();
        await host.ReachAsync(ids[2], JobState.Succeeded);
        host.Script.Attempts.Select(attempt => (attempt.Id, attempt.Text)).ShouldBe([(ids[0], "a"), (ids[1], "b"), (ids[2], "c")]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_chain_may_go_through_several_queues_and_be_delayed_on_the_way(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        await host.StartConsumingAsync("second");
        var ids = await host.Jobs.EnqueueChainAsync(
            [new Work("a"), new Second("b"), new Work("c"), new Work("d")],
            (o, i) => o.Delay(TimeSpan.FromMinutes(i == 2 ? 30 : 0)));
        await host.ReachAsync(ids[1], JobState.Succeeded);
        await system.AdvanceAsync(TimeSpan.FromMinutes(29));
        (await host.StateAsync(ids[2])).ShouldBe(JobState.Scheduled);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        await host.ReachAsync(ids[3], JobState.Succeeded);
        host.Script.Attempts.Select(attempt => attempt.Text).ShouldBe(["a", "b", "c", "d"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_chain_through_several_queues_that_was_cut_short_runs_nothing_and_gives_up(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        await host.StartConsumingAsync("second");
        var ids = Enumerable.Range(0, 3).Select(_ => JobId.Create(system.Time, system.System.Random)).ToList();
        object[] jobs = [new Work("a"), new Second("b"), new Work("c")];
        await host.Jobs.DrainAsync("second");
        await Expect.ThrowsAsync<QueueUnavailableException>(() => host.Jobs.EnqueueChainAsync(jobs, (o, i) => o.Id(ids[i])));
        await system.AdvanceAsync(TimeSpan.FromMinutes(9));
        (await host.Jobs.GetAsync(ids[2])).State.ShouldBe(JobState.Awaiting);
        await system.AdvanceAsync(TimeSpan.FromMinutes(2));
        (await host.ReachAsync(ids[2], JobState.Cancelled)).Error.ShouldBe($"Job {ids[1]}, which it waits for, was never enqueued: the call that enqueued this one was cut short.");
        host.Script.Begun.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_chain_that_was_cut_short_is_completed_by_enqueuing_it_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        await host.StartConsumingAsync("second");
        var ids = Enumerable.Range(0, 3).Select(_ => JobId.Create(system.Time, system.System.Random)).ToList();
        object[] jobs = [new Work("a"), new Second("b"), new Work("c")];
        await host.Jobs.DrainAsync("second");
        await Expect.ThrowsAsync<QueueUnavailableException>(() => host.Jobs.EnqueueChainAsync(jobs, (o, i) => o.Id(ids[i])));
        await host.Jobs.ResumeAsync("second");
        (await host.Jobs.EnqueueChainAsync(jobs, (o, i) => o.Id(ids[i]))).ShouldBe(ids);
        await host.ReachAsync(ids[2], JobState.Succeeded);
        await system.AdvanceAsync(TimeSpan.FromMinutes(20));
        host.Script.Attempts.Select(attempt => attempt.Text).ShouldBe(["a", "b", "c"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_chain_of_a_thousand_that_fails_at_its_first_is_cancelled_as_a_whole(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        host.Script.Body = static (_, _) => throw new InvalidOperationException("planned");
        var ids = await host.Jobs.EnqueueChainAsync([.. Enumerable.Range(0, 1000).Select(i => new Work($"{i}"))]);
        (await host.ReachAsync(ids[^1], JobState.Cancelled)).Error.ShouldBe($"Job {ids[^2]}, which it waits for, was cancelled.");
        (await host.QueueAsync()).Cancelled.ShouldBe(999);
        host.Script.Begun.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task What_is_no_chain_is_refused_and_nothing_of_it_is_enqueued(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var ids = Enumerable.Range(0, 3).Select(_ => JobId.Create(system.Time, system.System.Random)).ToList();
        object[] jobs = [new Work("a"), new Second("b"), new Work("c")];
        (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.EnqueueChainAsync([]))).Message.ShouldBe(
            "A chain has at least one job, but this has none. Nothing was enqueued. (Parameter 'jobs')");
        (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.EnqueueChainAsync(jobs, (o, i) => o.Id(ids[i % 2])))).Message.ShouldBe(
            $"Two jobs of the chain have the id {ids[0]}. Leave the ids out, or choose another one for each. Nothing was enqueued. (Parameter 'configure')");
        (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.EnqueueChainAsync(jobs, (o, i) => (i == 0 ? o.After(ids[2]) : o).Id(ids[i])))).Message.ShouldBe(
            $"These jobs would wait for each other for ever: {ids[0]} waits for {ids[2]} waits for {ids[1]} waits for {ids[0]}. Nothing was enqueued.");
        (await Expect.ThrowsAsync<UnknownParentException>(() => host.Jobs.EnqueueChainAsync(jobs, (o, i) => o.After(ids[0])))).Parent.ShouldBe(ids[0]);
        await Expect.ThrowsAsync<JobTypeException>(() => host.Jobs.EnqueueChainAsync([new Work(), "no job"]));
        (await host.Jobs.CountAsync(new JobFilter())).ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task In_a_chain_what_is_there_already_stands_for_a_link_of_the_same_kind(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var there = await host.EnqueueAsync("a", o => o.Unique().Delay(TimeSpan.FromMinutes(1)));
        var ids = await host.Jobs.EnqueueChainAsync([new Work("a"), new Work("b")], (o, i) => { if (i == 0) { o.Unique(); } });
        ids[0].ShouldBe(there);
        (await host.Jobs.GetAsync(ids[1])).Awaits.ShouldHaveSingleItem().Id.ShouldBe(there);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        await host.ReachAsync(ids[1], JobState.Succeeded);
        host.Script.Attempts.Select(attempt => attempt.Text).ShouldBe(["a", "b"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_link_of_a_chain_through_several_queues_that_is_not_the_only_one_of_its_kind_ends_the_chain_at_once_and_says_why(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        await host.StartConsumingAsync("second");
        var there = await host.Jobs.EnqueueAsync(new Second("b"), o => o.Unique().Delay(TimeSpan.FromMinutes(1)));
        var ids = await host.Jobs.EnqueueChainAsync([new Work("a"), new Second("b"), new Work("c")], (o, i) => _ = i == 1 ? o.Unique() : o);
        (await host.ReachAsync(ids[1], JobState.Cancelled)).Error.ShouldBe($"Job {there} of the same kind was there already.");
        (await host.ReachAsync(ids[2], JobState.Cancelled)).Error.ShouldBe($"Job {ids[1]}, which it waits for, was cancelled.");
        await host.ReachAsync(ids[0], JobState.Succeeded);
        (await host.ReachAsync(there, JobState.Succeeded, TimeSpan.FromMinutes(2))).Attempts.ShouldBe(1);
    }
}
