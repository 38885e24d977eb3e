using System.Globalization;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Crashes;

public sealed class CrashTests
{
    private const int Batches = 10;

    /// <summary>How many seeds there are in all. More by command: <c>ACTORS_SEEDS=20000 dotnet run --project tests/Actors.Jobs.Tests -- --filter-class *CrashTests</c>.</summary>
    private static readonly int Seeds = int.Parse(
        Environment.GetEnvironmentVariable(Simulation.SeedsVariable) ?? "2000", CultureInfo.InvariantCulture);

    public static TheoryData<int> All() => [.. Enumerable.Range(0, Batches)];

    [Theory, MemberData(nameof(All))]
    public void Whatever_happens_every_acknowledged_job_ends_exactly_once_in_the_history(int batch)
    {
        var forwarded = 0L;
        var seeds = Math.Max(1, Seeds / Batches);
        Parallel.For(batch * seeds, (batch + 1) * seeds, seed =>
        {
            try
            {
                var queue = new CrashingQueue(seed);
                queue.RunToTheEnd();
                Interlocked.Add(ref forwarded, queue.Forwarded);
            }
            catch (Exception cause) when (!cause.Message.Contains("[seed", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{cause.Message} [seed {seed}]", cause);
            }
        });

        (seeds < 50 || forwarded / seeds > 10).ShouldBeTrue($"{forwarded} jobs were written forward by {seeds} seeds.");
    }
}
