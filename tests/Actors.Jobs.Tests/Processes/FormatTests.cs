using Actors.Jobs.Tests.Sqlite;
using Actors.Sql;

namespace Actors.Jobs.Tests.Processes;

/// <summary>Programs of two versions share a store: what the older could not read is not written while it lives, because it may be the next owner.</summary>
public sealed class FormatTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-formats-").FullName;

    private SqliteStoreOptions Options => new() { Path = Path.Combine(_folder, "jobs.db"), IsShared = true };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_an_older_process_could_not_read_is_refused_while_it_lives_and_its_process_and_version_are_named()
    {
        var older = await JoinOlderAsync(readsQueues: 1);
        await using var owner = await Node.StartAsync(_folder, isWorker: true);
        var refused = await Should.ThrowAsync<QueueUnavailableException>(() => owner.Jobs.PauseAsync("default"));
        refused.Message.ShouldContain($"process {Environment.ProcessId} (version 0.8.0)");
        refused.Message.ShouldContain("reads queues up to format 1, and this needs format 2");

        // What is written as it always was goes on.
        var id = await owner.Jobs.EnqueueAsync(new SharedWork());
        (await owner.FinishAsync(id)).State.ShouldBe(JobState.Succeeded);
        (await owner.Jobs.GetQueueAsync("default")).Unavailable.ShouldBeNull();

        await older.DisposeAsync();
        await StoreHost.UntilAsync(async () => await TryAsync(() => owner.Jobs.PauseAsync("default")));
        (await owner.Jobs.GetQueueAsync("default")).Pause.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_running_job_is_not_cancelled_as_long_as_the_next_owner_might_not_read_that()
    {
        await using var older = await JoinOlderAsync(readsQueues: 1);
        var ran = new Ran { Body = static (_, token) => Task.Delay(Timeout.Infinite, token) };
        await using var owner = await Node.StartAsync(_folder, isWorker: true, ran);
        var id = await owner.Jobs.EnqueueAsync(new SharedWork());
        await StoreHost.UntilAsync(() => Task.FromResult(ran.Attempts.Count == 1));
        (await Should.ThrowAsync<QueueUnavailableException>(() => owner.Jobs.CancelAsync(id))).Message.ShouldContain("needs format 2");
        var waiting = await owner.Jobs.EnqueueAsync(new SharedWork(), o => o.Delay(TimeSpan.FromHours(1)));
        (await owner.Jobs.CancelAsync(waiting)).State.ShouldBe(JobState.Cancelled, "A job that waits is cancelled in words that are as old as the queue.");

        await older.DisposeAsync();
        await StoreHost.UntilAsync(async () => await TryAsync(() => owner.Jobs.CancelAsync(id)));
        (await owner.FinishAsync(id)).State.ShouldBe(JobState.Cancelled);
    }

    [Fact]
    public async Task What_waits_for_others_and_batches_are_refused_while_an_older_process_lives()
    {
        await using var older = await JoinOlderAsync(readsQueues: 3);
        await using var owner = await Node.StartAsync(_folder, isWorker: true);
        var parent = await owner.Jobs.EnqueueAsync(new SharedWork(), o => o.Delay(TimeSpan.FromHours(1)));
        (await Should.ThrowAsync<QueueUnavailableException>(() => owner.Jobs.EnqueueAsync(new SharedWork(), o => o.After(parent)))).Message.ShouldContain("this needs format 4");
        (await Should.ThrowAsync<QueueUnavailableException>(() => owner.Jobs.EnqueueChainAsync([new SharedWork(), new SharedWork()]))).Message.ShouldContain("this needs format 4");
        (await Should.ThrowAsync<BatchIncompleteException>(() => owner.Jobs.EnqueueBatchAsync([new SharedWork()]))).Message.ShouldContain("this needs format 4");
        (await owner.FinishAsync(await owner.Jobs.EnqueueAsync(new SharedWork()))).State.ShouldBe(JobState.Succeeded);
        await older.DisposeAsync();
        await StoreHost.UntilAsync(async () => await TryAsync(() => owner.Jobs.EnqueueAsync(new SharedWork(), o => o.After(parent))));
        (await owner.Jobs.RetryAsync(parent)).Id.ShouldBe(parent);
        await StoreHost.UntilAsync(async () => (await owner.Jobs.GetQueueAsync("default")).Succeeded == 3);
    }

    [Fact]
    public async Task Jobs_are_not_moved_while_an_older_process_lives()
    {
        await using var older = await JoinOlderAsync(readsQueues: 3);
        await using var owner = await Node.StartAsync(_folder, isWorker: true, alsoQueues: ["other"]);
        var id = await owner.Jobs.EnqueueAsync(new SharedWork(), o => o.Delay(TimeSpan.FromHours(1)));
        (await Should.ThrowAsync<QueueUnavailableException>(() => owner.Jobs.MoveAsync(id, "other"))).Message.ShouldContain("this needs format 4");
        (await Should.ThrowAsync<QueueUnavailableException>(() => owner.Jobs.MoveManyAsync(new JobFilter { Queue = "default" }, "other", 1))).Message.ShouldContain("this needs format 4");
        (await owner.Jobs.GetAsync(id)).Queue.ShouldBe("default");
        await older.DisposeAsync();
        await StoreHost.UntilAsync(async () => await TryAsync(() => owner.Jobs.MoveAsync(id, "other")));
        (await owner.Jobs.GetAsync(id)).Queue.ShouldBe("other");
    }

    [Fact]
    public async Task A_job_with_a_key_waits_for_no_older_process_but_is_refused()
    {
        await using var older = await JoinOlderAsync(readsQueues: 3);
        await using var owner = await Node.StartAsync(_folder, isWorker: true);
        var refused = await Should.ThrowAsync<QueueUnavailableException>(() => owner.Jobs.EnqueueAsync(new SharedWork(), o => o.Key("customer-7")));
        refused.Message.ShouldContain("reads queues up to format 3, and this needs format 4");
        (await owner.FinishAsync(await owner.Jobs.EnqueueAsync(new SharedWork()))).State.ShouldBe(JobState.Succeeded);
        await older.DisposeAsync();
        await StoreHost.UntilAsync(async () => await TryAsync(() => owner.Jobs.EnqueueAsync(new SharedWork(), o => o.Key("customer-7"))));
    }

    [Fact]
    public async Task A_journal_that_has_a_format_may_have_more_of_it()
    {
        await using (var owner = await Node.StartAsync(_folder, isWorker: false))
        {
            await owner.Jobs.PauseAsync("default");
        }

        await using var older = await JoinOlderAsync(readsQueues: 1);
        await using var next = await Node.StartAsync(_folder, isWorker: false);
        (await next.Jobs.ResumeAsync("default")).Pause.ShouldBeNull("The older process could not own this queue in any case.");
    }

    [Fact]
    public async Task What_cannot_be_refused_waits_and_the_queue_says_for_whom()
    {
        await using (var before = await Node.StartAsync(_folder, isWorker: false))
        {
            await before.Jobs.EnqueueAsync(new SharedWork());
        }

        // After a restore every queue is paused, which is of format 2.
        var alone = new SqliteStoreOptions { Path = Options.Path };
        await SqliteMaintenance.BackupAsync(alone, Path.Combine(_folder, "backup"));
        await SqliteMaintenance.RestoreAsync(Path.Combine(_folder, "backup"), alone);
        var older = await JoinOlderAsync(readsQueues: 1);
        await using var owner = await Node.StartAsync(_folder, isWorker: true);
        await StoreHost.UntilAsync(async () => (await owner.Jobs.GetQueueAsync("default")).Unavailable is not null);
        (await owner.Jobs.GetQueueAsync("default")).Unavailable.ShouldNotBeNull().ShouldContain($"process {Environment.ProcessId} (version 0.8.0)");
        await Should.ThrowAsync<QueueUnavailableException>(() => owner.Jobs.EnqueueAsync(new SharedWork()));

        await older.DisposeAsync();
        await StoreHost.UntilAsync(async () => (await owner.Jobs.GetQueueAsync("default")).Unavailable is null);
        (await owner.Jobs.GetQueueAsync("default")).Pause.ShouldNotBeNull();
        owner.Ran.Attempts.ShouldBeEmpty("It was paused before anything ran.");
        await owner.Jobs.EnqueueAsync(new SharedWork());
    }

    [Fact]
    public async Task A_slot_of_a_schedule_waits_until_its_queue_may_write_it()
    {
        var older = await JoinOlderAsync(readsQueues: 2, readsSchedules: 1);
        await using var owner = await Node.StartAsync(_folder, isWorker: true, hasSchedules: true);
        await owner.Jobs.Schedules.SetAsync(ScheduleDefinition.Of("nightly", "daily at 02:00", new SharedWork("slot")));
        var id = await owner.Jobs.Schedules.RunNowAsync("nightly");
        await StoreHost.UntilAsync(async () => (await owner.Jobs.Schedules.GetAsync("nightly")).Fault is not null);
        (await owner.Jobs.Schedules.GetAsync("nightly")).Fault.ShouldNotBeNull().ShouldContain("needs format 3");

        // With a slot on its way, a removal has to keep what it is made of.
        (await Should.ThrowAsync<SchedulesUnavailableException>(() => owner.Jobs.Schedules.RemoveAsync("nightly"))).Message
            .ShouldContain("reads schedules up to format 1, and this needs format 2");

        await older.DisposeAsync();
        (await owner.FinishAsync(id)).State.ShouldBe(JobState.Succeeded);
        await owner.Jobs.Schedules.RemoveAsync("nightly");
    }

    /// <summary>A process that has joined, as one of an older version would have.</summary>
    private async Task<SqliteSharedStore> JoinOlderAsync(int readsQueues, int readsSchedules = 2)
    {
        var store = await SqliteSharedStore.JoinAsync(Options);
        SqliteFile.Execute(
            Path.Combine(_folder, "jobs-inbox.db"),
            $"UPDATE nodes SET version = '0.8.0', reads_queues = {readsQueues}, reads_schedules = {readsSchedules} WHERE id = {store.Node}");
        return store;
    }

    private static async Task<bool> TryAsync(Func<Task> attempt)
    {
        try
        {
            await attempt();
            return true;
        }
        catch (QueueUnavailableException)
        {
            return false;
        }
    }
}
