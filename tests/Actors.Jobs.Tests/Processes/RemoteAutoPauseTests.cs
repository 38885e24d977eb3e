using System.Diagnostics;

namespace Actors.Jobs.Tests.Processes;

/// <summary>What fails in other processes counts, too, and the pause is known to all.</summary>
public sealed class RemoteAutoPauseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-shared-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Attempts_that_fail_in_another_process_pause_the_queue_for_all_and_a_few_try_it_again()
    {
        var options = new QueueOptions { Workers = 2, Prefetch = 0, AutoPause = new AutoPauseOptions { FailureRate = 0.5, Minimum = 5, PauseFor = TimeSpan.FromSeconds(2) } };
        options.Retry.MaxAttempts = 1;
        var ran = new Ran();
        var isDown = true;
        ran.Body = (_, _) => Volatile.Read(ref isDown) ? throw new InvalidOperationException("The server is away.") : Task.CompletedTask;
        await using var web = await Node.StartAsync(_folder, isWorker: false, options: options); // It is the owner, and runs nothing.
        await using var worker = await Node.StartAsync(_folder, isWorker: true, ran, options);
        for (var i = 0; i < 50; i++)
        {
            await worker.Jobs.EnqueueAsync(new SharedWork($"{i}"));
        }

        QueuePause? pause = null;
        await EventuallyAsync(async () => (pause = (await worker.Jobs.GetQueueAsync("default")).Pause ?? pause) is not null);
        pause.ShouldNotBeNull().IsAutomatic.ShouldBeTrue();
        pause.Reason.ShouldNotBeNull().ShouldContain("The server is away.");
        Volatile.Write(ref isDown, false);
        await EventuallyAsync(async () => (await worker.Jobs.GetQueueAsync("default")) is { Pause: null, Waiting: 0, Running: 0 } queue && queue.Succeeded + queue.Failed == 50);
        (await web.Jobs.GetQueueAsync("default")).Failed.ShouldBeGreaterThanOrEqualTo(5);
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
