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
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var system = ActorSystem.Create("benchmark");
        await using var services = new ServiceCollection().BuildServiceProvider();
        var journal = new InMemoryJournal();
        await using (var first = ActorSystem.Create("benchmark"))
        {
            await StartAsync(first, journal, new InMemoryHistory(), services, Idle(count));
        }

        // A second start knows them from the journal alone, so that the definitions are not counted. The journal is: it is in memory here.
        GC.Collect();
        before = GC.GetTotalMemory(forceFullCollection: true);
        var jobs = await StartAsync(system, journal, new InMemoryHistory(), services, []);
        await jobs.Schedules.GetAsync("idle-0");
        await Task.Delay(2000);
        Report.Line("idle-schedules-MB", (GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6, $"MB for {count:N0}");
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        await Task.Delay(5000);
        Report.Line("idle-schedules-cpu", (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMilliseconds / 50, "%");
        GC.KeepAlive(jobs);
    }

    private static IReadOnlyList<ScheduleDefinition> Idle(int count) =>
        [.. Enumerable.Range(0, count).Select(i => ScheduleDefinition.Of($"idle-{i}", $"{i % 60} {i / 60 % 24} 29 2 *", new Tick(0)))];

    private static async Task MeasureLatenessAsync(int count, int seconds, bool isSpread)
    {
        var folder = Directory.CreateTempSubdirectory("actors-benchmark-").FullName;
        try
        {
            await using var system = ActorSystem.Create("benchmark");
            await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "jobs.db") });
            await using var services = new ServiceCollection().BuildServiceProvider();

            // Spread: a share of the schedules has its slot in each 10 ms, as schedules that were added over the day have.
            var jobs = await StartAsync(
                system,
                store.Journal,
                store.History,
                services,
                [
                    .. Enumerable.Range(0, count).Select(i => ScheduleDefinition.Of(
                        $"each-{i}", "every 1 s", new Tick(isSpread ? i * 1000 / count / 10 * 10 : 0), new ScheduleOptions())),
                ],
                isSpread);
            using var stop = new CancellationTokenSource();
            var consuming = jobs.ConsumeAsync("default", () => { }, stop.Token);
            await Task.Delay(3000);
            TickHandler.Begin(count * (seconds + 2));
            await Task.Delay(TimeSpan.FromSeconds(seconds));
            var late = TickHandler.End();
            await stop.CancelAsync();
            await consuming;
            late.Sort();
            var name = isSpread ? "spread" : "at-once";
            Report.Line($"{name}-jobs-per-second", late.Count / (double)seconds, "jobs/s");
            Report.Line($"{name}-late-p50-ms", late[late.Count / 2], "ms");
            Report.Line($"{name}-late-p99-ms", late[late.Count * 99 / 100], "ms");
            Report.Line($"{name}-late-max-ms", late[^1], "ms");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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
            Schedules = isSpread ? [.. schedules.Select((schedule, i) => schedule.With($"every 1 s from {i * 1000 / schedules.Count / 10 * 10} ms", schedule.Options))] : schedules,
        });
        return jobs;
    }

    [Job("tick")]
    internal sealed record Tick(int Phase);

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
