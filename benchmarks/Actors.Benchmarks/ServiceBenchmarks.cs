using System.Diagnostics;
using Actors.Services;

namespace Actors.Benchmarks;

/// <summary>A hundred thousand services in one process, and services that block their threads.</summary>
internal static class ServiceBenchmarks
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    public static async Task<int> RunAsync(Options options)
    {
        var count = options.Int("services", 100_000);
        await WarmUpAsync();
        await ManyAsync(count);
        await BlockedAsync("blocked-timer-late-max-ms", 1);
        await BlockedAsync("blocked-8-timer-late-max-ms", 8);
        return 0;
    }

    private static async Task WarmUpAsync()
    {
        await using var system = ActorSystem.Create("warm-up");
        var services = system.StartServices(Definitions(2000));
        await RunningAsync(services, 2000);
        await services.GetServicesAsync();
        await services.StopAsync("s1*");
    }

    private static async Task ManyAsync(int count)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var system = ActorSystem.Create("many");
        var watch = Stopwatch.StartNew();
        var services = system.StartServices(Definitions(count));
        await RunningAsync(services, count);
        Report.Line("start-100k-s", watch.Elapsed.TotalSeconds, "s");
        Report.Line("bytes-per-service", (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / count, "bytes");

        var all = new List<double>();
        for (var i = 0; i < 11; i++)
        {
            watch.Restart();
            await services.GetServicesAsync();
            all.Add(watch.Elapsed.TotalMilliseconds);
        }

        Report.Line("status-all-ms", Median(all), "ms");

        watch.Restart();
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => services.GetStatusAsync($"s{i}")));
        Report.Line("status-each-ms", watch.Elapsed.TotalMilliseconds, "ms");

        var stops = new List<double>();
        for (var i = 0; i < 500; i++)
        {
            watch.Restart();
            await services.StopAsync($"s{i * (count / 500)}");
            stops.Add(watch.Elapsed.TotalMilliseconds);
        }

        stops.Sort();
        Report.Line("stop-ms", stops[stops.Count / 2], "ms");
        Report.Line("stop-p99-ms", stops[stops.Count * 99 / 100], "ms");
        watch.Restart();
        await services.StopAsync();
        Report.Line("stop-all-s", watch.Elapsed.TotalSeconds, "s");
    }

    /// <summary>How late the timers of one service are while others block their threads.</summary>
    private static async Task BlockedAsync(string name, int blockers)
    {
        await using var system = ActorSystem.Create("blocked");
        var late = new List<double>();
        var isMeasuring = false;
        var isOver = false;
        var services = system.StartServices(
        [
            ServiceDefinition.Service("timer", async (context, cancellationToken) =>
            {
                while (!cancellationToken.IsCancellationRequested)
                {
                    var begun = Stopwatch.GetTimestamp();
                    await context.DelayAsync(Tick);
                    if (Volatile.Read(ref isMeasuring))
                    {
                        late.Add((Stopwatch.GetElapsedTime(begun) - Tick).TotalMilliseconds);
                    }
                }
            }),
            .. Enumerable.Range(0, blockers).Select(i => ServiceDefinition.Service(
                $"blocker-{i}",
                async (context, cancellationToken) =>
                {
                    await context.DelayAsync(TimeSpan.FromMilliseconds(500));
                    Volatile.Write(ref isMeasuring, true);
                    while (!Volatile.Read(ref isOver))
                    {
                        Thread.Sleep(1000); // The fault that is measured.
                    }
                })),
        ]);
        await Task.Delay(TimeSpan.FromSeconds(5));
        Volatile.Write(ref isMeasuring, false);
        Volatile.Write(ref isOver, true);
        await services.StopAsync();
        Report.Line(name, late.Max(), "ms");
        Report.Line(name.Replace("max", "p99", StringComparison.Ordinal), late.Order().ElementAt(late.Count * 99 / 100), "ms");
    }

    private static IEnumerable<ServiceDefinition> Definitions(int count) =>
        Enumerable.Range(0, count).Select(i => ServiceDefinition.Service($"s{i}", static (context, _) => context.DelayAsync(Timeout.InfiniteTimeSpan)));

    private static async Task RunningAsync(IServices services, int count)
    {
        // The last is told to start last; the others are counted then.
        while ((await services.GetStatusAsync($"s{count - 1}")).State != ServiceState.Running
            || (await services.GetServicesAsync()).Any(status => status.State != ServiceState.Running))
        {
            await Task.Delay(5);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
