using System.Diagnostics;

namespace Actors.Benchmarks.Kernel;

/// <summary>How late the timers of actors are, what they cost, and that none is early.</summary>
internal static class TimerMeasurements
{
    private const int Owners = 100;

    // Before the first is due, all have been started: the lateness of a timer is measured, not the time that starting the others takes.
    private static readonly TimeSpan Head = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(5);

    public static IEnumerable<Measurement> Measurements { get; } =
    [
        new("timers-p50-ms", "ms", "lateness of 100,000 timers of 100 actors, due over 5 s: the median. An early one ends the program", size => LatenessAsync((int)(100_000 * size), 0, 0.5), MaxRuns: 2),
        new("timers-p99-ms", "ms", "the same: 99 of 100 are less late", size => LatenessAsync((int)(100_000 * size), 0, 0.99), MaxRuns: 2),
        new("timers-busy-p99-ms", "ms", "the same beside two pairs of actors that answer each other without a pause", size => LatenessAsync((int)(100_000 * size), 2, 0.99), MaxRuns: 2),
        new("timer-start-cancel", "timers/s", "an actor starts a timer and cancels it, while a million others wait", async size => (await HeldAsync((int)(1_000_000 * size))).Rate, MaxRuns: 3),
        new("bytes-per-timer", "bytes", "what a waiting timer holds, of a million, its key counted", async size => (await HeldAsync((int)(1_000_000 * size))).Bytes, MaxRuns: 2),
    ];

    private static async Task<double> LatenessAsync(int timers, int busyPairs, double quantile)
    {
        await using var system = ActorSystem.Create("benchmark");
        for (var i = 0; i < busyPairs; i++)
        {
            var left = system.ActorOf(Props.Create(() => new TellMeasurements.Player(new TaskCompletionSource(), long.MaxValue)));
            var right = system.ActorOf(Props.Create(() => new TellMeasurements.Player(new TaskCompletionSource(), long.MaxValue)));
            left.Tell(Ball.Instance, right);
        }

        var lateness = new long[timers];
        var fired = new Countdown(timers);
        for (var i = 0; i < Owners; i++)
        {
            var number = i;
            system.ActorOf(Props.Create(() => new Owner(number, lateness, fired))).Tell(Ball.Instance);
        }

        await fired.Ended;
        Array.Sort(lateness);
        return lateness[0] < 0
            ? throw new InvalidOperationException($"A timer was {-lateness[0] * 1e3 / Stopwatch.Frequency} ms early.")
            : lateness[(int)((timers - 1) * quantile)] * 1e3 / Stopwatch.Frequency;
    }

    private static async Task<(double Rate, double Bytes)> HeldAsync(int held)
    {
        await using var system = ActorSystem.Create("benchmark");
        var result = new TaskCompletionSource<(double, double)>(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(Props.Create(() => new Holder(held, result))).Tell(Ball.Instance);
        return await result.Task;
    }

    /// <summary>Starts its share of the timers, each of which says when it was due.</summary>
    private sealed class Owner(int number, long[] lateness, Countdown fired) : ActorBase
    {
        private readonly Random _random = new(number);

        protected override ValueTask OnReceiveAsync(object message)
        {
            if (message is Tick tick)
            {
                lateness[tick.Number] = Stopwatch.GetTimestamp() - tick.Due;
                fired.Signal();
                return default;
            }

            for (var i = number; i < lateness.Length; i += Owners)
            {
                var delay = Head + TimeSpan.FromTicks(_random.NextInt64(Spread.Ticks));
                var due = Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency);
                Context.Timers.StartSingle(i, new Tick(i, due), delay);
            }

            return default;
        }

        private sealed record Tick(int Number, long Due);
    }

    private sealed class Holder(int held, TaskCompletionSource<(double Rate, double Bytes)> result) : ActorBase
    {
        protected override ValueTask OnReceiveAsync(object message)
        {
            var random = new Random(1);
            var before = GC.GetTotalMemory(forceFullCollection: true);
            for (var i = 0; i < held; i++)
            {
                Context.Timers.StartSingle(i, Ball.Instance, TimeSpan.FromSeconds(1000 + (random.NextDouble() * 1000)));
            }

            var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
            var key = new object();
            var count = held;
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < count; i++)
            {
                Context.Timers.StartSingle(key, Ball.Instance, TimeSpan.FromSeconds(random.NextDouble() * 2000 + 100));
                Context.Timers.Cancel(key);
            }

            result.TrySetResult((count / watch.Elapsed.TotalSeconds, (double)bytes / held));
            return default;
        }
    }
}
