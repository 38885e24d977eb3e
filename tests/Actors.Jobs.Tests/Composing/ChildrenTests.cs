using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Composing;

/// <summary>Jobs that jobs enqueue.</summary>
public sealed class ChildrenTests
{
    [Theory, OnEachDispatcher]
    public async Task An_attempt_that_is_made_again_enqueues_no_child_twice(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.KeepSucceeded = false);
        JobBatch? many = null;
        host.Bad = JobId.Create(system.Time, new Random(seed));
        host.Script.Body = async (context, cancellationToken) =>
        {
            if (context.Id == host.Bad)
            {
                many = await context.EnqueueManyAsync(Enumerable.Range(0, 1_100).Select(i => new Work($"{i}")).ToList(), null, cancellationToken);
                await context.EnqueueAsync(new Second("one"), null, cancellationToken);
                await context.EnqueueBatchAsync([new Work("member")], b => b.OnFinished(new Work("report")), cancellationToken);
                await Task.Delay(TimeSpan.FromSeconds(30), system.Time, cancellationToken);
                if (context.Attempt < 3)
                {
                    throw new InvalidOperationException("planned");
                }
            }
        };
        await host.StartConsumingAsync("second");
        await host.EnqueueAsync("parent", o => o.Id(host.Bad));
        await system.AdvanceAsync(TimeSpan.FromMinutes(10));
        var texts = host.Script.Attempts.Where(attempt => attempt.Id != host.Bad).Select(attempt => attempt.Text).ToList();
        texts.Count.ShouldBe(1_103);
        texts.ShouldBeUnique();
        host.Script.Attempts.Count(attempt => attempt.Id == host.Bad).ShouldBe(3);
        (await host.Jobs.GetBatchAsync(many!.Id))!.Succeeded.ShouldBe(1_100);
    }

    [Theory, OnEachDispatcher]
    public async Task While_a_job_enqueues_a_hundred_thousand_others_start(TestDispatcher dispatcher, int seed)
    {
        if (dispatcher == TestDispatcher.Simulation && seed % 3 != 0)
        {
            return; // It is large.
        }

        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (2, 0));
        host.Bad = JobId.Create(system.Time, new Random(seed));
        JobBatch? many = null;
        host.Script.Body = async (context, cancellationToken) =>
        {
            if (context.Id == host.Bad)
            {
                many = await context.EnqueueManyAsync(Enumerable.Range(0, 20_000).Select(i => new Work("child")).ToList(), (o, _) => o.Priority(JobPriority.Lowest).Delay(TimeSpan.FromHours(1)), cancellationToken);
            }
        };
        await host.EnqueueAsync("parent", o => o.Id(host.Bad));
        var ids = new List<JobId>();
        while (many is null)
        {
            ids.Add(await host.EnqueueAsync("other"));
            await system.DrainAsync();
        }

        foreach (var id in ids)
        {
            await host.ReachAsync(id, JobState.Succeeded);
        }

        (await host.Jobs.GetBatchAsync(many.Id))!.Enqueued.ShouldBe(20_000);
    }

    [Theory, OnEachDispatcher]
    public async Task A_batch_of_another_size_in_a_later_attempt_is_refused(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 2);
        host.Bad = JobId.Create(system.Time, new Random(seed));
        host.Script.Body = async (context, cancellationToken) =>
        {
            if (context.Id == host.Bad)
            {
                await context.EnqueueManyAsync(Enumerable.Range(0, context.Attempt).Select(_ => new Work("child")).ToList(), null, cancellationToken);
                throw new InvalidOperationException("planned");
            }
        };
        var id = await host.EnqueueAsync("parent", o => o.Id(host.Bad));
        (await host.ReachAsync(id, JobState.Failed, TimeSpan.FromMinutes(1))).Error.ShouldNotBeNull().ShouldContain("has 1 jobs, and cannot be enqueued again with 2.");
    }
}
