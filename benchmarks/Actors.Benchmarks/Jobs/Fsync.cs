using System.Diagnostics;

namespace Actors.Benchmarks.Jobs;

/// <summary>The limit of whatever commits: fsyncs per second of a 4 kB write, in the folder of the store.</summary>
internal static class Fsync
{
    public static void Report(string folder)
    {
        var path = Path.Combine(folder, "fsync");
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0))
        {
            var page = new byte[4096];
            var watch = Stopwatch.StartNew();
            var count = 0;
            while (watch.ElapsedMilliseconds < 500)
            {
                file.Write(page);
                file.Flush(flushToDisk: true);
                count++;
            }

            Benchmarks.Report.Line("fsync", count / watch.Elapsed.TotalSeconds, "fsyncs/s");
        }

        File.Delete(path);
    }
}
