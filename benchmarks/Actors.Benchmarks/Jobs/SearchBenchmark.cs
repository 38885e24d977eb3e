using System.Diagnostics;
using System.Globalization;
using Actors.Jobs;

namespace Actors.Benchmarks.Jobs;

/// <summary>How long a page of a search takes over a million live jobs, and how late jobs start meanwhile; and how long it takes to say why one does not run.</summary>
internal static class SearchBenchmark
{
    private const int Keys = 10_000;
    private const int Rare = 100_000;
    private const int Samples = 50;
    private const int Starts = 2_000;
    private const int WaitingJobs = 50_000;

    public static Task RunAsync(JobOptions options) => JobBenchmarks.EachAsync(
        options with { KeepSucceeded = options.KeepSucceeded ?? true }, (folder, keepSucceeded) => MeasureAsync(options, folder, keepSucceeded));

    private static async Task MeasureAsync(JobOptions options, string folder, bool keepSucceeded)
    {
        var jobs = options.Jobs ?? 1_000_000;
        await using var queue = await BenchmarkQueue.StartAsync(folder, options, keepSucceeded);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await FillAsync(queue.Jobs, jobs);
        Report.Line("bytes-per-indexed-job", (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)jobs, "bytes");
        (string Name, JobFilter Filter)[] kinds =
        [
            ("all", new JobFilter()),
            ("state", new JobFilter { States = [JobState.Scheduled] }),
            ("rare-state", new JobFilter { States = [JobState.Waiting] }),
            ("type", new JobFilter { Type = "searched" }),
            ("rare-type", new JobFilter { Type = "rare" }),
            ("key", new JobFilter { Key = "key 17" }),
            ("rare-tag", new JobFilter { Tag = "rare" }),
            ("index", new JobFilter().Arg("customer", "4711")),
            ("key-and-state", new JobFilter { Key = "key 4", States = [JobState.Scheduled] }),
            ("none-of-two-types", new JobFilter { Type = "searched", Tag = "on others" }),
        ];
        foreach (var (name, filter) in kinds)
        {
            var times = await TimesAsync(Enumerable.Repeat(filter, Samples), filter => queue.Jobs.SearchAsync(filter));
            Report.Line($"search-{name}-p50-ms", times[times.Count / 2], "ms");
            Report.Line($"search-{name}-max-ms", times[^1], "ms");
        }

        var asked = (await queue.Jobs.SearchAsync(new JobFilter { Key = "key 17" }, Samples)).Jobs.Select(job => job.Id).ToList();
        var line = await queue.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, WaitingJobs).Select(n => new SearchedJob(n, n))], o => o.Key("key 1"));
        var whys = await TimesAsync(asked.Concat(line.Where((_, n) => n % (WaitingJobs / Samples) == 0)), id => queue.Jobs.WhyAsync(id));
        Report.Line("why-p50-ms", whys[whys.Count / 2], "ms");
        Report.Line("why-max-ms", whys[^1], "ms");
        await Task.WhenAll(line.Chunk(1_000).Select(ids => Task.WhenAll(ids.Select(id => queue.Jobs.CancelAsync(id)))));

        var watch = Stopwatch.StartNew();
        await queue.Jobs.CountAsync(new JobFilter { EnqueuedFrom = DateTimeOffset.UnixEpoch });
        Report.Line("count-all-ms", watch.Elapsed.TotalMilliseconds, "ms");
        await queue.StartConsumingAsync();
        var quiet = await JobBenchmarks.LatencyAsync(queue, Starts);
        Report.Line("start-p99-ms", quiet[quiet.Count * 99 / 100], "ms");
        using var stop = new CancellationTokenSource();
        var searches = 0;
        var searching = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await queue.Jobs.SearchAsync(kinds[searches++ % kinds.Length].Filter);
            }
        });
        var latency = await JobBenchmarks.LatencyAsync(queue, Starts);
        await stop.CancelAsync();
        await searching;
        Report.Line("start-p99-ms-while-searching", latency[latency.Count * 99 / 100], "ms");
        Report.Line("searches-meanwhile", searches, "searches");
    }

    private static async Task FillAsync(JobSystem jobs, int count)
    {
        const int AtOnce = 1000;
        var n = 0;
        for (var from = 0; from < count; from += AtOnce)
        {
            var some = Enumerable.Range(from, AtOnce).Select(number => new SearchedJob(number, number % Rare)).ToList();
            await jobs.EnqueueManyAsync(some, o =>
            {
                n++;
                o.Key(string.Create(CultureInfo.InvariantCulture, $"key {n % Keys}")).Delay(TimeSpan.FromDays(1));
                if (n % Rare == 1)
                {
                    o.Tag("rare");
                }
            });
            if (from % Rare == 0)
            {
                await jobs.EnqueueAsync(new RareJob(from), o => o.Delay(TimeSpan.FromDays(1)).Tag("on others"));
            }
        }
    }

    private static async Task<List<double>> TimesAsync<T>(IEnumerable<T> what, Func<T, Task> ask)
    {
        var times = new List<double>(Samples);
        foreach (var one in what)
        {
            var began = Stopwatch.GetTimestamp();
            await ask(one);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        times.Sort();
        return times;
    }
}

[Job("searched")]
internal sealed record SearchedJob(int Number, [Index] int Customer);

[Job("rare")]
internal sealed record RareJob(int Number);
