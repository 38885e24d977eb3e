using System.Diagnostics;
using System.Globalization;
using Actors.Jobs;

namespace Actors.Benchmarks.Jobs;

/// <summary>The drain of a filled queue as it is, and with limits, uniqueness and ten thousand keys in use: one after the other, so that they can be compared.</summary>
internal static class LimitsBenchmark
{
    private const int Keys = 10_000;
    private const int AtOnce = 1000;
    private const int WarmUp = 100_000;

    public static async Task RunAsync(JobOptions options)
    {
        options = options with { KeepSucceeded = options.KeepSucceeded ?? true };
        var plain = await DrainAsync("plain", options, static number => new PlainJob(number, "", Padding(number)), static _ => { });
        await DrainAsync("keys", options, Keyed, static _ => { });
        await DrainAsync("unique", options, static number => new UniqueJob(number, KeyOf(number), Padding(number)), static _ => { });
        await DrainAsync("concurrency", options, Keyed, SetConcurrency);
        await DrainAsync("rate", options, Keyed, SetRate);
        var limited = await DrainAsync("limits", options, static number => new UniqueJob(number, KeyOf(number), Padding(number)), limits =>
        {
            SetConcurrency(limits);
            SetRate(limits);
        });
        Report.Line("limits-ratio", limited / plain, "of the plain rate");
    }

    private static KeyedJob Keyed(int number) => new(number, KeyOf(number), Padding(number));

    private static string KeyOf(int number) => $"key {number % Keys:00000}";

    /// <summary>What makes all jobs as large as each other.</summary>
    private static string Padding(int number) => new('x', 140 + (number % 10));

    private static void SetConcurrency(LimitOptions limits) => (limits.Concurrency, limits.ConcurrencyPerKey) = (1000, 4);

    /// <summary>Never reached: what is measured is what it costs to keep it.</summary>
    private static void SetRate(LimitOptions limits) =>
        (limits.Rate, limits.RatePerKey) = (new RateLimit(10_000_000, TimeSpan.FromSeconds(1)), new RateLimit(10_000, TimeSpan.FromSeconds(1)));

    /// <returns>Jobs per second.</returns>
    private static async Task<double> DrainAsync<TJob>(string name, JobOptions options, Func<int, TJob> make, Action<LimitOptions> limit)
        where TJob : class, ICountedJob
    {
        var rate = 0.0;
        await JobBenchmarks.EachAsync(options, async (folder, keepSucceeded) =>
        {
            var jobs = options.Jobs ?? 500_000;
            await using var queue = await BenchmarkQueue.StartAsync(folder, options, keepSucceeded, typeof(CountingHandler<TJob>), limit);
            await FillAsync(queue.Jobs, WarmUp, 0, make);
            var drained = CountingHandler<TJob>.Expect(WarmUp);
            await queue.StartConsumingAsync();
            await drained;
            await queue.StopConsumingAsync();
            await FillAsync(queue.Jobs, jobs, WarmUp, make);
            drained = CountingHandler<TJob>.Expect(jobs);
            var watch = Stopwatch.StartNew();
            await queue.StartConsumingAsync();
            await drained;
            rate = jobs / watch.Elapsed.TotalSeconds;
            Report.Line($"drain-{name}", rate, "jobs/s");
        });
        return rate;
    }

    private static async Task FillAsync<TJob>(IJobs jobs, int count, int first, Func<int, TJob> make)
        where TJob : class
    {
        for (var next = first; next < first + count; next += AtOnce)
        {
            await jobs.EnqueueManyAsync([.. Enumerable.Range(next, AtOnce).Select(make)]);
        }
    }

    private interface ICountedJob;

    [Job("plain")]
    private sealed record PlainJob(int Number, string Customer, string Text) : ICountedJob;

    [Job("keyed", Key = nameof(Customer))]
    private sealed record KeyedJob(int Number, string Customer, string Text) : ICountedJob;

    [Job("unique", Key = nameof(Customer)), Unique(nameof(Number))]
    private sealed record UniqueJob(int Number, string Customer, string Text) : ICountedJob;

    private sealed class CountingHandler<TJob> : IJobHandler<TJob>
        where TJob : class, ICountedJob
    {
        private static TaskCompletionSource? s_done;
        private static int s_left;

        public static Task Expect(int count)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            s_left = count;
            Volatile.Write(ref s_done, done);
            return done.Task;
        }

        public Task HandleAsync(TJob job, JobContext context, CancellationToken cancellationToken)
        {
            if (Interlocked.Decrement(ref s_left) == 0)
            {
                Volatile.Read(ref s_done)?.TrySetResult();
            }

            return Task.CompletedTask;
        }
    }
}
