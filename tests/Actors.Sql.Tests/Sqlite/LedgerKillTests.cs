using System.Globalization;
using Actors.Persistence;

namespace Actors.Sql.Tests.Sqlite;

/// <summary>Persistent actors in a real process on a real file, ended by kill -9 at any moment: between a write and its answer, in a snapshot, in a deletion.</summary>
public sealed class LedgerKillTests : IDisposable
{
    private const int Seed = 17;

    /// <summary>More by command: <c>ACTORS_KILLS=200 dotnet run --project tests/Actors.Sql.Tests -- --filter-class *LedgerKillTests</c>.</summary>
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("ACTORS_KILLS") ?? "8", CultureInfo.InvariantCulture);

    private readonly TestFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Every_acknowledged_event_is_in_the_recovered_state_and_no_other_than_the_last_asked_for()
    {
        var random = new Random(Seed);
        for (var kill = 0; kill < Kills; kill++)
        {
            var acknowledged = await KillAfterAsync(random.Next(2, 600));
            await using var system = ActorSystem.Create("check");
            await using var store = await _file.OpenAsync();
            system.StartPersistence(store.Journal, store.Snapshots);
            for (var i = 0; i < LedgerChild.Ledgers; i++)
            {
                var number = i;
                var ledger = system.ActorOf(Props.Create(() => new LedgerChild.Ledger(number, isCounting: false)));
                var state = await ledger.AskAsync(new LedgerChild.Get());
                state.Count.ShouldBeGreaterThanOrEqualTo(acknowledged.GetValueOrDefault($"ledger-{i}"));
                state.Hash.ShouldBe(Enumerable.Range(1, state.Count).Aggregate(0, static (hash, n) => unchecked((hash * 31) + n)));
            }

            await system.TerminateAsync();
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Kills} kills, {_file.Query("SELECT count(*) FROM commits")} commits and {_file.Query("SELECT count(*) FROM snapshots")} snapshots kept.");
    }

    /// <returns>The highest number that each ledger has acknowledged.</returns>
    private async Task<Dictionary<string, int>> KillAfterAsync(int lines)
    {
        using var child = LedgerChild.Start(_file.Path);
        var read = new List<string>();
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            read.Add(line);
            if (read.Count == lines)
            {
                child.Kill();
            }
        }

        await child.WaitForExitAsync();
        read.Count.ShouldBeGreaterThanOrEqualTo(lines);
        return read[..^1].Select(line => line.Split(' ')).GroupBy(parts => parts[0])   // the kill may cut the last line short
            .ToDictionary(group => group.Key, group => group.Max(parts => int.Parse(parts[1], CultureInfo.InvariantCulture)));
    }
}
