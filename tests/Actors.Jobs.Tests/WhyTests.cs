using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests;

/// <summary>The exact reason why a job does not run.</summary>
public sealed class WhyTests
{
    [Theory, OnEachDispatcher]
    public async Task A_job_that_waits_for_its_time_or_for_its_next_attempt_says_until_when(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Retry.MaxAttempts, o.Retry.Backoff.Min) = (7, TimeSpan.FromHours(1)));
        host.Script.Body = (_, _) => throw new InvalidOperationException("no such address");
        var now = system.Time.GetUtcNow();
        var later = await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromMinutes(90)));
        var why = await host.Jobs.WhyAsync(later);
        (why.Id, why.Queue, why.Kind, why.Until, why.Attempt, why.MaxAttempts).ShouldBe((later, "default", JobReasonKind.Scheduled, now.AddMinutes(90), 1, 7));
        why.Text.ShouldBe($"Its time has not come: it waits until {now.AddMinutes(90):yyyy-MM-dd HH:mm:ss}Z.");

        var failing = await host.EnqueueAsync();
        var status = await host.ReachAsync(failing, JobState.Retrying);
        why = await host.Jobs.WhyAsync(failing);
        (why.Kind, why.Until, why.Attempt, why.MaxAttempts).ShouldBe((JobReasonKind.Retrying, status.DueAt, 2, 7));
        why.Because.ShouldNotBeNull().ShouldContain("no such address");
        why.Text.ShouldBe($"Attempt 1 of 7 failed; the next is at {status.DueAt:yyyy-MM-dd HH:mm:ss}Z. System.InvalidOperationException: no such address");
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_of_a_paused_queue_says_by_what_and_until_when(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var now = system.Time.GetUtcNow();
        await host.Jobs.PauseAsync("default", "the mail server is down", now.AddHours(1));
        var id = await host.EnqueueAsync();
        var why = await host.Jobs.WhyAsync(id);
        (why.Kind, why.Since, why.Until, why.Because).ShouldBe((JobReasonKind.QueuePaused, now, now.AddHours(1), "the mail server is down"));
        why.Text.ShouldBe($"Its queue has been paused since {now:yyyy-MM-dd HH:mm:ss}Z, until {now.AddHours(1):yyyy-MM-dd HH:mm:ss}Z: the mail server is down");
        await host.Jobs.PauseAsync("default");
        (await host.Jobs.WhyAsync(id)).Text.ShouldEndWith("until somebody resumes it.");
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_behind_others_says_how_many_are_before_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (2, 0));
        host.Script.Body = (_, cancellationToken) => host.Script.WaitAsync(cancellationToken);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 12).Select(i => new Work($"{i}"))]);
        await host.EnqueueAsync("urgent", o => o.Priority(JobPriority.High));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var why = await host.Jobs.WhyAsync(ids[11]);
        (why.Kind, why.Before, why.HasMoreBefore, why.Attempt, why.MaxAttempts).ShouldBe((JobReasonKind.BehindOthers, 9, false, 1, 20));
        why.Text.ShouldBe("9 jobs of its priority are before it, and 1 of higher priority wait; all workers are busy, with 2 jobs.");
        (await host.Jobs.WhyAsync(ids[3])).Text.ShouldStartWith("1 job of its priority is before it");
        var running = await host.Jobs.WhyAsync(ids[0]);
        (running.Kind, running.Text).ShouldBe((JobReasonKind.Running, "Attempt 1 of 20 is with the workers of this process."));
        await host.Jobs.CancelAsync(ids[0], "the order was withdrawn");
        host.Script.Body = static (_, _) => Task.CompletedTask;
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var finished = await host.Jobs.WhyAsync(ids[0]);
        (finished.Kind, finished.Because).ShouldBe((JobReasonKind.Finished, "the order was withdrawn"));
        finished.Text.ShouldStartWith("It has finished: Cancelled at ");
    }

    [Theory, OnEachDispatcher]
    public async Task A_long_line_is_counted_up_to_a_limit_so_that_nobody_waits_for_the_answer(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 0));
        host.Script.Body = (_, cancellationToken) => host.Script.WaitAsync(cancellationToken);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 10_003).Select(_ => new Work())]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.Jobs.WhyAsync(ids[10_001])).ShouldSatisfyAllConditions(why => why.Before.ShouldBe(10_000), why => why.HasMoreBefore.ShouldBeFalse());
        var last = await host.Jobs.WhyAsync(ids[10_002]);
        (last.Before, last.HasMoreBefore).ShouldBe((10_000, true));
        last.Text.ShouldStartWith("More than 10,000 jobs of its priority are before it; all workers are busy");
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_nobody_can_run_says_so(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false, handlers: []);
        var id = await host.EnqueueAsync();
        (await host.Jobs.WhyAsync(id)).ShouldSatisfyAllConditions(
            why => why.Kind.ShouldBe(JobReasonKind.NotConsumed),
            why => why.Text.ShouldBe("No process takes jobs of its queue: start its consumer, the service 'default'."),
            why => why.MaxAttempts.ShouldBeNull());
        await host.StartConsumingAsync();
        (await host.Jobs.WhyAsync(id)).ShouldSatisfyAllConditions(
            why => why.Kind.ShouldBe(JobReasonKind.NoHandler), why => why.Text.ShouldBe("No process that takes jobs of its queue has a handler for 'work'."));
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_whose_store_is_away_says_so(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 0), journal);
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(5), system.Time, cancellationToken);
        var ids = await host.Jobs.EnqueueManyAsync([new Work("first"), new Work("second")]);
        await system.DrainAsync();
        journal.OnAppend = static _ => AppendFault.Unavailable;
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        var why = await host.Jobs.WhyAsync(ids[1]);
        why.Kind.ShouldBe(JobReasonKind.QueueUnavailable);
        why.Text.ShouldStartWith("Its queue starts nothing, because it cannot store anything: ");
        journal.OnAppend = static _ => AppendFault.None;
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.Jobs.WhyAsync(ids[1])).Kind.ShouldBe(JobReasonKind.Finished);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_was_cancelled_while_it_runs_says_what_it_waits_for(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var release = new TaskCompletionSource();
        host.Script.Body = (_, _) => release.Task;
        var id = await host.EnqueueAsync();
        await host.ReachAsync(id, JobState.Running);
        await host.Jobs.CancelAsync(id, "enough");
        (await host.Jobs.WhyAsync(id)).ShouldSatisfyAllConditions(why => why.Kind.ShouldBe(JobReasonKind.Cancelling), why => why.Because.ShouldBe("enough"));
        release.SetResult();
        await host.ReachAsync(id, JobState.Cancelled);
        await Expect.ThrowsAsync<UnknownJobException>(() => host.Jobs.WhyAsync(new JobId(Guid.NewGuid())));
    }

    [Fact]
    public async Task After_a_crash_suspects_say_that_they_run_alone_and_the_others_that_they_are_held()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var script = new Script(TimeProvider.System);
            await using var system = await TestSystem.StartAsync(seed, actors => actors
                .AddQueue("default", q => q.Workers(2).Prefetch(0).AddHandler<WorkHandler>())
                .Services.AddSingleton(script));
            script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromMinutes(1), system.Time, cancellationToken);
            var ids = await system.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 3).Select(i => new Work($"{i}"))]);
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
            await system.CrashAsync();
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
            var kinds = await Task.WhenAll(ids.Select(async id => (await system.Jobs.WhyAsync(id)).Kind));
            kinds.ShouldBe([JobReasonKind.Running, JobReasonKind.RunsAlone, JobReasonKind.Held], $"seed {seed}");
            await system.AdvanceAsync(TimeSpan.FromMinutes(5));
            (await system.Jobs.WhyAsync(ids[2])).Kind.ShouldBe(JobReasonKind.Finished);
        }
    }
}
