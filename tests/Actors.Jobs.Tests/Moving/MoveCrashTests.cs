using System.Globalization;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Moving;

public sealed class MoveCrashTests
{
    private const int Batches = 4;

    /// <summary>How many seeds there are in all; more by command, as for CrashTests.</summary>
    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable(Simulation.SeedsVariable) ?? "400", CultureInfo.InvariantCulture);

    public static TheoryData<int> All() => [.. Enumerable.Range(0, Batches)];

    [Theory, MemberData(nameof(All))]
    public void Whatever_crashes_between_queues_each_job_is_in_one_of_them_and_runs_once(int batch)
    {
        var seeds = Math.Max(1, Seeds / Batches);
        var moved = 0L;
        for (var seed = batch * seeds; seed < (batch + 1) * seeds; seed++)
        {
            try
            {
                var moves = new CrashingMoves(seed);
                moves.RunToTheEnd();
                moved += moves.Moved;
            }
            catch (Exception cause) when (!cause.Message.Contains("[seed", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{cause.Message} [seed {seed}]", cause);
            }
        }

        (moved / seeds).ShouldBeGreaterThan(2);
    }
}
