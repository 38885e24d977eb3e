using System.Globalization;

namespace Actors.Persistence.Tests.Crashes;

public sealed class CrashTests
{
    /// <summary>How many seeds a batch has. More by command: <c>ACTORS_CRASH_SEEDS=2000 dotnet run --project tests/Actors.Persistence.Tests -- --filter-class *CrashTests</c>.</summary>
    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("ACTORS_CRASH_SEEDS") ?? "100", CultureInfo.InvariantCulture);

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void Whatever_happens_the_state_is_the_sum_of_the_durable_events_and_nothing_acknowledged_is_lost(int batch)
    {
        var (events, recoveries, snapshots, trims) = (0, 0, 0, 0);
        for (var seed = batch * Seeds; seed < (batch + 1) * Seeds; seed++)
        {
            var ledger = new CrashingLedger(seed);
            try
            {
                ledger.RunToTheEnd();
            }
            catch (Exception cause) when (!cause.Message.Contains("[seed", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{cause.Message} [seed {seed}]", cause);
            }

            events += ledger.Events;
            recoveries += ledger.Recoveries;
            snapshots += ledger.Snapshots;
            trims += ledger.Trims;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Seeds} seeds: {events} events, {recoveries} recoveries, {snapshots} snapshots, {trims} deletions asked for.");
        (events / Seeds).ShouldBeGreaterThan(20);
        (recoveries / Seeds).ShouldBeGreaterThan(4);
    }
}
