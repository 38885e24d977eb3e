namespace Actors.Jobs.Tests.Processes;

/// <summary>Chains, parts and batches from a process that does not own the queues.</summary>
public sealed class RemoteCompositionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-compose-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_process_that_only_enqueues_composes_jobs_that_others_run()
    {
        await using var worker = await Node.StartAsync(_folder, isWorker: true);
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        var chain = await web.Jobs.EnqueueChainAsync([new SharedWork("a"), new SharedWork("b"), new SharedWork("c")]);
        var delayed = await web.Jobs.EnqueueAsync(new SharedWork("parent"), o => o.Delay(TimeSpan.FromHours(1)));
        var child = await web.Jobs.EnqueueAsync(new SharedWork("child"), o => o.After(chain).After(delayed));
        await StoreHostUntilAsync(async () => (await web.Jobs.GetAsync(child)) is { State: JobState.Awaiting, IsInInbox: false, Awaits.Count: 1 });
        (await web.Jobs.GetAsync(child)).Awaits.ShouldBe([new AwaitedJob(delayed, "default", AfterCondition.Succeeded)]);
        (await web.Jobs.WhyAsync(child)).Kind.ShouldBe(JobReasonKind.AwaitsOthers);
        (await web.Jobs.GetQueueAsync("default")).Awaiting.ShouldBe(1);
        await web.Jobs.RetryAsync(delayed);
        (await web.FinishAsync(child)).State.ShouldBe(JobState.Succeeded);
        worker.Ran.Attempts.Select(attempt => attempt.Text).ShouldBe(["a", "b", "c", "parent", "child"]);
        await Should.ThrowAsync<UnknownParentException>(() => web.Jobs.EnqueueAsync(new SharedWork(), o => o.After(JobId.Create(TimeProvider.System, Random.Shared))));
    }

    [Fact]
    public async Task A_batch_from_another_process_is_counted_by_the_owner_and_enqueued_once()
    {
        await using var worker = await Node.StartAsync(_folder, isWorker: true);
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        var id = JobId.Create(TimeProvider.System, Random.Shared);
        SharedWork[] works = [.. Enumerable.Range(0, 1_200).Select(i => new SharedWork($"{i}"))];
        for (var i = 0; i < 2; i++)
        {
            (await web.Jobs.EnqueueBatchAsync(works, b => b.Id(id).OnSucceeded(new SharedWork("done")))).Enqueued.ShouldBe(1_200);
        }

        (await Should.ThrowAsync<ArgumentException>(() => web.Jobs.EnqueueBatchAsync(works[..2], b => b.Id(id)))).Message.ShouldContain("has 1200 jobs, and cannot be enqueued again with 2.");
        await StoreHostUntilAsync(() => Task.FromResult(worker.Ran.Attempts.Count == 1_201));
        worker.Ran.Attempts[^1].Text.ShouldBe("done");
        (await web.Jobs.GetBatchAsync(id))!.Succeeded.ShouldBe(1_200);
    }

    [Fact]
    public async Task A_part_that_is_done_in_another_process_lets_others_begin()
    {
        await using var owner = await Node.StartAsync(_folder, isWorker: false);
        var end = new TaskCompletionSource();
        var ran = new Ran();
        ran.InContext = async (context, cancellationToken) =>
        {
            if (ran.Attempts[0].Id == context.Id)
            {
                await context.CompletePartAsync("uploaded", cancellationToken);
                await context.EnqueueManyAsync([new SharedWork("x"), new SharedWork("y")], null, cancellationToken);
                await end.Task.WaitAsync(cancellationToken);
            }
        };
        var parent = await owner.Jobs.EnqueueAsync(new SharedWork("parent"));
        var child = await owner.Jobs.EnqueueAsync(new SharedWork("child"), o => o.After(parent, part: "uploaded"));
        await using var worker = await Node.StartAsync(_folder, isWorker: true, ran);
        (await owner.FinishAsync(child)).State.ShouldBe(JobState.Succeeded);
        (await worker.Jobs.GetAsync(parent)).Parts.ShouldBe(["uploaded"]);
        await StoreHostUntilAsync(() => Task.FromResult(ran.Attempts.Count == 4));
        end.SetResult();
        (await owner.FinishAsync(parent)).State.ShouldBe(JobState.Succeeded);
    }

    private static Task StoreHostUntilAsync(Func<Task<bool>> condition) => Sqlite.StoreHost.UntilAsync(condition);
}
