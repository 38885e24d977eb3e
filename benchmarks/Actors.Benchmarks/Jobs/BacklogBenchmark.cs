using System.Diagnostics;
using Actors.Jobs;

namespace Actors.Benchmarks.Jobs;

/// <summary>What a long queue costs: memory, disk, time to recover, and how much slower it is than a short one.</summary>
internal static class BacklogBenchmark
{
    private const int Short = 10_000;
    private const int Sample = 200_000;

    public static Task RunAsync(JobOptions options) => JobBenchmarks.EachAsync(
        options with { KeepSucceeded = options.KeepSucceeded ?? true }, (folder, keepSucceeded) => MeasureAsync(options, folder, keepSucceeded));

    private static async Task MeasureAsync(JobOptions options, string folder, bool keepSucceeded)
    {
        var jobs = options.Jobs ?? 10_000_000;
        await using (var queue = await BenchmarkQueue.StartAsync(folder, options, keepSucceeded))
        {
            await DrainAsync(queue, Sample);
            await queue.EnqueueManyAsync(Short);
            Report.Line("rate-at-10k", await RateAsync(queue), "jobs/s");
            var before = GC.GetTotalMemory(forceFullCollection: true);
            Report.Line("bulk-enqueue", jobs / await queue.EnqueueManyAsync(jobs), "jobs/s");
            Report.Line("bytes-per-waiting-job", (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)jobs, "bytes");
            Report.Line("journal-ratio-full", Ratio(JournalFile.BytesInUse(folder), jobs + Short), "x");
            Report.Line($"rate-at-{(jobs + Short) / 1_000_000.0:0.##}m", await RateAsync(queue), "jobs/s");
        }

        if (!options.IsInMemory)
        {
            await RecoverAsync(options, folder, keepSucceeded);
        }
    }

    private static async Task RecoverAsync(JobOptions options, string folder, bool keepSucceeded)
    {
        GC.Collect();
        var cpu = JobBenchmarks.Cpu();
        var watch = Stopwatch.StartNew();
        await using var queue = await BenchmarkQueue.StartAsync(folder, options, keepSucceeded);
        var live = (await queue.Jobs.GetQueueAsync("default")).Waiting;
        Report.Line("recovery", live / watch.Elapsed.TotalSeconds, "jobs/s");
        Report.Line("recovery-cpu-us-per-job", (JobBenchmarks.Cpu() - cpu).TotalMicroseconds / live, "us");
        await queue.StartConsumingAsync();
        var (worst, worstFile) = (0.0, 0.0);
        for (var left = live; left > live / 10; left = (await queue.Jobs.GetQueueAsync("default")).Waiting)
        {
            worst = Math.Max(worst, Ratio(JournalFile.BytesInUse(folder), left));
            worstFile = Math.Max(worstFile, Ratio(JournalFile.BytesOnDisk(folder), left));
            await Task.Delay(50);
        }

        Report.Line("journal-ratio", worst, "x");
        Report.Line("journal-file-ratio", worstFile, "x");
        var delayed = Math.Min(1_000_000, options.Jobs ?? int.MaxValue);
        await queue.StopConsumingAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await queue.EnqueueManyAsync(delayed, o => o.Delay(TimeSpan.FromDays(1)));
        Report.Line("bytes-per-delayed-job", (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)delayed, "bytes");
        await Task.Delay(3000);
        cpu = JobBenchmarks.Cpu();
        await Task.Delay(5000);
        Report.Line("delayed-cpu", (JobBenchmarks.Cpu() - cpu).TotalMilliseconds / 5000 * 100, "% of a core");
    }

    /// <summary>Jobs per second while as many come as go, so that the backlog stays as long as it is.</summary>
    private static async Task<double> RateAsync(BenchmarkQueue queue)
    {
        var finished = BenchmarkHandler.Expect(Sample);
        var watch = Stopwatch.StartNew();
        await queue.StartConsumingAsync();
        var enqueuing = queue.EnqueueManyAsync(Sample);
        await finished;
        var rate = Sample / watch.Elapsed.TotalSeconds;
        await enqueuing;
        await queue.StopConsumingAsync();
        return rate;
    }

    private static async Task DrainAsync(BenchmarkQueue queue, int count)
    {
        var finished = BenchmarkHandler.Expect(count);
        await queue.EnqueueManyAsync(count);
        await queue.StartConsumingAsync();
        await finished;
        await queue.StopConsumingAsync();
    }

    /// <summary>How much larger the journal is on disk than the arguments and ids of the jobs that live.</summary>
    private static double Ratio(long bytes, long live) => bytes / (double)(live * (BenchmarkJob.StoredBytes + 16));
}
