using System.Globalization;

namespace Actors.Benchmarks;

/// <summary>The one form of output: <c>name: value unit</c>.</summary>
internal static class Report
{
    public static void Line(string name, double value, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {(value >= 100 ? Math.Round(value) : Math.Round(value, 3))} {unit}"));
}
