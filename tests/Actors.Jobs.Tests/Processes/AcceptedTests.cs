using Actors.Sql;

namespace Actors.Jobs.Tests.Processes;

/// <summary>A job that was accepted is known from then on, in every process.</summary>
public sealed class AcceptedTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-accepted-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_process_knows_a_job_that_the_owner_has_not_taken_in()
    {
        HeldStore? held = null;
        await using var owner = await Node.StartAsync(_folder, isWorker: true, around: store => held = new HeldStore(store));
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        await using var other = await Node.StartAsync(_folder, isWorker: false);
        var id = await web.Jobs.EnqueueAsync(new SharedWork("soon"), o => o.Priority(JobPriority.High));
        var later = await web.Jobs.EnqueueAsync(new SharedWork("later"), o => o.Delay(TimeSpan.FromDays(1)));

        foreach (var node in new[] { owner, web, other })
        {
            var job = await node.Jobs.GetAsync(id);
            (job.State, job.IsInInbox, job.Queue, job.Type, job.Priority, job.DueAt).ShouldBe((JobState.Waiting, true, "default", "shared-work", JobPriority.High, null));
            var delayed = await node.Jobs.GetAsync(later);
            (delayed.State, delayed.IsInInbox, delayed.DueAt - delayed.EnqueuedAt).ShouldBe((JobState.Scheduled, true, TimeSpan.FromDays(1)));
        }

        (await owner.Jobs.FindAsync(JobId.Create(TimeProvider.System, new Random(1)))).ShouldBeNull();
        held.ShouldNotBeNull().Release();
        (await other.FinishAsync(id)).IsInInbox.ShouldBeFalse();
        (await owner.Jobs.GetAsync(later)).IsInInbox.ShouldBeFalse();
        (await web.Jobs.FindAsync(JobId.Create(TimeProvider.System, new Random(1)))).ShouldBeNull();
    }

    [Fact]
    public async Task It_is_known_while_the_store_has_no_owner()
    {
        var owner = await SqliteSharedStore.JoinAsync(new SqliteStoreOptions { Path = Path.Combine(_folder, "jobs.db"), IsShared = true });
        (await owner.TryOwnAsync(CancellationToken.None)).ShouldNotBeNull(); // It does nothing with what it owns.
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        await using var worker = await Node.StartAsync(_folder, isWorker: false);
        var id = await web.Jobs.EnqueueAsync(new SharedWork());
        (await worker.Jobs.GetAsync(id)).IsInInbox.ShouldBeTrue();
        (await web.Jobs.GetAsync(id)).IsInInbox.ShouldBeTrue();

        await owner.DisposeAsync();
        await using var next = await Node.StartAsync(_folder, isWorker: true);
        (await web.FinishAsync(id)).State.ShouldBe(JobState.Succeeded);
    }

    [Fact]
    public async Task The_owner_cancels_a_job_that_it_has_not_taken_in()
    {
        HeldStore? held = null;
        await using var owner = await Node.StartAsync(_folder, isWorker: false, around: store => held = new HeldStore(store));
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        var id = await web.Jobs.EnqueueAsync(new SharedWork());
        var cancelling = owner.Jobs.CancelAsync(id, "no longer wanted");
        (await owner.Jobs.GetAsync(id)).IsInInbox.ShouldBeTrue();
        cancelling.IsCompleted.ShouldBeFalse();
        held.ShouldNotBeNull().Release();
        (await cancelling).State.ShouldBe(JobState.Cancelled);
        (await web.FinishAsync(id)).Error.ShouldBe("no longer wanted"); // An owner that is slow to answer leaves the word to the inbox, which may be a moment old.
    }
}
