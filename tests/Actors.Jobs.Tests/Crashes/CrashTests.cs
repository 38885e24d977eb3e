namespace Actors.Jobs.Tests.Crashes;

public sealed class CrashTests
{
    /// <summary>How many seeds a batch has. More by command: <c>ACTORS_CRASH_SEEDS=2000 dotnet run --project tests/Actors.Jobs.Tests -- --filter-class *CrashTests</c>.</summary>
    private static readonly int Seeds = int.Parse(
        Environment.GetEnvironmentVariable("ACTORS_CRASH_SEEDS") ?? "100", System.Globalization.CultureInfo.InvariantCulture);

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void Whatever_happens_every_acknowledged_job_ends_exactly_once_in_the_history(int batch)
    {
        var forwarded = 0;
        for (var seed = batch * Seeds; seed < (batch + 1) * Seeds; seed++)
        {
            try
            {
                var queue = new CrashingQueue(seed);
                queue.RunToTheEnd();
                forwarded += queue.Forwarded;
            }
            catch (Exception cause) when (!cause.Message.Contains("[seed", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{cause.Message} [seed {seed}]", cause);
            }
        }

        (forwarded / Seeds).ShouldBeGreaterThan(10);
    }
}
