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
    }

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
