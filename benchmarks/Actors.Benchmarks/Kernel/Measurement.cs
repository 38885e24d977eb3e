namespace Actors.Benchmarks.Kernel;

/// <summary>One figure of the kernel. <paramref name="RunAsync"/> takes it once, at a size of which 1 is the normal one.</summary>
/// <param name="Name">As it is printed and given on the command line.</param>
/// <param name="Unit">Of the value.</param>
/// <param name="About">What is measured, for the help.</param>
/// <param name="RunAsync">Takes the figure.</param>
/// <param name="MaxRuns">How often at most it is taken after its warm-up, for those that take seconds.</param>
internal sealed record Measurement(string Name, string Unit, string About, Func<double, Task<double>> RunAsync, int MaxRuns = int.MaxValue);
