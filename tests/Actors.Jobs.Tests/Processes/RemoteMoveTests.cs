using Actors.Jobs.Tests.Sqlite;

namespace Actors.Jobs.Tests.Processes;

/// <summary>Jobs are moved from a process that does not own the queues, and by the next owner.</summary>
public sealed class RemoteMoveTests : IDisposable
{
    private static readonly string[] Others = ["other"];
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-shared-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_process_that_owns_nothing_moves_jobs_and_the_next_owner_has_them_where_they_are()
    {
        JobId id, later;
        var owner = await Node.StartAsync(_folder, isWorker: false, alsoQueues: Others);
        await using var web = await Node.StartAsync(_folder, isWorker: true, alsoQueues: Others);
        try
        {
            later = await web.Jobs.EnqueueAsync(new SharedWork("later"), o => o.Delay(TimeSpan.FromHours(1)).Tag("t"));
            id = await web.Jobs.EnqueueAsync(new SharedWork("parked here"), o => o.Queue("other").Tag("t"));
            var moved = await web.Jobs.MoveAsync(later, "other");
            (moved.Queue, moved.State).ShouldBe(("other", JobState.Scheduled));
            (await web.Jobs.GetAsync(later)).ShouldBe(moved);
            (await owner.Jobs.GetAsync(later)).ShouldBe(moved);
            (await web.Jobs.MoveAsync(later, "other")).ShouldBe(moved);
            await Expect.ThrowsAsync<UnknownQueueException>(() => web.Jobs.MoveAsync(later, "nowhere"));

            // Nobody takes jobs of the other queue.
            (await web.Jobs.MoveManyAsync(new JobFilter { Tag = "t" }, "default", 2)).ShouldBe(new BulkResult(2, 2));
            (await web.FinishAsync(id)).ShouldSatisfyAllConditions(job => job.Queue.ShouldBe("default"), job => job.State.ShouldBe(JobState.Succeeded));
            (await Expect.ThrowsAsync<JobRefusedException>(() => web.Jobs.MoveAsync(id, "other"))).Message.ShouldContain("It has finished");
            (await web.Jobs.MoveAsync(later, "other")).Queue.ShouldBe("other");
        }
        finally
        {
            await owner.DisposeAsync();
        }

        await StoreHost.UntilAsync(async () => (await web.Jobs.FindAsync(later))?.Queue == "other");
        await StoreHost.UntilAsync(async () => (await web.Jobs.GetQueueAsync("other")) is { Scheduled: 1, Unavailable: null });
        (await web.Jobs.GetQueueAsync("default")).Scheduled.ShouldBe(0);
        await web.Jobs.MoveAsync(later, "default");
        await web.Jobs.RetryAsync(later);
        (await web.FinishAsync(later)).Queue.ShouldBe("default");
        web.Ran.Attempts.Select(attempt => attempt.Text).ShouldBe(["parked here", "later"]);
    }
}
