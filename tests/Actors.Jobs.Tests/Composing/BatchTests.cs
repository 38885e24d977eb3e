using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Composing;

public sealed class BatchTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task What_follows_a_batch_begins_when_all_its_jobs_have_ended(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.KeepSucceeded = false);
        await host.StartConsumingAsync("second");
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
        var batch = await host.Jobs.EnqueueBatchAsync(
            [.. Enumerable.Range(0, 10).Select(i => new Work($"{i}"))], b => b.OnSucceeded(new Work("done")).OnFinished(new Second("report")));
        (batch.Queue, batch.Expected, batch.Enqueued, batch.Pending, batch.IsComplete).ShouldBe(("default", 10, 10, 10, false));
        (await host.Jobs.GetAsync(batch.IdOf(3))).Batch.ShouldBe(batch.Id);
        await system.AdvanceAsync(TimeSpan.FromSeconds(2.5));
        host.Script.Begun.ShouldBe(10);
        (await host.Jobs.GetBatchAsync(batch.Id))!.Pending.ShouldBe(2);
        var waiting = (await host.Jobs.SearchAsync(new JobFilter { States = [JobState.Awaiting] })).Jobs;
        waiting.Count.ShouldBe(2);
        (await host.Jobs.WhyAsync(waiting.Single(job => job.Queue == "default").Id)).Text.ShouldBe($"It waits for batch {batch.Id}, 8 of whose 10 jobs have ended, to succeed.");
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));
        host.Script.Attempts.Skip(10).Select(attempt => attempt.Text).ShouldBe(["done", "report"], ignoreOrder: true);
        var after = (await host.Jobs.GetBatchAsync(batch.Id))!;
        (after.Succeeded, after.Failed, after.Cancelled, after.IsComplete).ShouldBe((10, 0, 0, true));
    }

    [Theory, OnEachDispatcher]
    public async Task A_batch_of_which_something_failed_cancels_what_follows_success_and_a_job_that_is_retried_counts_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 2);
        host.Script.Body = (context, _) => context.Tags.Contains("bad") || (context.Tags.Contains("late") && context.Attempt == 1)
            ? throw new InvalidOperationException("planned")
            : Task.CompletedTask;
        var batch = await host.Jobs.EnqueueBatchAsync(
            [.. Enumerable.Range(0, 4).Select(i => new Work($"{i}"))],
            b => b.Each((o, i) => o.Tag(i == 1 ? "bad" : i == 2 ? "late" : "good").Delay(TimeSpan.FromSeconds(i == 3 ? 600 : 0)))
                .OnSucceeded(new Work("done"), o => o.Tag("callback"))
                .OnFinished(new Work("report"), o => o.Tag("callback")));
        await system.AdvanceAsync(TimeSpan.FromMinutes(2));
        (await host.Jobs.RunAgainAsync(batch.IdOf(1))).CopyOf.ShouldBe(batch.IdOf(1));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var counts = (await host.Jobs.GetBatchAsync(batch.Id))!;
        (counts.Succeeded, counts.Failed, counts.Cancelled, counts.Pending).ShouldBe((2, 1, 0, 1));
        (await host.Jobs.CancelAsync(batch.IdOf(3))).State.ShouldBe(JobState.Cancelled);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        counts = (await host.Jobs.GetBatchAsync(batch.Id))!;
        (counts.Succeeded, counts.Failed, counts.Cancelled, counts.IsComplete).ShouldBe((2, 1, 1, true));
        var callbacks = (await host.Jobs.SearchAsync(new JobFilter { Tag = "callback" })).Jobs.ToDictionary(job => job.State);
        callbacks[JobState.Cancelled].Error.ShouldBe($"Batch {batch.Id}, which it waits for, has not succeeded as a whole: of its 4 jobs, 1 have failed and 1 were cancelled.");
        callbacks[JobState.Succeeded].Attempts.ShouldBe(1);
        host.Script.Attempts[^1].Text.ShouldBe("report");
    }

    [Theory, OnEachDispatcher]
    public async Task A_batch_that_was_cut_short_is_completed_by_enqueuing_it_again_and_is_incomplete_until_then(TestDispatcher dispatcher, int seed)
    {
        var id = JobId.Create(TimeProvider.System, new Random(seed));
        Work[] works = [.. Enumerable.Range(0, 1_200).Select(i => new Work($"{i}"))];
        TimeSpan elapsed;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var journal = new SimulatedJournal(system.System, _journal);
            var host = await JobHost.StartAsync(system, o => o.KeepSucceeded = false, journal, _history);
            var parts = 0;
            journal.OnAppend = commits => commits.Sum(commit => commit.Payloads.Sum(row => row.Bytes.Length)) > 4_000 && ++parts > 1 ? AppendFault.Unavailable : AppendFault.None;
            var enqueued = host.Jobs.EnqueueBatchAsync(works, Configure);
            var failed = await Expect.ThrowsAsync<BatchIncompleteException>(() => system.WhenAsync(enqueued, TimeSpan.FromMinutes(2)));
            failed.Batch.ShouldBe(id);
            failed.Message.ShouldStartWith($"Of batch {id} in 'default', 500 of 1200 jobs are known to be enqueued. Enqueue it again with this id, .Id(…), and the same jobs: none is enqueued twice.");
            elapsed = system.Time.Elapsed;
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            await system.AdvanceAsync(elapsed);
            var host = await JobHost.StartAsync(system, o => o.KeepSucceeded = false, _journal, _history);
            await system.AdvanceAsync(TimeSpan.FromMinutes(1));
            var found = (await host.Jobs.GetBatchAsync(id))!;
            (found.Expected, found.Enqueued, found.Succeeded, found.IsComplete).ShouldBe((1_200, 500, 500, false));
            var before = host.Script.Begun;
            (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.EnqueueBatchAsync(works[..3], Configure))).Message.ShouldBe(
                $"Batch {id} has 1200 jobs, and cannot be enqueued again with 3. A batch is completed with the jobs that it began with; others need another batch. (Parameter 'jobs')");
            (await host.Jobs.EnqueueBatchAsync(works, Configure)).Enqueued.ShouldBe(1_200);
            await system.AdvanceAsync(TimeSpan.FromMinutes(1));
            (await host.Jobs.EnqueueBatchAsync(works, Configure)).Succeeded.ShouldBe(1_200);
            await system.AdvanceAsync(TimeSpan.FromMinutes(1));
            (host.Script.Begun - before).ShouldBe(701);
            host.Script.Attempts[^1].Text.ShouldBe("report");
        }

        void Configure(BatchOptions batch) => batch.Id(id).OnFinished(new Work("report"));
    }

    [Theory, OnEachDispatcher]
    public async Task A_batch_survives_restarts_and_writing_forward_and_is_forgotten_a_week_after_its_end(TestDispatcher dispatcher, int seed)
    {
        JobBatch batch, done;
        TimeSpan elapsed;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, o => (o.TrimBytes, o.ForwardBytes, o.HistoryBatch) = (200, 0, 3), _journal, _history);
            done = await host.Jobs.EnqueueBatchAsync([new Work("done")]);
            batch = await host.Jobs.EnqueueBatchAsync(
                [new Work("a"), new Work("b"), new Work("c")], b => b.Each((o, i) => o.Delay(TimeSpan.FromDays(i))).OnSucceeded(new Work("after")));
            for (var i = 0; i < 130; i++)
            {
                await host.EnqueueAsync();
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            }

            elapsed = system.Time.Elapsed;
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            await system.AdvanceAsync(elapsed);
            var host = await JobHost.StartAsync(system, journal: _journal, history: _history);
            (await host.Jobs.GetBatchAsync(done.Id))!.IsComplete.ShouldBeTrue();
            var found = (await host.Jobs.GetBatchAsync(batch.Id))!;
            (found.Expected, found.Enqueued, found.Succeeded).ShouldBe((3, 3, 1));
            await system.AdvanceAsync(TimeSpan.FromDays(2));
            host.Script.Attempts.Select(attempt => attempt.Text).ShouldBe(["b", "c", "after"]);
            await system.AdvanceAsync(TimeSpan.FromDays(6));
            await host.Jobs.EnqueueBatchAsync([new Work("another")]);
            (await host.Jobs.GetBatchAsync(done.Id)).ShouldBeNull();
            (await host.Jobs.GetBatchAsync(batch.Id)).ShouldNotBeNull();
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_batch_of_nothing_is_over_at_once_and_what_follows_it_begins(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var batch = await host.Jobs.EnqueueBatchAsync(Array.Empty<Work>(), b => b.OnSucceeded(new Work("done")));
        (batch.Expected, batch.IsComplete).ShouldBe((0, true));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.Attempts.ShouldHaveSingleItem().Text.ShouldBe("done");
        (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.EnqueueBatchAsync(Array.Empty<object>()))).Message.ShouldBe(
            "A batch of no jobs, of no type and with nothing that follows is in no queue. Give it jobs, or OnFinished or OnSucceeded. Nothing was enqueued. (Parameter 'jobs')");
    }

    [Theory, OnEachDispatcher]
    public async Task What_is_no_batch_is_refused_and_nothing_of_it_is_enqueued(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.EnqueueBatchAsync<object>([new Work(), new Second()]))).Message.ShouldBe(
            "The jobs of a batch are in one queue, but these are for 'default' and 'second'. Say Each((o, _) => o.Queue(…)), or enqueue two batches. Nothing was enqueued. (Parameter 'jobs')");
        (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.EnqueueBatchAsync([new Work()], b => b.Each((o, _) => o.Id(JobId.Create(system.Time, system.System.Random)))))).Message.ShouldBe(
            "The jobs of a batch have ids that are made from that of the batch. Leave out Id, or give the batch one. Nothing was enqueued. (Parameter 'options')");
        (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.EnqueueBatchAsync([new Work()], b => Enumerable.Range(0, 21).ToList().ForEach(_ => b.OnFinished(new Work()))))).Message.ShouldBe(
            "A batch has at most 20 jobs that follow it. Let one of them enqueue the others. (Parameter 'job')");
        await Expect.ThrowsAsync<JobTypeException>(() => host.Jobs.EnqueueBatchAsync([new Work()], b => b.OnFinished("no job")));
        (await host.Jobs.GetBatchAsync(JobId.Create(system.Time, new Random(seed)))).ShouldBeNull();
        (await host.Jobs.CountAsync(new JobFilter())).ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_batch_may_wait_and_be_waited_for_also_by_jobs_of_other_queues(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        await host.StartConsumingAsync("second");
        var first = await host.EnqueueAsync("first", o => o.Delay(TimeSpan.FromMinutes(1)));
        var batch = await host.Jobs.EnqueueBatchAsync([new Work("a"), new Work("b")], b => b.Each((o, _) => o.After(first)));
        var after = await host.Jobs.EnqueueAsync(new Second("after"), o => o.After(batch));
        var afterOne = await host.EnqueueAsync("after one", o => o.After(batch.IdOf(1)));
        await system.AdvanceAsync(TimeSpan.FromSeconds(59));
        host.Script.Begun.ShouldBe(0);
        await host.ReachAsync(after, JobState.Succeeded);
        await host.ReachAsync(afterOne, JobState.Succeeded);
        var late = await host.Jobs.EnqueueAsync(new Second("late"), o => o.After(batch));
        await host.ReachAsync(late, JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_of_a_batch_that_is_not_the_only_one_of_its_kind_counts_as_cancelled(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var batch = await host.Jobs.EnqueueBatchAsync([new Work("a"), new Work("b"), new Work("a")], b => b.Each((o, _) => o.Unique()));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var counts = (await host.Jobs.GetBatchAsync(batch.Id))!;
        (counts.Succeeded, counts.Cancelled, counts.IsComplete).ShouldBe((2, 1, true));
    }

    [Theory, OnEachDispatcher]
    public async Task A_batch_that_its_queue_remembers_no_more_is_not_enqueued_a_second_time(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        var id = JobId.Create(system.Time, new Random(seed));
        host.Bad = JobBatch.Derive(id, 'm', 1);
        host.Script.Body = (context, _) => context.Id == host.Bad ? throw new InvalidOperationException("planned") : Task.CompletedTask;
        object[] jobs = [new Work("1"), new Work("2"), new Work("3")];
        await host.Jobs.EnqueueBatchAsync(jobs, batch => batch.Id(id).OnFinished(new Work("callback")));
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        host.Script.Begun.ShouldBe(4);
        for (var i = 0; i <= 10_000; i++)
        {
            await host.Jobs.EnqueueBatchAsync(Array.Empty<Work>());
        }

        (await host.Jobs.GetBatchAsync(id)).ShouldBeNull();
        var again = await host.Jobs.EnqueueBatchAsync(jobs, batch => batch.Id(id).OnFinished(new Work("callback")));
        (again.IsComplete, again.Expected, again.Succeeded, again.Failed, again.Pending).ShouldBe((true, 3, 2, 1, 0));
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        host.Script.Begun.ShouldBe(4);
    }
}
