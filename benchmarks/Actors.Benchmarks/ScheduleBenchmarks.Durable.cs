using System.Diagnostics;
using Actors.Jobs;
using Actors.Persistence;
using Actors.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Benchmarks;

/// <summary>Durable schedules on SQLite: what idle ones cost, and how late the jobs of busy ones begin.</summary>
internal static partial class ScheduleBenchmarks
{
    private static async Task MeasureIdleAsync(int count)
    {
        if (count == 0)
        {
            return;
        }

        var folder = Directory.CreateTempSubdirectory("actors-benchmark-").FullName;
        try
        {
            await using var services = new ServiceCollection().BuildServiceProvider();
            await AddIdleAsync(folder, services, count);

            // A second start knows them from the journal alone, so that the definitions are not counted.
            await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "jobs.db") });
            await using var system = ActorSystem.Create("benchmark");
            GC.Collect();
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var watch = Stopwatch.StartNew();
            var jobs = await StartAsync(system, store.Journal, store.History, services, []);
            if ((await jobs.Schedules.GetAsync($"idle-{count - 1}")).State != ScheduleState.Active)
            {
                throw new InvalidOperationException("They are not active.");
            }

            Report.Line("idle-schedules-start-ms", watch.Elapsed.TotalMilliseconds, $"ms for {count:N0}");
            await Task.Delay(2000);
            Report.Line("idle-schedules-MB", (GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6, $"MB for {count:N0}");
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            await Task.Delay(10_000);
            Report.Line("idle-schedules-cpu", (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMilliseconds / 100, "% of one core");
            GC.KeepAlive(jobs);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Added at run time: a schedule that code declares no more would be retired by the second start.</summary>
    private static async Task AddIdleAsync(string folder, IServiceProvider services, int count)
    {
        await using var system = ActorSystem.Create("benchmark");
        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "jobs.db") });
        var jobs = await StartAsync(system, store.Journal, store.History, services, []);
        foreach (var some in Idle(count).Chunk(2000))
        {
            await Task.WhenAll(some.Select(schedule => jobs.Schedules.SetAsync(schedule)));
        }
    }

    private static IEnumerable<ScheduleDefinition> Idle(int count) =>
        Enumerable.Range(0, count).Select(i => ScheduleDefinition.Of($"idle-{i}", $"{i % 60} {i / 60 % 24} 29 2 *", new Tick(true, i)));

    private static async Task MeasureLatenessAsync(int count, int seconds, int busy, bool isSpread)
    {
        if (count == 0)
        {
            return;
        }

        var folder = Directory.CreateTempSubdirectory("actors-benchmark-").FullName;
        try
        {
            await using var system = ActorSystem.Create("benchmark");
            await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "jobs.db") });
            await using var services = new ServiceCollection().BuildServiceProvider();

            // Spread: a share of the schedules has its slot in each millisecond, as schedules that were added over the day have.
            var jobs = await StartAsync(
                system,
                store.Journal,
                store.History,
                services,
                [
                    .. Enumerable.Range(0, count).Select(i => ScheduleDefinition.Of(
                        $"each-{i}", "every 1 s", new Tick(true), new ScheduleOptions())),
                ],
                isSpread);
            using var stop = new CancellationTokenSource();
            var consuming = jobs.ConsumeAsync("default", () => { }, stop.Token);
            var keepingBusy = KeepBusyAsync(jobs, busy, stop.Token);
            await Task.Delay(3000);
            TickHandler.Begin(count * (seconds + 2));
            await Task.Delay(TimeSpan.FromSeconds(seconds));
            var late = TickHandler.End();
            await stop.CancelAsync();
            await consuming;
            var others = await keepingBusy;
            late.Sort();
            var name = isSpread ? "spread" : "at-once";
            Report.Line($"{name}-jobs-per-second", late.Count / (double)seconds, "jobs/s");
            Report.Line($"{name}-other-jobs-per-second", others, "jobs/s");
            Report.Line($"{name}-late-p50-ms", late[late.Count / 2], "ms");
            Report.Line($"{name}-late-p99-ms", late[late.Count * 99 / 100], "ms");
            Report.Line($"{name}-late-max-ms", late[^1], "ms");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Other jobs in the same queue: ten at a time, each awaited until it is durable.</summary>
    /// <returns>How many a second.</returns>
    private static async Task<double> KeepBusyAsync(JobSystem jobs, int perSecond, CancellationToken stop)
    {
        var (watch, sent) = (Stopwatch.StartNew(), 0);
        Tick[] ten = [.. Enumerable.Repeat(new Tick(false), 10)];
        try
        {
            while (perSecond > 0)
            {
                while (sent < watch.Elapsed.TotalSeconds * perSecond)
                {
                    await jobs.EnqueueManyAsync(ten, cancellationToken: stop);
                    sent += ten.Length;
                }

                await Task.Delay(1, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }

        return sent / watch.Elapsed.TotalSeconds;
    }

    private static async Task<JobSystem> StartAsync(
        ActorSystem system, IJournal journal, IHistory history, IServiceProvider services, IReadOnlyList<ScheduleDefinition> schedules, bool isSpread = false)
    {
        var jobs = await JobSystem.StartAsync(system, new JobSystemOptions
        {
            Journal = journal,
            History = history,
            BegunAttempts = new InMemoryBegunAttempts(),
            Services = services,
            Queues = [new QueueDefinition("default", new QueueOptions { Workers = 64, Prefetch = 2000 }, [typeof(TickHandler)])],
            Schedules = isSpread ? [.. schedules.Select((schedule, i) => schedule.With($"every 1 s from {1 + (i * 999 / schedules.Count)} ms", schedule.Options))] : schedules,
        });
        return jobs;
    }

    [Job("tick")]
    internal sealed record Tick(bool IsOfSlot, int Number = 0);

    internal sealed class TickHandler(TimeProvider? time = null) : IJobHandler<Tick>
    {
        private static double[] _late = [];
        private static int _count = -1;

        public static void Begin(int most)
        {
            _late = new double[most];
            Volatile.Write(ref _count, 0);
        }

        public static List<double> End()
        {
            var count = Interlocked.Exchange(ref _count, -1_000_000_000);
            return [.. _late.Take(Math.Min(count, _late.Length))];
        }

        public Task HandleAsync(Tick job, JobContext context, CancellationToken cancellationToken)
        {
            if (!job.IsOfSlot)
            {
                return Task.CompletedTask;
            }

            // The id of the job of a slot begins with the slot.
            Span<byte> id = stackalloc byte[16];
            context.Id.WriteTo(id);
            var slotMs = ((long)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(id) << 16) | System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(id[4..]);
            var late = ((time ?? TimeProvider.System).GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds - slotMs;
            var index = Interlocked.Increment(ref _count) - 1;
            if (index >= 0 && index < _late.Length)
            {
                _late[index] = late;
            }

            return Task.CompletedTask;
        }
    }
}
