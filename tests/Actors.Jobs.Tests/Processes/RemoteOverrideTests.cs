using System.Diagnostics;

namespace Actors.Jobs.Tests.Processes;

/// <summary>Workers and limits are changed for all processes, from each of them.</summary>
public sealed class RemoteOverrideTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-shared-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_process_that_owns_nothing_changes_the_workers_of_those_that_do_and_of_itself()
    {
        var options = new QueueOptions { Workers = 1, Prefetch = 0 };
        var ran = new Ran();
        await using var web = await Node.StartAsync(_folder, isWorker: false); // It is the owner, and runs nothing.
        await using var worker = await Node.StartAsync(_folder, isWorker: true, ran, options);
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = 0;
        ran.Body = async (_, _) =>
        {
            Interlocked.Increment(ref running);
            await open.Task;
        };
        for (var i = 0; i < 8; i++)
        {
            await worker.Jobs.EnqueueAsync(new SharedWork($"{i}"));
        }

        await EventuallyAsync(() => Task.FromResult(Volatile.Read(ref running) == 1));
        var status = await worker.Jobs.ReconfigureQueueAsync("default", new QueueChange { Workers = 4, ConcurrencyPerKey = 7 }, "ann", "the sale");
        var change = status.Override.ShouldNotBeNull();
        (change.Change, change.By, change.Reason, change.Configured.Workers).ShouldBe((new QueueChange { Workers = 4, ConcurrencyPerKey = 7 }, "ann", "the sale", 4 /* of the owner */));
        (await web.Jobs.GetQueueAsync("default")).Override.ShouldBe(change);
        await EventuallyAsync(() => Task.FromResult(Volatile.Read(ref running) == 4));
        (await worker.Jobs.ResetQueueAsync("default")).Override.ShouldBeNull();
        open.SetResult();
        await EventuallyAsync(async () => (await worker.Jobs.GetQueueAsync("default")).Succeeded == 8);
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
