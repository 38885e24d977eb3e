using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Actors.Benchmarks.Kernel;

/// <summary>What the figures depend on besides the code.</summary>
internal static class Machine
{
    public static IEnumerable<Measurement> Measurements { get; } =
    [
        new("core-round-trip-ns", "ns", "a cache line to the other core and back: the placement of two cores decides cross-core figures", _ => Task.FromResult(CoreRoundTrip())),
    ];

    public static string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"machine: {Environment.ProcessorCount} processors, {Processor()}, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");

    private static string Processor()
    {
        const string CpuInfo = "/proc/cpuinfo";
        var line = File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    /// <summary>The median of short rounds, because whoever else runs on these cores breaks some of them.</summary>
    private static double CoreRoundTrip()
    {
        const int Rounds = 100;
        const int Trips = 10_000;
        var line = new Line();
        var other = new Thread(() =>
        {
            for (var i = 1; i <= Rounds * Trips; i++)
            {
                Await(ref line.Ping, i);
                Volatile.Write(ref line.Pong, i);
            }
        });
        other.Start();
        var times = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            for (var trip = 1; trip <= Trips; trip++)
            {
                var number = (round * Trips) + trip;
                Volatile.Write(ref line.Ping, number);
                Await(ref line.Pong, number);
            }

            times[round] = Stopwatch.GetElapsedTime(began).TotalNanoseconds / Trips;
        }

        other.Join();
        Array.Sort(times);
        return times[Rounds / 2];
    }

    private static void Await(ref int place, int value)
    {
        for (var spins = 0; Volatile.Read(ref place) != value; spins++)
        {
            if (spins > 1_000_000)
            {
                Thread.Yield(); // Both threads are on one core: somebody else has the other.
                spins = 0;
            }
        }
    }

    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Lines
    {
        [FieldOffset(128)]
        public int Ping;

        [FieldOffset(256)]
        public int Pong;
    }

    /// <summary>Two cache lines of their own.</summary>
    private sealed class Line
    {
        private Lines _lines;

        public ref int Ping => ref _lines.Ping;

        public ref int Pong => ref _lines.Pong;
    }
}
