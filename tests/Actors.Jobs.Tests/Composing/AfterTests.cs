using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Composing;

public sealed class AfterTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task A_job_begins_when_the_one_that_it_waits_for_has_succeeded(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
        var parent = await host.EnqueueAsync("parent");
        var child = await host.EnqueueAsync("child", o => o.After(parent));
        var status = await host.Jobs.GetAsync(child);
        status.State.ShouldBe(JobState.Awaiting);
        status.Awaits.ShouldBe([new AwaitedJob(parent, "default", AfterCondition.Succeeded)]);
        (await host.QueueAsync()).Awaiting.ShouldBe(1);
        (await host.Jobs.SearchAsync(new JobFilter { States = [JobState.Awaiting] })).Jobs.ShouldHaveSingleItem().Id.ShouldBe(child);
        var why = await host.Jobs.WhyAsync(child);
        why.Kind.ShouldBe(JobReasonKind.AwaitsOthers);
        why.Text.ShouldBe($"It waits for job {parent}, which is Running, to succeed.");
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.9));
        host.Script.Begun.ShouldBe(1);
        status = await host.ReachAsync(child, JobState.Succeeded);
        status.Awaits.ShouldBeEmpty();
        (await host.Jobs.GetAsync(parent)).FinishedAt!.Value.ShouldBeLessThanOrEqualTo(host.Script.Attempts[1].BeganAt);
        (await host.QueueAsync()).Awaiting.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task When_a_job_fails_for_good_those_that_wait_for_it_are_cancelled_down_the_chain_and_those_for_any_end_run(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 2);
        host.Script.Body = (context, _) => context.Id == host.Bad ? throw new InvalidOperationException("planned") : Task.CompletedTask;
        host.Bad = JobId.Create(system.Time, new Random(seed));
        var parent = await host.EnqueueAsync("parent", o => o.Id(host.Bad));
        var child = await host.EnqueueAsync("child", o => o.After(parent));
        var grandchild = await host.EnqueueAsync("grandchild", o => o.After(child));
        var always = await host.EnqueueAsync("always", o => o.After(parent, AfterCondition.Finished));
        await host.ReachAsync(parent, JobState.Retrying);
        (await host.StateAsync(child)).ShouldBe(JobState.Awaiting, "The next attempt may succeed.");
        await host.ReachAsync(always, JobState.Succeeded, TimeSpan.FromMinutes(2));
        (await host.ReachAsync(child, JobState.Cancelled)).Error.ShouldBe($"Job {parent}, which it waits for, has failed.");
        (await host.ReachAsync(grandchild, JobState.Cancelled)).Error.ShouldBe($"Job {child}, which it waits for, was cancelled.");
        host.Script.Attempts.Select(attempt => attempt.Text).ShouldBe(["parent", "parent", "always"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_waits_for_all_that_it_was_given_also_for_what_has_ended_before_it_was_enqueued(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.KeepSucceeded = false);
        var done = await host.EnqueueAsync("done");
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(5));
        var later = await host.EnqueueAsync("later", o => o.Delay(TimeSpan.FromMinutes(1)));
        var latest = await host.EnqueueAsync("latest", o => o.Delay(TimeSpan.FromMinutes(2)));
        var child = await host.EnqueueAsync("child", o => o.After([done, later, latest]));
        await system.AdvanceAsync(TimeSpan.FromSeconds(90));
        (await host.Jobs.GetAsync(child)).Awaits.Select(awaited => awaited.Id).ShouldBe([latest]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(31));
        host.Script.Attempts[^1].Text.ShouldBe("child");
        (await host.Jobs.FindAsync(latest))!.State.ShouldBe(JobState.Succeeded, "The end of what others wait for is kept.");
    }

    [Theory, OnEachDispatcher]
    public async Task A_delay_counts_from_when_there_is_nothing_else_to_wait_for_and_a_moment_does_not(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var parent = await host.EnqueueAsync("parent", o => o.Delay(TimeSpan.FromMinutes(10)));
        var delayed = await host.EnqueueAsync("delayed", o => o.After(parent).Delay(TimeSpan.FromMinutes(2)));
        var early = await host.EnqueueAsync("early", o => o.After(parent).At(system.Time.GetUtcNow() + TimeSpan.FromMinutes(1)));
        var late = await host.EnqueueAsync("late", o => o.After(parent).At(system.Time.GetUtcNow() + TimeSpan.FromMinutes(11)));
        await system.AdvanceAsync(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        (await host.StateAsync(early)).ShouldBe(JobState.Succeeded);
        (await host.StateAsync(late)).ShouldBe(JobState.Scheduled);
        (await host.Jobs.GetAsync(delayed)).DueAt!.Value.ShouldBe(system.Time.GetUtcNow() + TimeSpan.FromSeconds(119), TimeSpan.FromSeconds(1));
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.StateAsync(late)).ShouldBe(JobState.Succeeded);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.StateAsync(delayed)).ShouldBe(JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task What_waits_goes_on_waiting_after_a_restart_and_learns_what_ended_meanwhile(TestDispatcher dispatcher, int seed)
    {
        JobId parent, child, other;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, o => (o.TrimBytes, o.ForwardBytes, o.HistoryBatch) = (200, 0, 3), _journal, _history);
            parent = await host.EnqueueAsync("parent", o => o.Delay(TimeSpan.FromDays(1)));
            other = await host.EnqueueAsync("other", o => o.Delay(TimeSpan.FromSeconds(1)));
            child = await host.EnqueueAsync("child", o => o.After([parent, other]).Delay(TimeSpan.FromHours(1)));
            for (var i = 0; i < 130; i++)
            {
                // So much that what waits is written forward.
                await host.EnqueueAsync();
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            }
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: _journal, history: _history);
            var status = await host.Jobs.GetAsync(child);
            (status.State, status.Awaits.ShouldHaveSingleItem().Id).ShouldBe((JobState.Awaiting, parent));
            (await host.QueueAsync()).Awaiting.ShouldBe(1);
            await system.AdvanceAsync(TimeSpan.FromDays(1));
            (await host.StateAsync(child)).ShouldBe(JobState.Scheduled);
            await system.AdvanceAsync(TimeSpan.FromHours(1));
            (await host.StateAsync(child)).ShouldBe(JobState.Succeeded);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task What_waits_can_be_cancelled_deleted_and_edited_and_what_waits_for_that_follows(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var parent = await host.EnqueueAsync("parent", o => o.Delay(TimeSpan.FromMinutes(1)));
        var cancelled = await host.EnqueueAsync("cancelled", o => o.After(parent));
        var deleted = await host.EnqueueAsync("deleted", o => o.After(parent));
        var edited = await host.EnqueueAsync("edited", o => o.After(parent));
        var afterCancelled = await host.EnqueueAsync("after cancelled", o => o.After(cancelled));
        var afterDeleted = await host.EnqueueAsync("after deleted", o => o.After(deleted));
        var whenDeleted = await host.EnqueueAsync("when deleted", o => o.After(deleted, AfterCondition.Finished));
        (await host.Jobs.RetryAsync(edited)).State.ShouldBe(JobState.Awaiting, "Only a time can be waited for no more.");
        (await host.Jobs.CancelAsync(cancelled, "planned")).State.ShouldBe(JobState.Cancelled);
        (await host.Jobs.DeleteAsync(deleted)).ShouldBeTrue();
        (await host.Jobs.EditAsync(edited, new Work("edited again"))).State.ShouldBe(JobState.Awaiting);
        (await host.ReachAsync(afterCancelled, JobState.Cancelled)).Error.ShouldBe($"Job {cancelled}, which it waits for, was cancelled.");
        (await host.ReachAsync(afterDeleted, JobState.Cancelled)).Error.ShouldBe($"Job {deleted}, which it waits for, was deleted.");
        await host.ReachAsync(whenDeleted, JobState.Succeeded);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1) + TimeSpan.FromMilliseconds(100));
        (await host.StateAsync(edited)).ShouldBe(JobState.Succeeded);
        host.Script.Attempts.Select(attempt => attempt.Text).ShouldBe(["when deleted", "parent", "edited again"]);
    }

    [Theory, OnEachDispatcher]
    public async Task What_waits_holds_its_claim_to_be_the_only_one_and_no_limit(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Limits = new LimitOptions { ConcurrencyPerKey = 1 });
        var parent = await host.EnqueueAsync("parent", o => o.Delay(TimeSpan.FromMinutes(1)));
        var child = await host.EnqueueAsync("child", o => o.After(parent).Unique().Key("k"));
        (await host.EnqueueAsync("child", o => o.Unique())).ShouldBe(child);
        var free = await host.EnqueueAsync("free", o => o.Key("k"));
        await host.ReachAsync(free, JobState.Succeeded);
        var replacing = await host.EnqueueAsync("child", o => o.Unique(new UniqueRule { OnConflict = UniqueConflict.Replace }));
        await host.ReachAsync(replacing, JobState.Succeeded);
        (await host.ReachAsync(child, JobState.Cancelled)).Error.ShouldNotBeNull().ShouldContain("Replaced by");
        await system.AdvanceAsync(TimeSpan.FromMinutes(2));
        host.Script.Attempts.Select(attempt => attempt.Text).ShouldBe(["free", "child", "parent"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_failed_job_that_is_repeated_does_not_bring_back_what_was_cancelled_with_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        host.Script.Body = (context, _) => context.Id == host.Bad ? throw new InvalidOperationException("planned") : Task.CompletedTask;
        var parent = host.Bad = await host.EnqueueAsync("parent", o => o.Delay(TimeSpan.FromSeconds(1)));
        var child = await host.EnqueueAsync("child", o => o.After(parent));
        await host.ReachAsync(child, JobState.Cancelled);
        var again = await host.Jobs.RunAgainAsync(parent);
        await host.ReachAsync(again.Id, JobState.Succeeded);
        (await host.StateAsync(child)).ShouldBe(JobState.Cancelled);
        var childAgain = await host.Jobs.RunAgainAsync(child);
        (await host.ReachAsync(childAgain.Id, JobState.Succeeded)).Awaits.ShouldBeEmpty();
    }

    [Theory, OnEachDispatcher]
    public async Task Nothing_is_enqueued_to_wait_for_what_is_not_there(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var unknown = JobId.Create(system.Time, new Random(seed));
        (await Expect.ThrowsAsync<UnknownParentException>(() => host.EnqueueAsync("child", o => o.After(unknown)))).Message.ShouldBe(
            $"There is no job and no batch {unknown} to wait for: it was never enqueued here, was deleted, or is older than the history keeps. Nothing was enqueued.");
        (await Expect.ThrowsAsync<ArgumentException>(() => host.EnqueueAsync("child", o => o.After(default(JobId))))).Message.ShouldBe(
            "A job cannot wait for the id of no job. Pass what EnqueueAsync has returned. (Parameter 'parent')");
        (await Expect.ThrowsAsync<ArgumentException>(() => host.EnqueueAsync("child", o => o.Id(unknown).After(unknown)))).Message.ShouldBe(
            $"These jobs would wait for each other for ever: {unknown} waits for {unknown}. Nothing was enqueued.");
        (await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => host.EnqueueAsync("child", o => o.After(unknown, (AfterCondition)7)))).Message.ShouldStartWith(
            "There are Succeeded and Finished.");
        (await Expect.ThrowsAsync<ArgumentException>(() => host.EnqueueAsync("child", o => o.After(Enumerable.Range(0, 101).Select(_ => JobId.Create(system.Time, system.System.Random)))))).Message.ShouldBe(
            "A job waits for at most 100 others. Enqueue those as a batch, and wait for that. (Parameter 'parent')");
        (await host.Jobs.CountAsync(new JobFilter())).ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task Ten_thousand_that_wait_for_one_go_on_in_the_order_in_which_they_were_enqueued(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 0));
        var parent = await host.EnqueueAsync("parent", o => o.Delay(TimeSpan.FromMinutes(1)));
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 10_000).Select(i => new Work($"{i}"))], o => o.After(parent));
        (await host.QueueAsync()).Awaiting.ShouldBe(10_000);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        host.Script.Attempts.Skip(1).Select(attempt => attempt.Text).ShouldBe(Enumerable.Range(0, 10_000).Select(i => $"{i}"));
    }
}
