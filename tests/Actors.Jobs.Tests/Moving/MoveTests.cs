using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Moving;

/// <summary>Jobs that go to other queues.</summary>
public sealed class MoveTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task A_job_goes_to_another_queue_and_runs_there_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await MovingHost.StartAsync(system);
        var id = await host.EnqueueAsync("moved");
        var moved = await host.Jobs.MoveAsync(id, "b");
        (moved.Id, moved.Queue, moved.State).ShouldBe((id, "b", JobState.Waiting));
        (await host.Jobs.GetAsync(id)).ShouldBe(moved);
        (await host.Jobs.GetQueueAsync("a")).Waiting.ShouldBe(0);
        (await host.Jobs.GetQueueAsync("b")).Waiting.ShouldBe(1);
        (await host.Jobs.CountAsync(new JobFilter { Queue = "b" })).ShouldBe(1);
        await host.Jobs.ResumeAsync("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        host.Script.Begun.ShouldBe(0);
        await host.Jobs.ResumeAsync("b");
        var end = await host.FinishAsync(id);
        (end.Queue, end.State, end.Attempts, end.EnqueuedAt).ShouldBe(("b", JobState.Succeeded, 1, moved.EnqueuedAt));
        host.Script.Attempts.Select(attempt => attempt.Text).ShouldBe(["moved"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_keeps_all_that_it_has(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await MovingHost.StartAsync(system, isPaused: false, configure: (_, o) => (o.Retry.MaxAttempts, o.Retry.Backoff.Min) = (2, TimeSpan.FromHours(1)));
        host.Script.Body = async (context, cancellationToken) =>
        {
            await context.StepAsync("charge", _ => Task.FromResult(7), cancellationToken);
            if (context.Queue == "a")
            {
                throw new InvalidOperationException("planned");
            }
        };
        var id = await host.EnqueueAsync("with all", o => o.Key("acme").Tag("red").Tag("blue").Priority(JobPriority.High));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var before = await host.Jobs.GetAsync(id);
        (before.State, before.Attempts, before.Error).ShouldSatisfyAllConditions(x => x.State.ShouldBe(JobState.Retrying), x => x.Attempts.ShouldBe(1), x => x.Error.ShouldNotBeNull());
        (await host.Jobs.MoveAsync(id, "b")).ShouldBe(before with { Queue = "b" });
        (await host.Jobs.GetAsync(id)).ShouldBe(before with { Queue = "b" });
        (await host.Jobs.SearchAsync(new JobFilter { Tag = "blue", Key = "acme", Queue = "b" })).Jobs.ShouldHaveSingleItem().Id.ShouldBe(id);
        (await host.Jobs.SearchAsync(new JobFilter { Tag = "blue" })).Jobs.ShouldHaveSingleItem().Id.ShouldBe(id);

        // The other queue goes on where this one was, also when it has forgotten everything but its journal.
        host.Restart("b");
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.Jobs.GetAsync(id)).ShouldBe(before with { Queue = "b" });
        await system.AdvanceAsync(TimeSpan.FromMinutes(58));
        host.Script.Begun.ShouldBe(1);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        var end = await host.FinishAsync(id);
        (end.State, end.Attempts, end.Key, end.Queue).ShouldBe((JobState.Succeeded, 2, "acme", "b"));
        end.Tags.ShouldBe(["red", "blue"]);
        host.Script.Attempts.Select(attempt => attempt.Number).ShouldBe([1, 2]);
    }

    [Theory, OnEachDispatcher]
    public async Task Jobs_that_wait_for_a_time_a_person_or_others_go_as_they_are(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await MovingHost.StartAsync(system);
        var now = system.Time.GetUtcNow();
        var later = await host.EnqueueAsync("later", o => o.Delay(TimeSpan.FromMinutes(10)));
        var parent = await host.EnqueueAsync("parent", o => o.Delay(TimeSpan.FromMinutes(2)));
        var child = await host.EnqueueAsync("child", o => o.After(parent).Delay(TimeSpan.FromMinutes(1)));
        foreach (var id in new[] { later, child })
        {
            await host.Jobs.MoveAsync(id, "b");
        }

        ((await host.Jobs.GetAsync(later)).DueAt, (await host.Jobs.GetAsync(child)).State).ShouldBe((now.AddMinutes(10), JobState.Awaiting));
        (await host.Jobs.GetAsync(child)).Awaits.ShouldHaveSingleItem().Id.ShouldBe(parent);
        await host.ResumeAsync();
        await system.AdvanceAsync(TimeSpan.FromMinutes(11));
        host.Script.Attempts.Select(attempt => attempt.Text).ShouldBe(["parent", "child", "later"]);
        host.Script.Attempts.Select(attempt => (int)(attempt.BeganAt - now).TotalMinutes).ShouldBe([2, 3, 10]);
    }

    [Theory, OnEachDispatcher]
    public async Task Arguments_that_are_not_in_memory_go_along(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await MovingHost.StartAsync(system, configure: (_, o) => o.CacheBytes = 0);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 40).Select(n => new Work($"{n:00}"))], o => o.Queue("a"));
        foreach (var id in ids.Reverse())
        {
            await host.Jobs.MoveAsync(id, "b");
        }

        await host.ResumeAsync();
        foreach (var id in ids)
        {
            (await host.FinishAsync(id)).Queue.ShouldBe("b");
        }

        host.Script.Attempts.Select(attempt => attempt.Text).Order().ShouldBe(Enumerable.Range(0, 40).Select(n => $"{n:00}"));
    }

    [Theory, OnEachDispatcher]
    public async Task To_and_fro_it_is_always_found(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await MovingHost.StartAsync(system);
        var id = await host.EnqueueAsync();
        foreach (var queue in new[] { "b", "a", "c", "b", "a", "c" })
        {
            var moving = host.Jobs.MoveAsync(id, queue);
            while (!moving.IsCompleted)
            {
                (await host.Jobs.GetAsync(id)).State.ShouldBe(JobState.Waiting);
                (await host.Jobs.SearchAsync(new JobFilter())).Jobs.Count.ShouldBeLessThanOrEqualTo(1, "A search asks all queues at once, and may miss what goes from one to another just then.");
            }

            (await host.Jobs.SearchAsync(new JobFilter())).Jobs.Count.ShouldBe(1);

            (await moving).Queue.ShouldBe(queue);
        }

        await host.ResumeAsync();
        (await host.FinishAsync(id)).Queue.ShouldBe("c");
        host.Script.Begun.ShouldBe(1);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.Jobs.GetAsync(id)).State.ShouldBe(JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task What_cannot_go_is_refused_with_the_reason(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await MovingHost.StartAsync(system);
        var id = await host.EnqueueAsync();
        (await Expect.ThrowsAsync<UnknownQueueException>(() => host.Jobs.MoveAsync(id, "x"))).Message.ShouldContain("'x'");
        await Expect.ThrowsAsync<UnknownJobException>(() => host.Jobs.MoveAsync(JobId.Create(system.Time, new Random(1)), "b"));
        await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.MoveAsync(id, " "));
        (await host.Jobs.MoveAsync(id, "a")).Queue.ShouldBe("a", "Where it is already: nothing to do.");

        host.Script.Body = (_, cancellationToken) => host.Script.WaitAsync(cancellationToken);
        await host.ResumeAsync();
        await system.DrainAsync();
        var running = await Expect.ThrowsAsync<JobRefusedException>(() => host.Jobs.MoveAsync(id, "b"));
        (running.State, running.Message).ShouldSatisfyAllConditions(x => x.State.ShouldBe(JobState.Running), x => x.Message.ShouldContain("It is running, or about to. Wait until its attempt has ended, or cancel it."));
        await host.Jobs.CancelAsync(id);
        await host.FinishAsync(id);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await Expect.ThrowsAsync<JobRefusedException>(() => host.Jobs.MoveAsync(id, "b"))).Message.ShouldContain("It has finished: only a job that is to run can go to another queue.");

        await host.Jobs.PauseAsync("a");
        var batch = await host.Jobs.EnqueueBatchAsync([new Work("member")], b => b.Each((o, _) => o.Queue("a")));
        var member = (await host.Jobs.SearchAsync(new JobFilter { Queue = "a", States = [JobState.Waiting] })).Jobs.ShouldHaveSingleItem();
        (await Expect.ThrowsAsync<JobRefusedException>(() => host.Jobs.MoveAsync(member.Id, "b"))).Message.ShouldContain($"It belongs to batch {batch.Id}, whose jobs are counted in this queue.");
        (await host.Jobs.MoveManyAsync(new JobFilter { Queue = "a" }, "b", 10)).ShouldBe(new BulkResult(1, 0));
        (await host.Jobs.GetQueueAsync("b")).Waiting.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_queue_that_takes_nothing_new_refuses_and_the_job_goes_on_where_it_was(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await MovingHost.StartAsync(system);
        var id = await host.EnqueueAsync();
        var later = await host.EnqueueAsync("later", o => o.Delay(TimeSpan.FromMinutes(1)));
        var child = await host.EnqueueAsync("child", o => o.After(id));
        await system.WhenAsync(host.Jobs.DrainAsync("b"));
        foreach (var job in new[] { id, later, child, id })
        {
            (await Expect.ThrowsAsync<JobRefusedException>(() => host.Jobs.MoveAsync(job, "b"))).Message.ShouldContain("Queue 'b' is drained, and takes no new jobs.");
        }

        host.Restart("a");
        await system.AdvanceAsync(TimeSpan.FromSeconds(30));
        await host.ResumeAsync();
        await system.AdvanceAsync(TimeSpan.FromMinutes(2));
        host.Script.Attempts.Select(attempt => attempt.Text).ShouldBe(["x", "child", "later"]);
        (await host.Jobs.GetAsync(later)).Queue.ShouldBe("a");
    }

    [Theory, OnEachDispatcher]
    public async Task The_only_one_of_its_kind_is_so_in_the_queue_that_it_is_in(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await MovingHost.StartAsync(system);
        var first = await host.EnqueueAsync("same", o => o.Unique());
        var there = await host.EnqueueAsync("same", o => o.Unique(), "b");
        (await Expect.ThrowsAsync<JobRefusedException>(() => host.Jobs.MoveAsync(first, "b"))).Message.ShouldContain($"Queue 'b' has job {there} of the same kind.");
        (await host.EnqueueAsync("same", o => o.Unique())).ShouldBe(first, "It has kept its claim.");
        await host.Jobs.MoveAsync(first, "c");
        var next = await host.EnqueueAsync("same", o => o.Unique());
        next.ShouldNotBe(first, "The claim went with it.");
        (await host.EnqueueAsync("same", o => o.Unique(), "c")).ShouldBe(first);
        host.Restart("c");
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.EnqueueAsync("same", o => o.Unique(), "c")).ShouldBe(first);

        // One that replaces others does so there.
        var stronger = await host.EnqueueAsync("other", o => o.Unique(new UniqueRule { OnConflict = UniqueConflict.Replace }));
        var weaker = await host.EnqueueAsync("other", o => o.Unique(new UniqueRule { OnConflict = UniqueConflict.Replace }), "b");
        await host.Jobs.MoveAsync(stronger, "b");
        await system.DrainAsync();
        (await host.Jobs.GetAsync(weaker)).ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Cancelled), job => job.Error.ShouldBe($"Replaced by {stronger}, which is of the same kind."));
    }

    [Theory, OnEachDispatcher]
    public async Task An_id_that_has_gone_to_another_queue_is_not_enqueued_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await MovingHost.StartAsync(system);
        var id = await host.EnqueueAsync("once");
        await host.Jobs.MoveAsync(id, "b");
        (await host.EnqueueAsync("once", o => o.Id(id))).ShouldBe(id);
        await host.ResumeAsync();
        (await host.FinishAsync(id)).Queue.ShouldBe("b");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.Begun.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task All_that_match_go_in_parts_and_no_more_than_were_counted(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await MovingHost.StartAsync(system, _journal, _history);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 2_300).Select(n => new Work($"{n}"))], o => o.Queue("a").Tag("t"));
        await host.EnqueueAsync("of c", o => o.Tag("t").Delay(TimeSpan.FromHours(1)), "c");
        var other = await host.EnqueueAsync("other");
        await host.EnqueueAsync("there already", o => o.Tag("t"), "b");
        var filter = new JobFilter { Tag = "t" };
        (await Expect.ThrowsAsync<TooManyJobsException>(() => host.Jobs.MoveManyAsync(filter, "b", 2_300))).Matched.ShouldBe(2_301);
        (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.MoveManyAsync(new JobFilter { Queue = "b" }, "b", 1))).Message.ShouldStartWith("The filter names queue 'b', where its jobs are already. Nothing was moved.");
        (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.MoveManyAsync(new JobFilter(), "b", 1))).Message.ShouldStartWith("The filter matches every job of every queue, and nothing was changed.");
        await Expect.ThrowsAsync<UnknownQueueException>(() => host.Jobs.MoveManyAsync(filter, "x", 1));
        (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.MoveManyAsync(filter with { States = [JobState.Running] }, "b", 1))).Message.ShouldContain("which cannot be moved; those that are Scheduled, Waiting, Retrying,");
        (await host.Jobs.GetQueueAsync("b")).Waiting.ShouldBe(1);
        (await host.Jobs.MoveManyAsync(filter.Arg("text", "7"), "c", 1)).ShouldBe(new BulkResult(1, 1));
        (await host.Jobs.MoveManyAsync(filter, "b", 2_301)).ShouldBe(new BulkResult(2_301, 2_301));
        (await host.Jobs.GetQueueAsync("a")).Waiting.ShouldBe(1);
        (await host.Jobs.GetAsync(other)).Queue.ShouldBe("a");
        var there = await host.Jobs.GetQueueAsync("b");
        (there.Waiting, there.Scheduled).ShouldBe((2_301, 1));
        (await host.Jobs.MoveManyAsync(filter, "b", 0)).ShouldBe(new BulkResult(0, 0));
        await host.ResumeAsync();
        await system.AdvanceAsync(TimeSpan.FromHours(2));
        host.Script.Begun.ShouldBe(2_303);
        (await host.Jobs.CountAsync(new JobFilter { States = [JobState.Succeeded] })).ShouldBe(2_303);
    }
}
