using System.Diagnostics;
using Actors.Jobs;
using Actors.Persistence;
using Actors.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Benchmarks;

/// <summary>Jobs per second through a durable queue: each producer awaits the durability of each job, while the workers drain.</summary>
internal static class JobBenchmarks
{
    private const int PayloadBytes = 216;

    public static async Task RunAsync(Options options)
    {
        var jobs = options.Int("jobs", 300_000);
        var producers = options.Int("producers", 64);
        var queue = new QueueOptions
        {
            Workers = options.Int("workers", 64),
            Prefetch = options.Int("prefetch", 1000),
        };
        var folder = Directory.CreateTempSubdirectory("actors-benchmark-").FullName;
        try
        {
            var isMemory = options.Text("store", "sqlite") switch
            {
                "sqlite" => false,
                "memory" => true,
                var other => throw new ArgumentException($"--store {other}: there are sqlite and memory."),
            };
            if (!isMemory)
            {
                Report.Line("fsync", MeasureFsync(folder), "fsyncs/s");
            }

            await using var system = ActorSystem.Create("benchmark");
            await using var store = isMemory ? null : await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "jobs.db") });
            var journal = new CountingJournal(store?.Journal ?? new InMemoryJournal());
            IHistory history = options.Text("history", "all") == "none" ? new NoHistory() : store?.History ?? new InMemoryHistory();
            await using var services = new ServiceCollection().BuildServiceProvider();
            var done = new Countdown();
            Handler.Done = done;
            var queues = await JobSystem.StartAsync(system, new JobSystemOptions
            {
                Journal = journal,
                History = history,
                BegunAttempts = store?.BegunAttempts ?? new InMemoryBegunAttempts(),
                Services = services,
                Queues = [new QueueDefinition("default", queue, [typeof(Handler)])],
            });
            using var stop = new CancellationTokenSource();
            var consuming = queues.ConsumeAsync("default", () => { }, stop.Token);

            await EndToEndAsync(queues, done, producers, Math.Max(100_000, jobs / 10));
            var commits = journal.Commits;
            var appendMs = journal.AppendMs;
            var rate = await EndToEndAsync(queues, done, producers, jobs);
            Report.Line("end-to-end", rate, "jobs/s");
            Report.Line("jobs-per-commit", jobs / (double)(journal.Commits - commits), "jobs");
            Report.Line("append-ms", (journal.AppendMs - appendMs) / (journal.Commits - commits), "ms");
            Report.Line("concurrency", queue.Workers, "workers");
            Report.Line("prefetch", queue.Prefetch, "jobs");
            var latency = await LatencyAsync(queues, 2000);
            Report.Line("start-p50-ms", latency[latency.Count / 2], "ms");
            Report.Line("start-p99-ms", latency[latency.Count * 99 / 100], "ms");
            await stop.CancelAsync();
            await consuming;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> EndToEndAsync(IJobs jobs, Countdown done, int producers, int count)
    {
        var finished = done.Start(count);
        var text = new string('x', PayloadBytes - 20);
        var left = count;
        var watch = Stopwatch.StartNew();
        var tasks = Enumerable.Range(0, producers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await jobs.EnqueueAsync(new BenchmarkJob(text, 0));
            }
        }));
        await Task.WhenAll(tasks);
        await finished;
        return count / watch.Elapsed.TotalSeconds;
    }

    private static async Task<List<double>> LatencyAsync(IJobs jobs, int count)
    {
        var all = new List<double>();
        for (var i = 0; i < count; i++)
        {
            var started = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            Handler.Started = started;
            var began = Stopwatch.GetTimestamp();
            await jobs.EnqueueAsync(new BenchmarkJob("x", began));
            var ended = await started.Task;
            all.Add(Stopwatch.GetElapsedTime(began, ended).TotalMilliseconds);
            await Task.Delay(1);
        }

        Handler.Started = null;
        all.Sort();
        return all;
    }

    private static double MeasureFsync(string folder)
    {
        using var file = new FileStream(Path.Combine(folder, "fsync"), FileMode.Create, FileAccess.Write, FileShare.None, 0);
        var page = new byte[4096];
        var watch = Stopwatch.StartNew();
        var count = 0;
        while (watch.ElapsedMilliseconds < 1000)
        {
            file.Write(page);
            file.Flush(flushToDisk: true);
            count++;
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    [Job("benchmark")]
    private sealed record BenchmarkJob(string Text, long Began);

    private sealed class Handler : IJobHandler<BenchmarkJob>
    {
        public static Countdown? Done { get; set; }

        public static TaskCompletionSource<long>? Started { get; set; }

        public Task HandleAsync(BenchmarkJob job, JobContext context, CancellationToken cancellationToken)
        {
            Started?.TrySetResult(Stopwatch.GetTimestamp());
            Done?.Signal();
            return Task.CompletedTask;
        }
    }

    private sealed class Countdown
    {
        private TaskCompletionSource _done = new();
        private int _left;

        public Task Start(int count)
        {
            _done = new TaskCompletionSource();
            _left = count;
            return _done.Task;
        }

        public void Signal()
        {
            if (Interlocked.Decrement(ref _left) == 0)
            {
                _done.TrySetResult();
            }
        }
    }

    private sealed class NoHistory : IHistory
    {
        public Task WriteAsync(IReadOnlyList<FinishedJob> jobs, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<FinishedJob?> FindAsync(JobId id, CancellationToken cancellationToken) => Task.FromResult<FinishedJob?>(null);

        public Task<long> CountAsync(HistoryFilter filter, CancellationToken cancellationToken) => Task.FromResult(0L);

        public Task<IReadOnlyList<FinishedJob>> ListAsync(
            HistoryFilter filter, int limit, HistoryCursor? before, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<FinishedJob>>([]);

        public Task<int> PruneAsync(JobState state, DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken) =>
            Task.FromResult(0);
    }

    private sealed class CountingJournal(IJournal inner) : IJournal
    {
        private long _commits;
        private long _appendTicks;

        public long Commits => Interlocked.Read(ref _commits);

        public Task<JournalOpening> OpenAsync(string persistenceId, Guid writer, int readableFormat, CancellationToken cancellationToken) =>
            inner.OpenAsync(persistenceId, writer, readableFormat, cancellationToken);

        public double AppendMs => TimeSpan.FromTicks(Interlocked.Read(ref _appendTicks)).TotalMilliseconds;

        public async Task<AppendOutcome[]> AppendAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _commits);
            var began = Stopwatch.GetTimestamp();
            var outcomes = await inner.AppendAsync(commits, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref _appendTicks, Stopwatch.GetElapsedTime(began).Ticks);
            return outcomes;
        }

        public Task ResetAsync(CancellationToken cancellationToken) => inner.ResetAsync(cancellationToken);

        public Task<IReadOnlyList<CommitRow>> ReadAsync(
            string persistenceId, long fromSequenceNumber, int maxBytes, CancellationToken cancellationToken) =>
            inner.ReadAsync(persistenceId, fromSequenceNumber, maxBytes, cancellationToken);

        public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPayloadsAsync(
            string persistenceId, IReadOnlyList<long> rows, CancellationToken cancellationToken) =>
            inner.ReadPayloadsAsync(persistenceId, rows, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
