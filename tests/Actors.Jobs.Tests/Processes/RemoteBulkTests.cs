using System.Diagnostics;

namespace Actors.Jobs.Tests.Processes;

/// <summary>Changes of many jobs from a process that does not own the queues.</summary>
public sealed class RemoteBulkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-shared-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_process_that_owns_nothing_changes_all_that_match_and_deletes_what_has_not_finished()
    {
        await using var owner = await Node.StartAsync(_folder, isWorker: true, options: new QueueOptions { Retry = { MaxAttempts = 1 } });
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        await web.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 2_500).Select(n => new SharedWork($"{n}"))], o => o.Tag("t").Delay(TimeSpan.FromHours(1)));
        var filter = new JobFilter { Tag = "t" };
        await EventuallyAsync(async () => await web.Jobs.CountAsync(filter) == 2_500);
        (await Expect.ThrowsAsync<TooManyJobsException>(() => web.Jobs.CancelManyAsync(filter, 2_499))).Matched.ShouldBe(2_500);
        (await web.Jobs.CancelManyAsync(filter.Arg("text", "7"), 1, "not this one")).ShouldBe(new BulkResult(1, 1));
        (await web.Jobs.CancelManyAsync(filter, 2_499, "enough")).ShouldBe(new BulkResult(2_499, 2_499));
        (await owner.Jobs.GetQueueAsync("default")).Cancelled.ShouldBe(2_500);
        var refused = await Expect.ThrowsAsync<QueueUnavailableException>(() => web.Jobs.DeleteManyAsync(filter, 10_000));
        refused.Message.ShouldContain("another process owns the history");
        var later = await web.Jobs.EnqueueAsync(new SharedWork("later"), o => o.Tag("t").Delay(TimeSpan.FromHours(1)));
        var live = filter with { States = [JobState.Scheduled] };
        await EventuallyAsync(async () => await web.Jobs.CountAsync(live) == 1);
        (await web.Jobs.DeleteManyAsync(live, 1)).ShouldBe(new BulkResult(1, 1));
        (await web.Jobs.FindAsync(later)).ShouldBeNull();

        owner.Ran.Body = static (_, _) => throw new InvalidOperationException("planned");
        var failed = await web.Jobs.EnqueueAsync(new SharedWork("fails"));
        await web.FinishAsync(failed);
        owner.Ran.Body = static (_, _) => Task.CompletedTask;
        await EventuallyAsync(async () => await web.Jobs.CountAsync(new JobFilter { States = [JobState.Failed] }) == 1);
        (await web.Jobs.RunAgainManyAsync(new JobFilter { Queue = "default" }, 1)).ShouldBe(new BulkResult(1, 1));
        await EventuallyAsync(() => Task.FromResult(owner.Ran.Attempts.Count == 2));
        (await owner.Jobs.DeleteManyAsync(JobFilter.Everything, 10_000)).Changed.ShouldBe(2_502);
        (await web.Jobs.CountAsync(new JobFilter())).ShouldBe(0);
    }

    private static async Task EventuallyAsync(Func<Task<bool>> isSo)
    {
        var watch = Stopwatch.StartNew();
        while (!await isSo())
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
            await Task.Delay(10);
        }
    }
}
