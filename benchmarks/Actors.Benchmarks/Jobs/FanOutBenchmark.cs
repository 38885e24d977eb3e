using System.Diagnostics;
using Actors.Jobs;

namespace Actors.Benchmarks.Jobs;

/// <summary>A job that enqueues a hundred thousand others, and how late those of somebody else start meanwhile.</summary>
internal static class FanOutBenchmark
{
    public static Task RunAsync(JobOptions options) => JobBenchmarks.EachAsync(options, async (folder, keepSucceeded) =>
    {
        var count = options.Jobs ?? 100_000;
        await using var queue = await BenchmarkQueue.StartAsync(folder, options, keepSucceeded, typeof(FanOutHandler));
        await queue.StartConsumingAsync();
        await queue.EndToEndAsync(options.Producers, 20_000);
        await JobBenchmarks.LatencyAsync(queue, 500);
        var all = BenchmarkHandler.Expect(count);
        var watch = Stopwatch.StartNew();
        var batch = FanOutHandler.Expect();
        var id = await queue.Jobs.EnqueueAsync(new FanOutJob(count));
        var latency = new List<double>();
        while (!batch.IsCompleted)
        {
            latency.AddRange(await JobBenchmarks.LatencyAsync(queue, 10));
        }

        var enqueued = watch.Elapsed.TotalSeconds;
        await all;
        var ran = watch.Elapsed.TotalSeconds;
        latency.Sort();
        Report.Line(JobOptions.Name("fan-out-s", keepSucceeded), enqueued, "s");
        Report.Line(JobOptions.Name("fan-out-and-run-s", keepSucceeded), ran, "s");
        Report.Line(JobOptions.Name("start-p50-ms-while-fanning-out", keepSucceeded), latency[latency.Count / 2], "ms");
        Report.Line(JobOptions.Name("start-p99-ms-while-fanning-out", keepSucceeded), latency[latency.Count * 99 / 100], "ms");
        var counts = await queue.Jobs.GetBatchAsync((await batch).Id) ?? throw new InvalidOperationException($"The batch of {id} is lost.");
        if (counts.Enqueued != count)
        {
            throw new InvalidOperationException($"{counts}");
        }
    });
}

[Job("fan-out", Priority = JobPriority.High)]
internal sealed record FanOutJob(int Count);

internal sealed class FanOutHandler : IJobHandler<FanOutJob>
{
    private static TaskCompletionSource<JobBatch>? s_enqueued;

    public static Task<JobBatch> Expect()
    {
        var enqueued = new TaskCompletionSource<JobBatch>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref s_enqueued, enqueued);
        return enqueued.Task;
    }

    public async Task HandleAsync(FanOutJob job, JobContext context, CancellationToken cancellationToken)
    {
        // Behind what others enqueue.
        var batch = await context.EnqueueManyAsync(Enumerable.Repeat(BenchmarkJob.Plain, job.Count).ToList(), static (o, _) => o.Priority(JobPriority.Low), cancellationToken);
        Volatile.Read(ref s_enqueued)?.TrySetResult(batch);
    }
}
