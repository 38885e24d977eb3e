using Actors.Sql;

namespace Actors.Jobs.Tests.Sqlite;

/// <summary>A backup is put back: what ran since it was taken may run again, so somebody decides first.</summary>
public sealed class RestoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actors-restore-");

    private string Store => Path.Combine(_folder.FullName, "jobs.db");

    private string Backup => Path.Combine(_folder.FullName, "backup");

    private SqliteStoreOptions Options => new() { Path = Store };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task After_a_restore_every_queue_is_paused_until_the_jobs_that_may_run_again_are_released_or_discarded()
    {
        JobId old, delayed;
        await using (var host = await StoreHost.StartAsync(Store, isConsumed: false))
        {
            old = await host.Jobs.EnqueueAsync(new Note("old"));
            await Task.Delay(20);
            delayed = await host.Jobs.EnqueueAsync(new Note("delayed"), o => o.Delay(TimeSpan.FromMilliseconds(1)));
            await SqliteMaintenance.BackupAsync(Options, Backup);
            host.Consume();
            await host.ReachAsync(old, JobState.Succeeded);
            await host.ReachAsync(delayed, JobState.Succeeded);
        }

        await SqliteMaintenance.RestoreAsync(Backup, Options);
        await using (var host = await StoreHost.StartAsync(Store))
        {
            foreach (var queue in await host.Jobs.GetQueuesAsync())
            {
                queue.Pause.ShouldNotBeNull(queue.Queue).Reason.ShouldNotBeNull().ShouldContain("restored from a backup");
            }

            var listed = (await host.Jobs.ListAsync("default")).Jobs;
            listed.Select(job => job.Id).ShouldBe([old, delayed]);
            (await host.Jobs.DiscardAsync("default", listed[1].EnqueuedAt, "It has run before the restore.")).ShouldBe(1);
            var fresh = await host.Jobs.EnqueueAsync(new Note("fresh"));
            host.Notebook.Texts.ShouldBeEmpty();
            await host.Jobs.ResumeAsync("default");
            await host.ReachAsync(delayed, JobState.Succeeded);
            await host.ReachAsync(fresh, JobState.Succeeded);
            (await host.Jobs.GetAsync(old)).State.ShouldBe(JobState.Cancelled);
        }

        await using (var host = await StoreHost.StartAsync(Store, more: new QueueDefinition("third", new QueueOptions(), [])))
        {
            (await Recovered.QueueAsync(host.Jobs)).Pause.ShouldBeNull("It is paused once for each restore.");
            (await Recovered.QueueAsync(host.Jobs, "third")).Pause.ShouldBeNull("The backup knew nothing of it.");
            (await host.Jobs.GetQueueAsync("second")).Pause.ShouldNotBeNull("Nobody has let it go on.");
        }
    }

    [Fact]
    public async Task A_backup_taken_while_jobs_run_loses_none_that_was_acknowledged_before()
    {
        var before = new List<JobId>();
        await using (var host = await StoreHost.StartAsync(Store, configure: o => (o.TrimBytes, o.ForwardBytes) = (16_000, 50_000)))
        {
            for (var i = 0; i < 300; i++)
            {
                before.Add(await host.Jobs.EnqueueAsync(new Note($"{i} {new string('x', 300)}")));
            }

            var enqueuing = Task.Run(async () =>
            {
                for (var i = 0; i < 2000; i++)
                {
                    await host.Jobs.EnqueueAsync(new Note($"later {i}"));
                }
            });
            await SqliteMaintenance.BackupAsync(Options, Backup);
            await enqueuing;
        }

        await SqliteMaintenance.RestoreAsync(Backup, Options);
        await using (var host = await StoreHost.StartAsync(Store))
        {
            await host.Jobs.ResumeAsync("default");
            foreach (var id in before)
            {
                await host.ReachAsync(id, JobState.Succeeded);
            }
        }
    }
}
