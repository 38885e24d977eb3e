namespace Actors.Benchmarks.Kernel;

/// <summary>A message without content.</summary>
internal sealed class Ball
{
    public static readonly Ball Instance = new();
}
