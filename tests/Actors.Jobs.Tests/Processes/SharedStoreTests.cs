using System.Diagnostics;

namespace Actors.Jobs.Tests.Processes;

public sealed class SharedStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-shared-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_process_that_only_enqueues_and_a_worker_share_a_store()
    {
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        await using var worker = await Node.StartAsync(_folder, isWorker: true);
        var id = await web.Jobs.EnqueueAsync(new SharedWork("from the web"));
        (await web.FinishAsync(id)).State.ShouldBe(JobState.Succeeded);
        worker.Ran.Attempts.ShouldBe([(id, "from the web")]);
    }

    [Fact]
    public async Task The_worker_may_be_the_owner()
    {
        await using var worker = await Node.StartAsync(_folder, isWorker: true);
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => web.Jobs.EnqueueAsync(new SharedWork())));
        foreach (var id in ids)
        {
            (await web.FinishAsync(id)).State.ShouldBe(JobState.Succeeded);
        }

        worker.Ran.Attempts.Select(a => a.Id).Order().ShouldBe(ids.Order());
        var status = await web.Jobs.GetQueueAsync("default");
        (status.Succeeded, status.IsConsumed).ShouldBe((100, false));
    }

    [Fact]
    public async Task Several_workers_share_the_work_and_no_job_runs_twice()
    {
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        var workers = new List<Node>();
        for (var i = 0; i < 4; i++)
        {
            var node = await Node.StartAsync(_folder, isWorker: true);
            node.Ran.Body = static (_, token) => Task.Delay(5, token);
            workers.Add(node);
        }

        var ids = await web.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 400).Select(_ => new SharedWork())]);
        foreach (var id in ids)
        {
            (await web.FinishAsync(id)).State.ShouldBe(JobState.Succeeded);
        }

        workers.SelectMany(worker => worker.Ran.Attempts.Select(a => a.Id)).Order().ShouldBe(ids.Order());
        workers.ShouldAllBe(worker => worker.Ran.Attempts.Count > 0);
        foreach (var worker in workers)
        {
            await worker.DisposeAsync();
        }
    }

    [Fact]
    public async Task When_the_owner_ends_another_takes_over_within_five_seconds_and_nothing_is_lost()
    {
        var first = await Node.StartAsync(_folder, isWorker: true);
        await using var second = await Node.StartAsync(_folder, isWorker: true);
        var delayed = await first.Jobs.EnqueueAsync(new SharedWork("later"), o => o.Delay(TimeSpan.FromSeconds(1)));
        await first.DisposeAsync();
        var watch = Stopwatch.StartNew();
        var id = await second.Jobs.EnqueueAsync(new SharedWork("after"));
        (await second.FinishAsync(id)).State.ShouldBe(JobState.Succeeded);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        (await second.FinishAsync(delayed)).State.ShouldBe(JobState.Succeeded);
        second.Ran.Attempts.Select(a => a.Text).ShouldBe(["after", "later"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_worker_that_starts_beside_a_live_owner_leaves_its_running_jobs_alone()
    {
        var release = new TaskCompletionSource();
        var ran = new Ran { Body = (_, token) => release.Task.WaitAsync(token) };
        await using var blue = await Node.StartAsync(_folder, isWorker: true, ran);
        var id = await blue.Jobs.EnqueueAsync(new SharedWork());
        await UntilAsync(() => ran.Attempts.Count == 1);
        await using var green = await Node.StartAsync(_folder, isWorker: true, ran);
        (await green.Jobs.GetAsync(id)).State.ShouldBe(JobState.Running);
        release.SetResult();
        (await green.FinishAsync(id)).Attempts.ShouldBe(1);
        ran.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Jobs_that_a_member_runs_go_on_while_the_ownership_moves()
    {
        var release = new TaskCompletionSource();
        var owner = await Node.StartAsync(_folder, isWorker: false);
        var ran = new Ran { Body = (_, token) => release.Task.WaitAsync(token) };
        await using var member = await Node.StartAsync(_folder, isWorker: true, ran);
        var id = await owner.Jobs.EnqueueAsync(new SharedWork());
        await UntilAsync(() => ran.Attempts.Count == 1);
        await owner.DisposeAsync();
        var after = await member.Jobs.EnqueueAsync(new SharedWork("after"));
        await UntilAsync(() => ran.Attempts.Count == 2, member);
        release.SetResult();
        (await member.FinishAsync(id)).ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Succeeded), job => job.Attempts.ShouldBe(1));
        (await member.FinishAsync(after)).State.ShouldBe(JobState.Succeeded);
        ran.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Nor_has_it_less_time_than_before_because_its_own_process_takes_over()
    {
        var options = new QueueOptions { Workers = 4, StopTimeout = TimeSpan.FromMilliseconds(200) };
        var release = new TaskCompletionSource();
        var owner = await Node.StartAsync(_folder, isWorker: false, options: options);
        var ran = new Ran { Body = (_, token) => release.Task.WaitAsync(token) };
        await using var member = await Node.StartAsync(_folder, isWorker: true, ran, options);
        var id = await owner.Jobs.EnqueueAsync(new SharedWork());
        await UntilAsync(() => ran.Attempts.Count == 1);
        await owner.DisposeAsync();
        await member.Jobs.EnqueueAsync(new SharedWork("after"));
        await UntilAsync(() => ran.Attempts.Count == 2, member);
        await Task.Delay(TimeSpan.FromSeconds(2)); // Ten times what a stop would give it: an attempt that is cut off would show as a third.
        release.SetResult();
        (await member.FinishAsync(id)).ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Succeeded), job => job.Attempts.ShouldBe(1));
        ran.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_longest_of_all_delays_is_that_of_any_other_process()
    {
        await using var owner = await Node.StartAsync(_folder, isWorker: false);
        await using var member = await Node.StartAsync(_folder, isWorker: true);
        var never = await member.Jobs.EnqueueAsync(new SharedWork("never"), o => o.Delay(TimeSpan.MaxValue));
        var now = await member.Jobs.EnqueueAsync(new SharedWork("now"));
        (await member.FinishAsync(now)).State.ShouldBe(JobState.Succeeded);
        (await owner.Jobs.GetAsync(never)).State.ShouldBe(JobState.Scheduled);
        (await member.Jobs.GetAsync(never)).DueAt!.Value.Year.ShouldBe(9999);
    }

    [Fact]
    public async Task A_job_that_a_member_runs_is_cancelled_from_another()
    {
        await using var owner = await Node.StartAsync(_folder, isWorker: false);
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        var ran = new Ran { Body = static (_, token) => Task.Delay(Timeout.Infinite, token) };
        await using var member = await Node.StartAsync(_folder, isWorker: true, ran);
        var id = await web.Jobs.EnqueueAsync(new SharedWork());
        await UntilAsync(() => ran.Attempts.Count == 1);
        (await web.Jobs.CancelAsync(id, "the customer changed her mind")).State.ShouldBe(JobState.Running);
        var job = await web.FinishAsync(id);
        (job.State, job.Error).ShouldBe((JobState.Cancelled, "the customer changed her mind"));
    }

    [Fact]
    public async Task A_queue_is_paused_and_resumed_from_any_process()
    {
        await using var worker = await Node.StartAsync(_folder, isWorker: true);
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        (await web.Jobs.PauseAsync("default", "holiday")).Pause.ShouldNotBeNull().Reason.ShouldBe("holiday");
        var id = await web.Jobs.EnqueueAsync(new SharedWork());
        (await web.Jobs.GetAsync(id)).State.ShouldBe(JobState.Waiting);
        (await worker.Jobs.GetQueueAsync("default")).Pause.ShouldNotBeNull();
        worker.Ran.Attempts.ShouldBeEmpty();
        await Should.ThrowAsync<QueueUnavailableException>(() => web.Jobs.ListAsync("default"));
        (await web.Jobs.ResumeAsync("default")).Pause.ShouldBeNull();
        (await web.FinishAsync(id)).State.ShouldBe(JobState.Succeeded);
    }

    [Fact]
    public async Task What_a_worker_has_not_begun_comes_back_when_its_queue_is_paused()
    {
        var options = new QueueOptions { Workers = 1, Prefetch = 4 };
        await using var web = await Node.StartAsync(_folder, isWorker: false, options: options);
        var release = new TaskCompletionSource();
        var ran = new Ran { Body = (_, token) => release.Task.WaitAsync(token) };
        await using var worker = await Node.StartAsync(_folder, isWorker: true, ran, options);
        var ids = await web.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 5).Select(i => new SharedWork($"{i}"))]);
        await UntilAsync(() => ran.Attempts.Count == 1);
        await UntilAsync(async () => (await web.Jobs.GetQueueAsync("default")).Running == 5);
        await web.Jobs.PauseAsync("default");
        await UntilAsync(async () => (await web.Jobs.GetQueueAsync("default")) is { Running: 1, Waiting: 4 });
        release.SetResult();
        (await web.FinishAsync(ids[0])).State.ShouldBe(JobState.Succeeded);
        ran.Attempts.Count.ShouldBe(1);
        await web.Jobs.ResumeAsync("default");
        foreach (var id in ids)
        {
            (await web.FinishAsync(id)).Attempts.ShouldBe(1);
        }

        ran.Attempts.Select(attempt => attempt.Text).ShouldBe(["0", "1", "2", "3", "4"]);
    }

    [Fact]
    public async Task A_pause_with_an_end_that_another_process_has_asked_for_ends_by_itself()
    {
        await using var worker = await Node.StartAsync(_folder, isWorker: true);
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        var until = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddSeconds(2).ToUnixTimeMilliseconds());
        (await web.Jobs.PauseAsync("default", "two seconds", until)).Pause.ShouldNotBeNull().Until.ShouldBe(until);
        var id = await web.Jobs.EnqueueAsync(new SharedWork());
        (await web.FinishAsync(id)).FinishedAt.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(until);
        (await web.Jobs.GetQueueAsync("default")).Pause.ShouldBeNull();
    }

    [Fact]
    public async Task A_queue_is_drained_from_another_process_and_refuses_the_jobs_of_its_owner()
    {
        await using var worker = await Node.StartAsync(_folder, isWorker: true);
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        var ids = await web.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 50).Select(_ => new SharedWork())]);
        await UntilAsync(() => worker.Ran.Attempts.Count > 0, worker);
        var drained = await web.Jobs.DrainAsync("default", "upgrade");
        (drained.Waiting, drained.Running, drained.Drain?.Reason).ShouldBe((0, 0, "upgrade"));
        foreach (var id in ids)
        {
            (await web.Jobs.GetAsync(id)).State.ShouldBe(JobState.Succeeded);
        }

        await Should.ThrowAsync<QueueUnavailableException>(() => worker.Jobs.EnqueueAsync(new SharedWork()));
        (await web.Jobs.ResumeAsync("default")).Drain.ShouldBeNull();
        await worker.FinishAsync(await worker.Jobs.EnqueueAsync(new SharedWork()));
    }

    [Fact]
    public async Task Jobs_are_edited_and_deleted_from_another_process()
    {
        await using var worker = await Node.StartAsync(_folder, isWorker: true);
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        await web.Jobs.PauseAsync("default");
        var edited = await web.Jobs.EnqueueAsync(new SharedWork("x"));
        var deleted = await web.Jobs.EnqueueAsync(new SharedWork("deleted"));
        (await web.Jobs.EditAsync(edited, new SharedWork("y"))).Id.ShouldBe(edited);
        (await web.Jobs.DeleteAsync(deleted)).ShouldBeTrue();
        await web.Jobs.ResumeAsync("default");
        (await web.FinishAsync(edited)).State.ShouldBe(JobState.Succeeded);
        worker.Ran.Attempts.ShouldBe([(edited, "y")]);
        (await web.Jobs.FindAsync(deleted)).ShouldBeNull();

        // What has finished is repeated from anywhere, and deleted by the owner of the history.
        var copy = await web.Jobs.EditAsync(edited, new SharedWork("z"));
        await web.FinishAsync(copy.Id);
        worker.Ran.Attempts[^1].ShouldBe((copy.Id, "z"));
        await web.FinishAsync((await web.Jobs.RunAgainAsync(copy.Id)).Id);
        worker.Ran.Attempts.Select(a => a.Text).ShouldBe(["y", "z", "z"]);
        await Should.ThrowAsync<QueueUnavailableException>(() => web.Jobs.DeleteAsync(copy.Id));
        (await worker.Jobs.DeleteAsync(copy.Id)).ShouldBeTrue();
        (await web.Jobs.FindAsync(copy.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task Why_a_job_does_not_run_is_told_in_any_process()
    {
        await using var owner = await Node.StartAsync(_folder, isWorker: false);
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        var id = await web.Jobs.EnqueueAsync(new SharedWork());
        (await web.Jobs.WhyAsync(id)).ShouldSatisfyAllConditions(why => why.Kind.ShouldBe(JobReasonKind.NotConsumed), why => why.Id.ShouldBe(id));
        var until = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds());
        var paused = await owner.Jobs.PauseAsync("default", "holiday", until);
        (await web.Jobs.WhyAsync(id)).ShouldBe(await owner.Jobs.WhyAsync(id));
        (await web.Jobs.WhyAsync(id)).ShouldSatisfyAllConditions(
            why => why.Kind.ShouldBe(JobReasonKind.QueuePaused), why => why.Until.ShouldBe(until), why => why.Because.ShouldBe("holiday"), why => why.Since.ShouldBe(paused.Pause?.Since));
        await web.Jobs.ResumeAsync("default");

        var release = new TaskCompletionSource();
        var ran = new Ran { Body = (_, token) => release.Task.WaitAsync(token) };
        await using var worker = await Node.StartAsync(_folder, isWorker: true, ran);
        await UntilAsync(() => ran.Attempts.Count == 1, worker);
        (await web.Jobs.WhyAsync(id)).ShouldSatisfyAllConditions(
            why => why.Kind.ShouldBe(JobReasonKind.Running), why => why.Node.ShouldBe(worker.Id), why => why.Text.ShouldBe($"Attempt 1 is with process {worker.Id} of the store."));
        release.SetResult();
        await web.FinishAsync(id);
        (await web.Jobs.WhyAsync(id)).Kind.ShouldBe(JobReasonKind.Finished);
    }

    [Fact]
    public async Task The_jobs_that_a_limit_waits_for_are_told_in_any_process()
    {
        await using var owner = await Node.StartAsync(_folder, isWorker: false, options: new QueueOptions { Limits = { ConcurrencyPerKey = 2 } });
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        var release = new TaskCompletionSource();
        var ran = new Ran { Body = (_, token) => release.Task.WaitAsync(token) };
        await using var worker = await Node.StartAsync(_folder, isWorker: true, ran);
        var ids = await web.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 4).Select(n => new SharedWork($"{n}"))], o => o.Key("acme"));
        await UntilAsync(() => ran.Attempts.Count == 2, worker);
        var why = await web.Jobs.WhyAsync(ids[3]);
        why.ShouldBe(await owner.Jobs.WhyAsync(ids[3]));
        (why.Kind, why.Key, why.Before).ShouldBe((JobReasonKind.KeyConcurrencyLimit, "acme", 1));
        why.WaitsFor.ShouldBe([ids[0], ids[1]]);
        release.SetResult();
        await web.FinishAsync(ids[3]);
    }

    [Fact]
    public async Task What_was_enqueued_while_nobody_owned_the_store_is_not_lost()
    {
        var owner = await Node.StartAsync(_folder, isWorker: false);
        var member = await Node.StartAsync(_folder, isWorker: false);
        await owner.DisposeAsync();
        var id = await member.Jobs.EnqueueAsync(new SharedWork());
        await member.DisposeAsync();
        await using var worker = await Node.StartAsync(_folder, isWorker: true);
        (await worker.FinishAsync(id)).State.ShouldBe(JobState.Succeeded);
    }

    private static Task UntilAsync(Func<Task<bool>> condition) => Sqlite.StoreHost.UntilAsync(condition);

    private static async Task UntilAsync(Func<bool> condition, Node? node = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), $"It does not come. {node?.Log}");
            await Task.Delay(5);
        }
    }
}
