namespace Actors.Jobs.Tests.Processes;

/// <summary>Code that takes jobs itself in a process that does not own the queues.</summary>
public sealed class RemotePullTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("actors-pull-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Jobs_are_taken_and_ended_from_a_process_without_handlers_beside_the_owner()
    {
        await using var owner = await Node.StartAsync(_folder, isWorker: false);
        await using var puller = await Node.StartAsync(_folder, isWorker: false);
        await using var consumer = puller.Jobs.OpenConsumer("default");
        var ids = await owner.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 4).Select(n => new SharedWork($"{n}"))], o => o.Key("k"));
        var job = (await consumer.TakeAsync(Long)).ShouldNotBeNull();
        (job.Id, job.Read<SharedWork>().Text, job.Key).ShouldBe((ids[0], "0", "k"));
        await job.CompleteAsync("done");
        (await owner.Jobs.WaitAsync(ids[0]).WaitAsync(Long)).Result.ShouldBe("\"done\"");
        await Should.ThrowAsync<JobRefusedException>(job.CompleteAsync);

        job = (await consumer.TakeAsync(Long)).ShouldNotBeNull();
        job.Id.ShouldBe(ids[1]);
        (await owner.Jobs.WhyAsync(ids[1])).Node.ShouldBe(puller.Id);
        await job.FailAsync("no paper");
        await Sqlite.StoreHost.UntilAsync(async () => (await owner.Jobs.GetAsync(ids[1])).State == JobState.Retrying);
        (await owner.Jobs.GetAsync(ids[1])).Error.ShouldBe("no paper");

        var taken = new List<PulledJob>();
        while (taken.Count < 2)
        {
            taken.AddRange(await consumer.TakeManyAsync(2 - taken.Count, Long));
        }

        taken.Select(other => other.Id).ShouldBe([ids[2], ids[3]], ignoreOrder: true);
        await consumer.DisposeAsync();
        await Sqlite.StoreHost.UntilAsync(async () => (await owner.Jobs.GetAsync(ids[3])).State == JobState.Waiting);
        (await owner.Jobs.GetAsync(ids[3])).LastInterruption.ShouldNotBeNull().Cause.ShouldBe(JobInterruptionCause.ConsumerStopped);
    }

    [Fact]
    public async Task A_consumer_goes_on_when_its_process_becomes_the_owner()
    {
        var owner = await Node.StartAsync(_folder, isWorker: false);
        await using var puller = await Node.StartAsync(_folder, isWorker: false);
        await using var consumer = puller.Jobs.OpenConsumer("default");
        var first = await puller.Jobs.EnqueueAsync(new SharedWork("first"));
        var job = (await consumer.TakeAsync(Long)).ShouldNotBeNull();
        await owner.DisposeAsync();
        var second = await puller.Jobs.EnqueueAsync(new SharedWork("second"));
        var next = (await consumer.TakeAsync(Long)).ShouldNotBeNull();
        (job.Id, next.Id).ShouldBe((first, second));
        await job.CompleteAsync();
        await next.CompleteAsync();
        (await puller.Jobs.WaitAsync(first).WaitAsync(Long)).State.ShouldBe(JobState.Succeeded);
        (await puller.Jobs.WaitAsync(second).WaitAsync(Long)).State.ShouldBe(JobState.Succeeded);
    }
}
