using Actors.TestKit;

namespace Actors.Jobs.Tests;

public sealed class RunNowTests
{
    [Theory, OnEachDispatcher]
    public async Task A_scheduled_job_that_is_retried_runs_at_once_and_only_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var id = await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromHours(1)));
        (await host.Jobs.RetryAsync(id)).State.ShouldBe(JobState.Waiting);
        (await host.ReachAsync(id, JobState.Succeeded)).Attempts.ShouldBe(1);
        await system.AdvanceAsync(TimeSpan.FromHours(2));
        host.Script.Begun.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_between_two_attempts_is_tried_at_once_and_goes_on_counting(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.Backoff.Min = TimeSpan.FromMinutes(30));
        host.Script.Body = static (context, _) => context.Attempt == 1 ? throw new InvalidOperationException("once") : Task.CompletedTask;
        var id = await host.EnqueueAsync();
        await host.ReachAsync(id, JobState.Retrying);
        await host.Jobs.RetryAsync(id);
        (await host.ReachAsync(id, JobState.Succeeded)).Attempts.ShouldBe(2);
        await system.AdvanceAsync(TimeSpan.FromHours(2));
        host.Script.Begun.ShouldBe(2);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_waits_or_runs_goes_on_as_it_was(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 0));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromMinutes(1), system.Time, cancellationToken);
        var running = await host.EnqueueAsync("running");
        await system.DrainAsync();
        var waiting = await host.EnqueueAsync("waiting");
        (await host.Jobs.RetryAsync(running)).State.ShouldBe(JobState.Running);
        (await host.Jobs.RetryAsync(waiting)).State.ShouldBe(JobState.Waiting);
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));
        host.Script.Attempts.Select(a => a.Text).ShouldBe(["running", "waiting"]);
    }
}
