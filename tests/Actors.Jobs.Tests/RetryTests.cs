using Actors.TestKit;

namespace Actors.Jobs.Tests;

public sealed class RetryTests
{
    [Theory, OnEachDispatcher]
    public async Task A_job_that_fails_is_tried_again_after_1_2_4_8_16_32_64_s_and_so_on_up_to_an_hour(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = static (_, _) => throw new InvalidOperationException("The mail server said no.");
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromDays(1));
        Delays(host).ShouldBe([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600, 3600, 3600, 3600, 3600]);
        var status = await host.Jobs.GetAsync(id);
        (status.State, status.Attempts).ShouldBe((JobState.Failed, 20));
        status.Error.ShouldNotBeNull().ShouldStartWith("System.InvalidOperationException: The mail server said no.");
        status.Error.ShouldContain(nameof(RetryTests)); // The stack trace.
        host.Script.Attempts.Select(a => a.Number).ShouldBe(Enumerable.Range(1, 20));
        (await host.QueueAsync()).Failed.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task Chance_makes_each_delay_up_to_a_fifth_shorter(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Retry.MaxAttempts, o.Retry.Backoff.Jitter) = (100, 2, 0.2));
        host.Script.Body = static (_, _) => throw new InvalidOperationException();
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 100).Select(_ => new Work())]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        var delays = host.Script.Attempts.Where(a => a.Number == 2).Select(a => (a.BeganAt - VirtualTime.DefaultStart).TotalSeconds).ToList();
        delays.Count.ShouldBe(100);
        delays.ShouldAllBe(delay => delay >= 0.8 && delay <= 1.001);
        delays.Distinct().Count().ShouldBeGreaterThan(50);
    }

    [Theory, OnEachDispatcher]
    public async Task A_retrying_job_says_when_it_is_tried_again_and_why(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.Backoff.Min = TimeSpan.FromMinutes(1));
        host.Script.Body = static (context, _) => context.Attempt < 2 ? throw new InvalidOperationException("once") : Task.CompletedTask;
        var id = await host.EnqueueAsync();
        await system.DrainAsync();
        var status = await host.Jobs.GetAsync(id);
        (status.State, status.Attempts, status.DueAt).ShouldBe((JobState.Retrying, 1, VirtualTime.DefaultStart + TimeSpan.FromMinutes(1)));
        status.Error.ShouldNotBeNull().ShouldContain("once");
        (await host.QueueAsync()).Retrying.ShouldBe(1);
        await system.AdvanceAsync(TimeSpan.FromMinutes(2));
        (await host.StateAsync(id)).ShouldBe(JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task One_attempt_means_no_retry(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        host.Script.Body = static (_, _) => throw new InvalidOperationException();
        (await host.ReachAsync(await host.EnqueueAsync(), JobState.Failed)).Attempts.ShouldBe(1);
        host.Script.Attempts.ShouldHaveSingleItem();
    }

    [Theory, OnEachDispatcher]
    public async Task Fail_is_for_good_and_keeps_its_text(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 3);
        host.Script.Body = Answer(JobResult.Fail("The address does not exist."));
        var status = await host.ReachAsync(await host.EnqueueAsync(), JobState.Failed);
        (status.Attempts, status.Error).ShouldBe((1, "The address does not exist."));
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        host.Script.Begun.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task Retry_without_a_delay_is_like_an_exception(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 3);
        host.Script.Body = Answer(JobResult.Retry("busy"));
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        var status = await host.Jobs.GetAsync(id);
        (status.State, status.Attempts, status.Error).ShouldBe((JobState.Failed, 3, "busy"));
        Delays(host).ShouldBe([1, 2]);
    }

    [Theory, OnEachDispatcher]
    public async Task Retry_takes_the_delay_of_the_handler_and_counts(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 4);
        host.Script.Body = Answer(JobResult.Retry(TimeSpan.FromMinutes(7), "busy"));
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        Delays(host).ShouldBe([420, 420, 420]);
        var status = await host.Jobs.GetAsync(id);
        (status.State, status.Attempts, status.Error).ShouldBe((JobState.Failed, 4, "busy"));
    }

    [Theory, OnEachDispatcher]
    public async Task Snooze_runs_again_later_and_does_not_count(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        var runs = 0;
        host.Script.Body = (_, _) => Task.FromResult(++runs < 5 ? JobResult.Snooze(TimeSpan.FromMinutes(1)) : JobResult.Success);
        var id = await host.EnqueueAsync();
        await system.DrainAsync();
        (await host.StateAsync(id)).ShouldBe(JobState.Scheduled);
        await system.AdvanceAsync(TimeSpan.FromMinutes(4));
        (await host.Jobs.GetAsync(id)).Attempts.ShouldBe(1);
        (await host.StateAsync(id)).ShouldBe(JobState.Succeeded);
        Delays(host).ShouldBe([60, 60, 60, 60]);
        host.Script.Attempts.ShouldAllBe(a => a.Number == 1);
    }

    [Theory, OnEachDispatcher]
    public async Task Snooze_can_name_a_moment(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var until = VirtualTime.DefaultStart + TimeSpan.FromHours(3);
        host.Script.Body = (_, _) => Task.FromResult(system.Time.GetUtcNow() < until ? JobResult.Snooze(until) : JobResult.Success);
        var id = await host.EnqueueAsync();
        await system.DrainAsync();
        (await host.Jobs.GetAsync(id)).DueAt.ShouldBe(until);
        await system.AdvanceAsync(TimeSpan.FromHours(4));
        (await host.Jobs.GetAsync(id)).Attempts.ShouldBe(1);
        host.Script.Attempts[1].BeganAt.ShouldBe(until);
    }

    [Theory, OnEachDispatcher]
    public async Task Snooze_until_a_moment_that_is_past_runs_again_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = (_, _) => Task.FromResult(host.Script.Begun < 3 ? JobResult.Snooze(VirtualTime.DefaultStart - TimeSpan.FromDays(1)) : JobResult.Success);
        await host.ReachAsync(await host.EnqueueAsync(), JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task Cancel_ends_the_job_for_good(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = Answer(JobResult.Cancel);
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        var status = await host.Jobs.GetAsync(id);
        (status.State, status.Attempts, status.Error).ShouldBe((JobState.Cancelled, 1, null));
        host.Script.Attempts.ShouldHaveSingleItem();
        (await host.QueueAsync()).Cancelled.ShouldBe(1);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(0)]
    public async Task Delays_without_sense_do_no_harm(long ticks)
    {
        await using var system = await TestSystem.StartAsync();
        var host = await JobHost.StartAsync(system);
        host.Script.Body = (context, _) => Task.FromResult(
            context.Attempt == 1 ? JobResult.Retry(TimeSpan.FromTicks(ticks)) : JobResult.Snooze(TimeSpan.FromTicks(ticks)));
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(20));
        (await host.StateAsync(id)).ShouldNotBeNull();
        await system.Log.ExpectNoneAsync(Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Theory, OnEachDispatcher]
    public async Task A_hundred_failing_jobs_do_not_hold_up_a_good_one(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 100);
        var bad = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 100).Select(_ => new Work("bad"))]);
        var isBad = bad.ToHashSet();
        host.Script.Body = (context, _) => isBad.Contains(context.Id) ? throw new InvalidOperationException() : Task.CompletedTask;
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        await host.ReachAsync(await host.EnqueueAsync("good"), JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task An_exception_without_a_readable_text_is_a_failure_like_any_other(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch, o.Retry.MaxAttempts) = (1, 0, 2));
        host.Script.Body = static (_, _) => throw new UnreadableException();
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        var status = await host.Jobs.GetAsync(id);
        (status.State, status.Attempts).ShouldBe((JobState.Failed, 2));
        status.Error.ShouldNotBeNull().ShouldContain(nameof(UnreadableException));
        host.Script.Body = static (_, _) => Task.CompletedTask;
        await host.ReachAsync(await host.EnqueueAsync(), JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task A_very_long_exception_is_cut(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        host.Script.Body = static (_, _) => throw new InvalidOperationException(new string('x', 1_000_000));
        (await host.ReachAsync(await host.EnqueueAsync(), JobState.Failed)).Error.ShouldNotBeNull().Length.ShouldBe(8001);
    }

    [Theory, OnEachDispatcher]
    public async Task A_text_of_the_handler_is_cut_too(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        host.Script.Body = Answer(JobResult.Fail(new string('x', 1_000_000)));
        (await host.ReachAsync(await host.EnqueueAsync(), JobState.Failed)).Error.ShouldNotBeNull().Length.ShouldBe(8001);
    }

    [Theory, OnEachDispatcher]
    public async Task A_handler_that_returns_null_fails_with_a_reason(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1, handlers: [typeof(NullHandler)]);
        var id = await host.EnqueueAsync();
        (await host.ReachAsync(id, JobState.Failed)).Error.ShouldNotBeNull().ShouldContain("returned null instead of a task");
    }

    private static Func<JobContext, CancellationToken, Task> Answer(JobResult result) => (_, _) => Task.FromResult(result);

    private static IEnumerable<double> Delays(JobHost host) => host.Script.Attempts
        .Zip(host.Script.Attempts.Skip(1), (before, after) => Math.Round((after.BeganAt - before.BeganAt).TotalSeconds, 3));

    private sealed class NullHandler : IJobHandler<Work>
    {
        public Task HandleAsync(Work job, JobContext context, CancellationToken cancellationToken) => null!;
    }

    private sealed class UnreadableException : Exception
    {
        public override string Message => throw new NotSupportedException("no message");

        public override string ToString() => throw new NotSupportedException("no text");
    }
}
