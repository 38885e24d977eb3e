using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Actors.Jobs;
using Actors.Persistence;

namespace Actors.Sql.Tests.Sqlite;

/// <summary>This test program started again as a process to be killed. An environment variable says so.</summary>
internal static class CrashChild
{
    private const string FileVariable = "ACTORS_SQL_TESTS_CRASH_FILE";

    public static readonly string Program =
        Path.ChangeExtension(typeof(CrashChild).Assembly.Location, OperatingSystem.IsWindows() ? "exe" : null);

    public static Process Start(string databasePath) => Start(databasePath, new ProcessStartInfo(Program));

    /// <summary>Starts it so that the operating system refuses to let a file grow beyond a size.</summary>
    public static Process StartWithFileLimit(string databasePath, int blocksOf512) =>
        Start(databasePath, new ProcessStartInfo("sh", ["-c", $"trap '' XFSZ; ulimit -f {blocksOf512}; exec '{Program}'"])
        {
            // The runtime's own memory would be a file beyond the limit.
            Environment = { ["DOTNET_EnableWriteXorExecute"] = "0" },
        });

    private static Process Start(string databasePath, ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.Environment[FileVariable] = databasePath;
        return MortalChild.Start(start);
    }

    public static bool IsWanted([NotNullWhen(true)] out string? databasePath) =>
        (databasePath = Environment.GetEnvironmentVariable(FileVariable)) is not null;

    /// <summary>Three writers append, and say on the console what was acknowledged, until somebody kills the process.</summary>
    public static async Task WriteForEverAsync(string path)
    {
        var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path });
        Console.WriteLine("open");
        await Task.WhenAll(AppendAsync(store, "orders", 300), AppendAsync(store, "emails", 60_000), WriteHistoryAsync(store));
    }

    private static async Task AppendAsync(SqliteStore store, string journal, int bytes)
    {
        var owner = await Owner.OpenAsync(store.Journal, journal);
        var row = owner.Opening.LastPayloadRow;
        for (var n = owner.Opening.LastSequenceNumber + 1; ; n++)
        {
            try
            {
                await owner.AppendAsync(
                    n, new byte[bytes], [(row + 1, 4000), (row += 2, 100)], deleteCommitsBefore: n - 100, deletePayloadsBefore: row - 200);
            }
            catch (JournalOutcomeUnknownException e)
            {
                Console.WriteLine($"in doubt about {journal} {n}: {e.Message}");
                await store.Journal.ResetAsync(default);
                var found = await store.Journal.ReadAsync(journal, n, 1, default);
                Console.WriteLine($"after the reset {journal} {n} is {(found.Count == 0 ? "absent" : "present")}");
                await Task.Delay(Timeout.Infinite);
            }

            Console.WriteLine($"{journal} {n}");
        }
    }

    private static async Task WriteHistoryAsync(SqliteStore store)
    {
        var random = new Random(Environment.ProcessId);
        while (true)
        {
            var now = DateTimeOffset.UtcNow;
            var jobs = Enumerable.Range(0, 300).Select(_ => new FinishedJob(
                JobId.Create(TimeProvider.System, random), "emails", "send-email", 1, JobState.Succeeded, 1, now, now, null, default)).ToArray();
            try
            {
                await store.History.WriteAsync(jobs, default);
            }
            catch (JournalException)
            {
                return;   // the file limit
            }

            Console.WriteLine($"history {jobs[^1].Id}");
        }
    }
}
