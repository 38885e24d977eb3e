using System.Diagnostics;
using System.Text;
using Actors.Hocon;

namespace Actors.Benchmarks;

/// <summary>Parsing and resolving of a text like the files that people write.</summary>
internal static class HoconBenchmarks
{
    public static void Run()
    {
        var text = MakeHand(10_000_000);
        var bytes = Encoding.UTF8.GetByteCount(text);
        HoconDocument.Parse(text);
        var watch = Stopwatch.StartNew();
        const int Rounds = 5;
        for (var i = 0; i < Rounds; i++)
        {
            HoconDocument.Parse(text);
        }

        Report.Line("hocon-parse", bytes * Rounds / 1e6 / watch.Elapsed.TotalSeconds, "MB/s");
        foreach (var depth in new[] { 1_000, 2_000, 4_000 })
        {
            var nested = MakeNested(depth);
            HoconDocument.Parse(nested);
            watch.Restart();
            for (var i = 0; i < 20; i++)
            {
                HoconDocument.Parse(nested);
            }

            Report.Line($"hocon-nested-{depth}", watch.Elapsed.TotalMilliseconds / 20, "ms");
        }
    }

    /// <summary>Each value is that of the next, with more in it.</summary>
    private static string MakeNested(int depth) =>
        string.Concat(Enumerable.Range(0, depth).Select(static i => $"a{i} = ${{a{i + 1}}} {{ key = {i} }}\n")) + $"a{depth} {{ key = end }}\n";

    private static string MakeHand(int size)
    {
        var text = new StringBuilder("defaults { max-restarts = 5, window = 60 s, tags = [a, b, c] }\n");
        for (var i = 0; text.Length < size; i++)
        {
            text.Append($$"""
                # The worker number {{i}}, which does what workers do.
                worker-{{i}} = ${defaults} {
                  name = "worker {{i}}"         // shown on the page
                  restart.backoff { min = 200 ms, max = 30 seconds, random-factor = 0.2 }
                  queues = [emails, images, "reports of the day"]
                  command = /usr/bin/worker --number {{i}} --verbose
                  enabled = yes
                }

                """);
        }

        return text.ToString();
    }
}
