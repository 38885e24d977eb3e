using Actors.TestKit;

namespace Actors.Jobs.Tests;

public sealed class KeepSucceededTests
{
    [Theory, OnEachDispatcher]
    public async Task Without_succeeded_jobs_the_history_has_the_others_only(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.KeepSucceeded, o.HistoryBatch, o.Retry.MaxAttempts) = (false, 3, 1));
        host.Script.Body = (context, _) => context.Id == host.Bad ? throw new InvalidOperationException("bad") : Task.CompletedTask;
        var good = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 10).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Bad = JobId.Create(system.Time, system.System.Random);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 10).Select(i => new Work($"{i}"))]);
        await host.EnqueueAsync("bad", o => o.Id(host.Bad));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        foreach (var id in good)
        {
            (await host.Jobs.FindAsync(id)).ShouldBeNull();
        }

        (await host.StateAsync(host.Bad)).ShouldBe(JobState.Failed);
        (await host.Jobs.History.CountAsync(new HistoryFilter(), default)).ShouldBe(1);
        var queue = await host.QueueAsync();
        (queue.Succeeded, queue.Failed, queue.Waiting, queue.Running).ShouldBe((20, 1, 0, 0));
    }
}
