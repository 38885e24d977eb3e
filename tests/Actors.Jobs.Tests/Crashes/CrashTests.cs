using System.Globalization;
using System.Runtime.ExceptionServices;
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
        var seeds = Math.Max(1, Seeds / Batches);
        var next = (batch * seeds) - 1;
        var (forwarded, failure) = (0L, (Exception?)null);

        // On threads of their own: seeds that fill the pool's keep it from the tests that run in real time beside these.
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            for (int seed; (seed = Interlocked.Increment(ref next)) < (batch + 1) * seeds && Volatile.Read(ref failure) is null;)
            {
                try
                {
                    var queue = new CrashingQueue(seed);
                    queue.RunToTheEnd();
                    Interlocked.Add(ref forwarded, queue.Forwarded);
                }
                catch (Exception cause)
                {
                    var isNamed = cause.Message.Contains("[seed", StringComparison.Ordinal);
                    Interlocked.CompareExchange(ref failure, isNamed ? cause : new InvalidOperationException($"{cause.Message} [seed {seed}]", cause), null);
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        (seeds < 50 || forwarded / seeds > 10).ShouldBeTrue($"{forwarded} jobs were written forward by {seeds} seeds.");
    }
}
