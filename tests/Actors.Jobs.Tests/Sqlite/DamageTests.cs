using Actors.Sql;

namespace Actors.Jobs.Tests.Sqlite;

/// <summary>Rows of a queue's journal that somebody, or a disk, has damaged.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actors-damage-");

    private string Store => Path.Combine(_folder.FullName, "jobs.db");

    private SqliteStoreOptions Options => new() { Path = Store };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_job_whose_arguments_are_damaged_is_parked_with_the_reason_and_blocks_nobody()
    {
        var ids = await EnqueueAsync(10);
        SqliteFile.Execute(Store, "CREATE TABLE kept AS SELECT * FROM payloads; UPDATE payloads SET bytes = zeroblob(length(bytes)) WHERE id & 0xFFFFFFFFFF = 3");
        await using (var host = await StoreHost.StartAsync(Store))
        {
            var parked = await host.ReachAsync(ids[2], JobState.Parked);
            parked.Error.ShouldNotBeNull().ShouldContain("payload row 3 does not match its checksum");
            foreach (var id in ids.Where(id => id != ids[2]))
            {
                await host.ReachAsync(id, JobState.Succeeded);
            }

            var queue = await Recovered.QueueAsync(host.Jobs);
            (queue.Parked, queue.Succeeded, queue.Unavailable).ShouldBe((1, 9, null));
            var after = await host.Jobs.EnqueueAsync(new Note("after"));
            await host.ReachAsync(after, JobState.Succeeded);
            SqliteFile.Execute(Store, "INSERT OR REPLACE INTO payloads SELECT * FROM kept WHERE id & 0xFFFFFFFFFF = 3; DROP TABLE kept");

            // That transaction held the store for a moment, which the queue may have met, and then says that it is unavailable until a write of its own succeeds.
            await StoreHost.UntilAsync(async () => (await Recovered.QueueAsync(host.Jobs)).Unavailable is null);
            await host.Jobs.RetryAsync(ids[2]);
            await host.ReachAsync(ids[2], JobState.Succeeded);
        }
    }

    [Fact]
    public async Task After_the_arguments_were_given_up_the_job_is_parked_and_can_be_cancelled()
    {
        var ids = await EnqueueAsync(5);
        SqliteFile.Execute(Store, "DELETE FROM payloads WHERE id & 0xFFFFFFFFFF = 3");
        (await SqliteMaintenance.RepairAsync(Options, "queue/default", isDryRun: false)).PayloadRowsGivenUp.ShouldBe(1);
        await using var host = await StoreHost.StartAsync(Store);
        (await host.ReachAsync(ids[2], JobState.Parked)).Error.ShouldNotBeNull().ShouldContain("arguments are lost");
        await host.ReachAsync(ids[4], JobState.Succeeded);
        (await host.Jobs.CancelAsync(ids[2], "lost")).State.ShouldBe(JobState.Cancelled);
    }

    [Fact]
    public async Task A_damaged_commit_stops_its_queue_alone_and_a_repair_brings_back_all_that_is_not_in_it()
    {
        var ids = await EnqueueAsync(10);
        SqliteFile.Execute(Store, "UPDATE commits SET events = zeroblob(length(events)) WHERE id & 0xFFFFFFFFFF = 4");
        await using (var host = await StoreHost.StartAsync(Store))
        {
            (await Recovered.QueueAsync(host.Jobs)).Unavailable.ShouldNotBeNull().ShouldContain("commit 4 does not match its checksum; the last good commit is 3");
            await Should.ThrowAsync<QueueUnavailableException>(() => host.Jobs.EnqueueAsync(new Note("x")));
            var other = await host.Jobs.EnqueueAsync(new Other("other"));
            await host.ReachAsync(other, JobState.Succeeded);
            host.Notebook.Texts.ShouldBe(["other"]);
        }

        var repair = await SqliteMaintenance.RepairAsync(Options, "queue/default", isDryRun: false);
        (repair.IsApplied, repair.CommitsGivenUp, repair.LastGoodCommit).ShouldBe((true, 1, 3));
        await using (var host = await StoreHost.StartAsync(Store))
        {
            foreach (var id in ids.Where(id => id != ids[3]))
            {
                await host.ReachAsync(id, JobState.Succeeded);
            }

            (await host.Jobs.FindAsync(ids[3])).ShouldBeNull();
            host.Notebook.Texts.Count.ShouldBe(9);
        }
    }

    [Fact]
    public async Task When_the_commit_that_told_a_type_is_given_up_its_jobs_wait_and_new_ones_run()
    {
        var ids = await EnqueueAsync(3);
        SqliteFile.Execute(Store, "UPDATE commits SET checksum = 0 WHERE id & 0xFFFFFFFFFF = 1");
        await SqliteMaintenance.RepairAsync(Options, "queue/default", isDryRun: false);
        await using var host = await StoreHost.StartAsync(Store);
        var fresh = await host.Jobs.EnqueueAsync(new Note("fresh"));
        await host.ReachAsync(fresh, JobState.Succeeded);
        (await host.Jobs.GetAsync(ids[2])).State.ShouldBe(JobState.Waiting);
    }

    [Fact]
    public async Task A_queue_that_a_newer_program_has_written_is_left_alone_its_version_is_named_and_others_go_on()
    {
        await EnqueueAsync(3);
        SqliteFile.Execute(Store, "UPDATE journals SET format = 77 WHERE persistence_id = 'queue/default'; UPDATE commits SET format = 77 WHERE id & 0xFFFFFFFFFF = 2");
        var before = SqliteFile.Query(Store, "SELECT term FROM owners WHERE journal = (SELECT id FROM journals WHERE persistence_id = 'queue/default')");
        await using var host = await StoreHost.StartAsync(Store);
        (await Recovered.QueueAsync(host.Jobs)).Unavailable.ShouldNotBeNull().ShouldContain("77");
        (await Should.ThrowAsync<QueueUnavailableException>(() => host.Jobs.EnqueueAsync(new Note("x")))).Message.ShouldContain("77");
        var other = await host.Jobs.EnqueueAsync(new Other("other"));
        await host.ReachAsync(other, JobState.Succeeded);
        SqliteFile.Query(Store, "SELECT term FROM owners WHERE journal = (SELECT id FROM journals WHERE persistence_id = 'queue/default')").ShouldBe(before);
    }

    /// <summary>Jobs in a commit and a payload row of their own each, enqueued while nobody runs them.</summary>
    private async Task<IReadOnlyList<JobId>> EnqueueAsync(int count)
    {
        await using var host = await StoreHost.StartAsync(Store, isConsumed: false);
        var ids = new List<JobId>();
        for (var i = 0; i < count; i++)
        {
            ids.Add(await host.Jobs.EnqueueAsync(new Note($"{i} {new string('x', 3000)}")));
        }

        return ids;
    }
}
