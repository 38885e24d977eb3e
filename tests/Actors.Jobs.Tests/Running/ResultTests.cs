using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Running;

/// <summary>What jobs return is kept, and their ends can be waited for.</summary>
public sealed class ResultTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory, OnEachDispatcher]
    public async Task What_a_job_returns_is_there_when_it_has_finished_and_after_a_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = static (context, _) => Task.FromResult(JobResult.Succeed(new Report("sales", [1, 2, 3])));
        var id = await host.EnqueueAsync();
        var status = await ReachedAsync(system, host.Jobs.WaitAsync(id));
        (status.State, status.Result).ShouldBe((JobState.Succeeded, """{"name":"sales","pages":[1,2,3]}"""));
        var report = await host.Jobs.GetResultAsync<Report>(id);
        (report.Name, report.Pages.Count).ShouldBe(("sales", 3));
        await system.AdvanceAsync(Second);
        (await host.Jobs.History.FindAsync(id, default)).ShouldNotBeNull().Result.ShouldBe(status.Result);
        (await host.Jobs.GetResultAsync<Report>(id)).Name.ShouldBe("sales");
        (await host.Jobs.SearchAsync(new JobFilter())).Jobs.ShouldHaveSingleItem().Result.ShouldBeNull("Lists are without them.");
    }

    [Theory, OnEachDispatcher]
    public async Task Without_a_result_it_is_said_why(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        var later = await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromHours(1)));
        (await FaultAsync<int>(host, later)).ShouldBe($"Job {later} is Scheduled, and its result cannot be told. It has not finished: await WaitAsync before.");

        var silent = await host.EnqueueAsync();
        await ReachedAsync(system, host.Jobs.WaitAsync(silent));
        (await FaultAsync<int>(host, silent)).ShouldContain("Its handler has returned none: let it answer JobResult.Succeed(value).");

        host.Script.Body = static (_, _) => throw new InvalidOperationException("no paper");
        var failed = await host.EnqueueAsync();
        (await ReachedAsync(system, host.Jobs.WaitAsync(failed))).State.ShouldBe(JobState.Failed);
        (await FaultAsync<int>(host, failed)).ShouldEndWith("Only jobs that have succeeded have one. System.InvalidOperationException: no paper");

        host.Script.Body = static (_, _) => Task.FromResult(JobResult.Succeed("a text"));
        var text = await host.EnqueueAsync();
        await ReachedAsync(system, host.Jobs.WaitAsync(text));
        (await FaultAsync<int>(host, text)).ShouldContain("What it has returned cannot be read as System.Int32: ");
        (await host.Jobs.GetResultAsync<string>(text)).ShouldBe("a text");
        await Expect.ThrowsAsync<UnknownJobException>(() => host.Jobs.GetResultAsync<int>(new JobId(Guid.NewGuid())));
        await Expect.ThrowsAsync<UnknownJobException>(() => host.Jobs.WaitAsync(new JobId(Guid.NewGuid())));
    }

    [Theory, OnEachDispatcher]
    public async Task A_result_that_cannot_be_kept_fails_the_job_once_and_for_good(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = static (_, _) => Task.FromResult(JobResult.Succeed(new string('x', 64 * 1024)));
        var large = await ReachedAsync(system, host.Jobs.WaitAsync(await host.EnqueueAsync()));
        (large.State, large.Attempts, large.Result).ShouldBe((JobState.Failed, 1, null));
        large.Error.ShouldBe("The work is done, but its result has 65538 bytes and at most 65536 are kept. Store it elsewhere and return its key.");

        host.Script.Body = static (_, _) => Task.FromResult(JobResult.Succeed<Func<int>>(() => 1));
        var strange = await ReachedAsync(system, host.Jobs.WaitAsync(await host.EnqueueAsync()));
        strange.Error.ShouldNotBeNull().ShouldStartWith("The work is done, but its result cannot be written as System.Func`1[System.Int32]: ");
        host.Script.Body = static (_, _) => Task.FromResult(JobResult.Succeed(new string('x', (64 * 1024) - 2)));
        (await ReachedAsync(system, host.Jobs.WaitAsync(await host.EnqueueAsync()))).State.ShouldBe(JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task Many_wait_for_a_job_across_its_retries_and_are_answered_when_it_ends(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.Backoff.Min = TimeSpan.FromMinutes(10));
        host.Script.Body = static (context, _) => context.Attempt < 3 ? throw new InvalidOperationException("not yet") : Task.FromResult(JobResult.Succeed(context.Attempt));
        var id = await host.EnqueueAsync();
        var waits = Enumerable.Range(0, 20).Select(_ => host.Jobs.WaitAsync(id)).ToList();
        await system.AdvanceAsync(TimeSpan.FromMinutes(15));
        waits.ShouldAllBe(wait => !wait.IsCompleted);
        using var impatient = new CancellationTokenSource();
        var left = host.Jobs.WaitAsync(id, impatient.Token);
        await impatient.CancelAsync();
        await Expect.ThrowsAsync<OperationCanceledException>(() => system.WhenAsync(left));
        (await ReachedAsync(system, Task.WhenAll(waits))).ShouldAllBe(status => status.State == JobState.Succeeded && status.Attempts == 3 && status.Result == "3");
    }

    [Theory, OnEachDispatcher]
    public async Task Waiting_ends_for_jobs_that_are_cancelled_or_deleted_too(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var cancelled = await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromHours(1)));
        var deleted = await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromHours(1)));
        var ran = await host.EnqueueAsync(configure: o => o.Delay(Second));
        Task<JobStatus>[] waits = [host.Jobs.WaitAsync(cancelled), host.Jobs.WaitAsync(deleted), host.Jobs.WaitAsync(ran)];
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(10));
        await host.Jobs.CancelAsync(cancelled, "enough");
        await host.Jobs.DeleteAsync(deleted);
        (await ReachedAsync(system, waits[0])).ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Cancelled), job => job.Error.ShouldBe("enough"));
        await Expect.ThrowsAsync<UnknownJobException>(() => system.WhenAsync(waits[1]));
        (await ReachedAsync(system, waits[2])).State.ShouldBe(JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task Waiting_ends_for_a_job_whose_success_is_not_kept(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.KeepSucceeded = false);
        var id = await host.EnqueueAsync(configure: o => o.Delay(Second));
        (await ReachedAsync(system, host.Jobs.WaitAsync(id))).State.ShouldBe(JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task A_result_that_is_not_in_the_history_yet_outlives_the_owner_and_is_written_forward(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (journal, stored) = (new InMemoryJournal(), new InMemoryHistory());
        var history = new Faults.FaultyHistory(system.System, stored) { Fault = new JournalUnavailableException("planned") };
        var host = await JobHost.StartAsync(system, o => (o.ForwardBytes, o.TrimBytes) = (0, 0), journal, history);
        host.Script.Body = static (context, _) => Task.FromResult(JobResult.Succeed(context.Id.ToString()));
        var id = await host.EnqueueAsync();
        await ReachedAsync(system, host.Jobs.WaitAsync(id));
        for (var i = 0; i < 50; i++)
        {
            await host.EnqueueAsync(new string('x', 2_000), o => o.Delay(TimeSpan.FromDays(1)));
        }

        // Another owner opens the journal: this one begins again with what is stored.
        await journal.OpenAsync("queue/default", Guid.NewGuid(), 99, default);
        await system.AdvanceAsync(TimeSpan.FromSeconds(30));
        (await host.Jobs.GetResultAsync<string>(id)).ShouldBe(id.ToString());
        history.Fault = null;
        await system.AdvanceAsync(TimeSpan.FromSeconds(30));
        (await stored.FindAsync(id, default)).ShouldNotBeNull().Result.ShouldBe($"\"{id}\"");
    }

    [Theory, OnEachDispatcher]
    public async Task What_a_finished_job_repeats_is_known_in_the_history_too(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var id = await host.EnqueueAsync();
        await ReachedAsync(system, host.Jobs.WaitAsync(id));
        var again = await ReachedAsync(system, host.Jobs.RunAgainAsync(id));
        await system.AdvanceAsync(Second);
        (await host.Jobs.History.FindAsync(again.Id, default)).ShouldNotBeNull().CopyOf.ShouldBe(id);
        (await host.Jobs.GetAsync(again.Id)).CopyOf.ShouldBe(id);
    }

    [Theory, OnEachDispatcher]
    public async Task The_latest_job_of_a_type_is_found_with_its_progress_live_or_finished(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        (await host.Jobs.FindLatestAsync<Work>()).ShouldBeNull();
        host.Script.Body = static (context, _) =>
        {
            context.Progress(0.5, "half");
            return Task.FromResult(JobResult.Succeed(7));
        };
        var first = await host.EnqueueAsync("first", o => o.Key("a"));
        await ReachedAsync(system, host.Jobs.WaitAsync(first));
        await system.AdvanceAsync(Second);
        var latest = (await host.Jobs.FindLatestAsync<Work>()).ShouldNotBeNull();
        (latest.Status.Id, latest.Status.State, latest.Status.Result, latest.Progress?.Text).ShouldBe((first, JobState.Succeeded, "7", "half"));

        var second = await host.EnqueueAsync("second", o => o.Key("b").Delay(TimeSpan.FromHours(1)));
        (await host.Jobs.FindLatestAsync("work")).ShouldNotBeNull().ShouldSatisfyAllConditions(
            job => job.Status.Id.ShouldBe(second), job => job.Status.State.ShouldBe(JobState.Scheduled), job => job.Progress.ShouldBeNull());
        (await host.Jobs.FindLatestAsync<Work>("a")).ShouldNotBeNull().Status.Id.ShouldBe(first);
        (await host.Jobs.FindLatestAsync<Work>("c")).ShouldBeNull();
        await host.Jobs.DeleteAsync(second);
        (await host.Jobs.FindLatestAsync("work")).ShouldNotBeNull().Status.Id.ShouldBe(first);
        await Expect.ThrowsAsync<JobTypeException>(() => host.Jobs.FindLatestAsync<string>());
    }

    /// <summary>Moves the clock until the task has ended.</summary>
    private static async Task<T> ReachedAsync<T>(TestSystem system, Task<T> task)
    {
        await system.WhenAsync(task, TimeSpan.FromHours(1));
        return await task;
    }

    private static async Task<string> FaultAsync<T>(JobHost host, JobId id) =>
        (await Expect.ThrowsAsync<JobResultException>(() => host.Jobs.GetResultAsync<T>(id))).Message;

    private sealed record Report(string Name, IReadOnlyList<int> Pages);
}
