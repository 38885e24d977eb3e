namespace Actors.Jobs.Tests.Processes;

/// <summary>Results, ends and the latest jobs in a process that does not own the queues.</summary>
public sealed class RemoteResultTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-results-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_job_that_ran_in_another_process_is_waited_for_and_its_result_read_in_any()
    {
        await using var owner = await Node.StartAsync(_folder, isWorker: false);
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        var release = new TaskCompletionSource();
        await using var worker = await Node.StartAsync(_folder, isWorker: true, new Ran
        {
            InContext = (_, cancellationToken) => DoneAsync(release.Task.WaitAsync(cancellationToken)),
        });
        var id = await web.Jobs.EnqueueAsync(new SharedWork());
        var waits = new[] { owner, web, worker }.Select(node => node.Jobs.WaitAsync(id)).ToList();
        (await web.Jobs.FindLatestAsync<SharedWork>()).ShouldNotBeNull().Status.Id.ShouldBe(id);
        release.SetResult();
        var retried = await web.Jobs.EnqueueAsync(new SharedWork("second"));
        (await web.Jobs.WaitAsync(retried)).Result.ShouldBe("\"done\"");
        (await web.Jobs.GetResultAsync<string>(retried)).ShouldBe("done");
        foreach (var ended in await Task.WhenAll(waits))
        {
            (ended.State, ended.Result).ShouldBe((JobState.Succeeded, "\"done\""));
        }

        (await owner.Jobs.GetResultAsync<string>(id)).ShouldBe("done");
        (await worker.Jobs.FindLatestAsync<SharedWork>()).ShouldNotBeNull().Status.Id.ShouldBe(retried);
    }

    [Fact]
    public async Task Waiting_goes_on_when_the_owner_ends_and_another_takes_over()
    {
        var owner = await Node.StartAsync(_folder, isWorker: false);
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        var id = await web.Jobs.EnqueueAsync(new SharedWork());
        var waiting = web.Jobs.WaitAsync(id);
        await owner.DisposeAsync();
        await using var worker = await Node.StartAsync(_folder, isWorker: true);
        (await waiting.WaitAsync(TimeSpan.FromSeconds(60))).State.ShouldBe(JobState.Succeeded);
    }

    private static async Task<JobResult> DoneAsync(Task work)
    {
        await work;
        return JobResult.Succeed("done");
    }
}
