using Actors.TestKit;

namespace Actors.Jobs.Tests;

public sealed class RetryStormTests
{
    private const int Jobs = 100_000;

    /// <summary>All fail in the same moment, as when a server goes away. Their retries are spread by chance, run within the workers, and all end.</summary>
    [Fact]
    public async Task A_hundred_thousand_jobs_that_fail_at_once_are_retried_without_a_storm()
    {
        await using var system = await TestSystem.StartAsync(seed: 7, TestDispatcher.Simulation);
        var host = await JobHost.StartAsync(
            system,
            o =>
            {
                (o.Workers, o.Prefetch) = (100, 200);
                o.Retry.MaxAttempts = 2;
                (o.Retry.Backoff.Min, o.Retry.Backoff.Jitter) = (TimeSpan.FromSeconds(100), 0.5);
            });
        var retries = new long[101];
        host.Script.Body = (context, _) =>
        {
            if (context.Attempt == 1)
            {
                throw new InvalidOperationException("The server is away.");
            }

            Interlocked.Increment(ref retries[(int)Math.Min(100, (system.Time.GetUtcNow() - context.EnqueuedAt).TotalSeconds)]);
            return Task.CompletedTask;
        };
        for (var i = 0; i < Jobs; i += 10_000)
        {
            await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(i, 10_000).Select(n => new Work($"{n}"))]);
        }

        await system.AdvanceAsync(TimeSpan.FromSeconds(40));
        (host.Script.Begun, (await host.QueueAsync()).Retrying).ShouldBe((Jobs, Jobs));
        await system.AdvanceAsync(TimeSpan.FromSeconds(70));
        var queue = await host.QueueAsync();
        (queue.Succeeded, queue.Failed, queue.Retrying + queue.Waiting + queue.Running).ShouldBe((Jobs, 0, 0));
        host.Script.MostAtOnce.ShouldBeLessThanOrEqualTo(100);

        // Half of 100 s is chance, so a second has a fiftieth of them: nowhere twice as many.
        retries.Max().ShouldBeLessThan(Jobs / 50 * 2);
        retries.Count(second => second > Jobs / 50 / 2).ShouldBeGreaterThan(45);
    }
}
