using System.Diagnostics;
using System.Globalization;
using Actors.Benchmarks.Kernel;

namespace Actors.Benchmarks;

/// <summary>The kernel's figures: all, or those that are named. Each is the median of some runs after a warm-up.</summary>
internal static class KernelBenchmarks
{
    private const string Inside = "--inside";
    private const string Runs = "5";
    private const string Size = "1";

    // The runtime compiles a method for good some hundred milliseconds after it turned out to be busy.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    private static readonly Measurement[] All =
    [
        .. Machine.Measurements,
        .. TellMeasurements.Measurements,
        .. AskMeasurements.Measurements,
        .. CreateMeasurements.Measurements,
        .. RestartMeasurements.Measurements,
        .. TimerMeasurements.Measurements,
        .. SimulationMeasurements.Measurements,
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var options = new Options(args);
        if (args.Contains("--help"))
        {
            Console.WriteLine(Help());
            return 0;
        }

        if (!TryParse(args, out var names, out var fault) || !TryNumber(options, "runs", Runs, out var runs, ref fault) || !TryNumber(options, "size", Size, out var size, ref fault))
        {
            Console.Error.WriteLine(fault);
            return 2;
        }

        if (args.Contains(Inside))
        {
            foreach (var measurement in All.Where(m => names.Contains(m.Name)))
            {
                Report.Line(measurement.Name, await MedianAsync(measurement, (int)runs, size), measurement.Unit);
            }

            return 0;
        }

        Console.WriteLine(Machine.Describe());
        return All.Where(m => names.Count == 0 || names.Contains(m.Name)).Select(m => RunApart(m.Name, options)).DefaultIfEmpty().Max();
    }

    /// <summary>
    /// A process for each figure, so that none finds the code compiled for another; and one that optimises by profile, as applications
    /// do unless they say otherwise, which this program as a whole does not.
    /// </summary>
    private static int RunApart(string name, Options options)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!); // Known on every platform that has processes.
        start.Environment.TryAdd("DOTNET_TieredPGO", "1");
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(KernelBenchmarks).Assembly.Location);
        }

        string[] arguments = ["kernel", Inside, name, "--runs", options.Text("runs", Runs), "--size", options.Text("size", Size)];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!; // Null only when the shell opens a document.
        process.WaitForExit();
        return process.ExitCode;
    }

    private static async Task<double> MedianAsync(Measurement measurement, int runs, double size)
    {
        var began = Stopwatch.GetTimestamp();
        do
        {
            await measurement.RunAsync(size / 4);
        }
        while (Stopwatch.GetElapsedTime(began) < WarmUp);

        var values = new double[Math.Min(runs, measurement.MaxRuns)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = await measurement.RunAsync(size);
        }

        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }

    private static bool TryParse(string[] args, out HashSet<string> names, out string fault)
    {
        names = [];
        for (var i = 1; i < args.Length; i++)
        {
            if (args[i] is "--runs" or "--size")
            {
                i++;
            }
            else if (All.Any(m => m.Name == args[i]))
            {
                names.Add(args[i]);
            }
            else if (args[i] != Inside)
            {
                fault = $"There is no measurement or option '{args[i]}'. 'kernel --help' lists them.";
                return false;
            }
        }

        fault = "";
        return true;
    }

    private static bool TryNumber(Options options, string name, string otherwise, out double value, ref string fault)
    {
        var text = options.Text(name, otherwise);
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value > 0)
        {
            return true;
        }

        fault = $"--{name} is '{text}', but must be a number greater than zero.";
        return false;
    }

    private static string Help() =>
        $"""
        usage: … -- kernel [NAME …] [--runs 5] [--size 1]

          NAME      takes only these figures; all when left out
          --runs    how often each is taken; the median is printed. Default 5, and at most {All.Min(m => m.MaxRuns)} to 3 for those that take seconds
          --size    how much work a run is, 1 being the normal amount. Default 1

        {string.Join('\n', All.Select(m => $"  {m.Name,-20} {m.Unit,-13} {m.About}"))}
        """;
}
