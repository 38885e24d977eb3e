using System.Diagnostics;

namespace Actors.Benchmarks.Jobs;

/// <summary>The durable queue: jobs per second, latency, backlogs. Each figure beside the fsyncs per second of the same run.</summary>
internal static class JobBenchmarks
{
    private const int WarmUp = 100_000;

    /// <summary>End to end, and enqueue alone, with producers that await each job.</summary>
    public static Task EndToEndAsync(JobOptions options) => EachAsync(options, async (folder, keepSucceeded) =>
    {
        var jobs = options.Jobs ?? 300_000;
        await using var queue = await BenchmarkQueue.StartAsync(folder, options, keepSucceeded);
        await queue.StartConsumingAsync();
        await queue.EndToEndAsync(options.Producers, WarmUp);
        var (commits, appendMs, cpu) = (queue.Journal.Commits, queue.Journal.AppendMs, Cpu());
        var seconds = await queue.EndToEndAsync(options.Producers, jobs);
        var cpuMs = (Cpu() - cpu).TotalMilliseconds;
        var name = (string figure) => JobOptions.Name(figure, keepSucceeded);
        Report.Line(name("end-to-end"), jobs / seconds, "jobs/s");
        Report.Line(name("jobs-per-commit"), jobs / (double)(queue.Journal.Commits - commits), "jobs");
        Report.Line(name("append-ms"), (queue.Journal.AppendMs - appendMs) / (queue.Journal.Commits - commits), "ms");
        Report.Line(name("cpu-us-per-job"), cpuMs * 1000 / jobs, "us");
        if (keepSucceeded || options.KeepSucceeded is not null)
        {
            await queue.StopConsumingAsync();
            Report.Line("enqueue", jobs / await queue.EnqueueAsync(options.Producers, jobs), "jobs/s");
        }
    });

    /// <summary>Fills a queue, then starts its workers.</summary>
    public static Task DrainAsync(JobOptions options) => EachAsync(options, async (folder, keepSucceeded) =>
    {
        var jobs = options.Jobs ?? 1_000_000;
        await using var queue = await BenchmarkQueue.StartAsync(folder, options, keepSucceeded);
        await queue.StartConsumingAsync();
        await queue.EndToEndAsync(options.Producers, WarmUp);
        await queue.StopConsumingAsync();
        await queue.EnqueueManyAsync(WarmUp);
        if (keepSucceeded || options.KeepSucceeded is not null)
        {
            Report.Line("bulk-enqueue", jobs / await queue.EnqueueManyAsync(jobs), "jobs/s");
        }
        else
        {
            await queue.EnqueueManyAsync(jobs);
        }

        var drained = BenchmarkHandler.Expect(jobs + WarmUp);
        var (commits, cpu) = (queue.Journal.Commits, Cpu());
        var watch = Stopwatch.StartNew();
        await queue.StartConsumingAsync();
        await drained;
        var cpuMs = (Cpu() - cpu).TotalMilliseconds;
        Report.Line(JobOptions.Name("drain", keepSucceeded), (jobs + WarmUp) / watch.Elapsed.TotalSeconds, "jobs/s");
        Report.Line(JobOptions.Name("drain-jobs-per-commit", keepSucceeded), (jobs + WarmUp) / (double)(queue.Journal.Commits - commits), "jobs");
        Report.Line(JobOptions.Name("drain-cpu-us-per-job", keepSucceeded), cpuMs * 1000 / (jobs + WarmUp), "us");
    });

    /// <summary>From the call of enqueue to the first line of the handler, one job at a time, while nothing else happens.</summary>
    public static Task LatencyAsync(JobOptions options) => EachAsync(options, async (folder, keepSucceeded) =>
    {
        await using var queue = await BenchmarkQueue.StartAsync(folder, options, keepSucceeded);
        await queue.StartConsumingAsync();
        await queue.EndToEndAsync(options.Producers, WarmUp / 2);
        await LatencyAsync(queue, 500);
        var latency = await LatencyAsync(queue, options.Jobs ?? 5000);
        Report.Line(JobOptions.Name("start-p50-ms", keepSucceeded), latency[latency.Count / 2], "ms");
        Report.Line(JobOptions.Name("start-p99-ms", keepSucceeded), latency[latency.Count * 99 / 100], "ms");
    });

    public static TimeSpan Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    /// <summary>Runs a measurement for each kind of history that is wanted, each on a store of its own.</summary>
    public static async Task EachAsync(JobOptions options, Func<string, bool, Task> measureAsync)
    {
        foreach (var keepSucceeded in options.Histories)
        {
            var folder = Directory.CreateTempSubdirectory("actors-benchmark-").FullName;
            try
            {
                if (!options.IsInMemory)
                {
                    Fsync.Report(folder);
                }

                await measureAsync(folder, keepSucceeded);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        Report.Line("workers", options.Workers, "workers");
        Report.Line("prefetch", options.Prefetch, "jobs");
    }

    /// <returns>Milliseconds from the call of enqueue to the first line of the handler, one job at a time, rising.</returns>
    public static async Task<List<double>> LatencyAsync(BenchmarkQueue queue, int count)
    {
        var all = new List<double>(count);
        for (var i = 0; i < count; i++)
        {
            var started = BenchmarkHandler.ExpectStart();
            var began = Stopwatch.GetTimestamp();
            await queue.Jobs.EnqueueAsync(new BenchmarkJob(BenchmarkJob.Plain.Text, began));
            var ended = await started;
            all.Add(Stopwatch.GetElapsedTime(began, ended).TotalMilliseconds);
            await Task.Delay(1);
        }

        all.Sort();
        return all;
    }
}
