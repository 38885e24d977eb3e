using System.Diagnostics;
using System.Globalization;
using Actors.Jobs.Tests.Sqlite;
using Actors.Sql;

namespace Actors.Jobs.Tests.Processes;

public sealed class ProcessKillTests : IDisposable
{
    /// <summary>More by command: <c>ACTORS_KILLS=200 dotnet run --project tests/Actors.Jobs.Tests -- --filter-class *ProcessKillTests</c>.</summary>
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("ACTORS_KILLS") ?? "10", CultureInfo.InvariantCulture);

    private readonly string _folder = Directory.CreateTempSubdirectory("actors-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Kill_9_of_owners_and_workers_loses_no_acknowledged_job_and_finishes_none_twice()
    {
        var random = new Random(23);
        Process[] processes = [Start(KilledNode.Web), Start(KilledNode.Worker), Start(KilledNode.Worker)];
        string[] roles = [KilledNode.Web, KilledNode.Worker, KilledNode.Worker];
        try
        {
            await StartedAsync(3, processes);
            for (var i = 0; i < Kills; i++)
            {
                await Task.Delay(random.Next(100, 900));
                var victim = random.Next(3);
                processes[victim].HasExited.ShouldBeFalse($"A process ended by itself: {Errors(processes[victim])}");
                processes[victim].Kill();
                await processes[victim].WaitForExitAsync();
                processes[victim].Dispose();
                processes[victim] = Start(roles[victim]);
                await StartedAsync(4 + i, processes);
            }
        }
        finally
        {
            foreach (var process in processes)
            {
                process.Kill();
                await process.WaitForExitAsync();
                process.Dispose();
            }
        }

        await CheckAsync();
    }

    private static string Errors(Process process) => process.HasExited ? process.StandardError.ReadToEnd() : "";

    private Process Start(string role)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardError = true };
        foreach (var argument in KilledNode.Arguments(_folder, role))
        {
            start.ArgumentList.Add(argument);
        }

        return MortalChild.Start(start);
    }

    private async Task StartedAsync(int count, Process[] processes)
    {
        var watch = Stopwatch.StartNew();
        while (Lines("started.txt").Count < count)
        {
            var ended = processes.FirstOrDefault(process => process.HasExited);
            (ended is null ? "" : Errors(ended)).ShouldBe("");
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), "A process does not start.");
            await Task.Delay(10);
        }
    }

    private async Task CheckAsync()
    {
        await using var system = ActorSystem.Create("drain");
        await using var store = await SqliteSharedStore.JoinAsync(new SqliteStoreOptions { Path = Path.Combine(_folder, "jobs.db"), IsShared = true });
        var jobs = await JobSystem.StartAsync(system, KilledNode.Options(store, isWorker: true, new Notes(Path.Combine(_folder, "begun.txt"))));
        using var stop = new CancellationTokenSource();
        var consuming = jobs.ConsumeAsync("default", static () => { }, stop.Token);
        var acknowledged = Lines("acknowledged.txt").Select(line => line.Split(' ')).ToDictionary(parts => JobId.Parse(parts[0]), parts => parts[1]);
        acknowledged.Count.ShouldBeGreaterThan(Kills * 5);
        var watch = Stopwatch.StartNew();
        foreach (var (id, what) in acknowledged)
        {
            var job = await store.History.FindAsync(id, default);
            while (job is null)
            {
                watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), $"Job {id} was acknowledged and is not finished: {await jobs.FindAsync(id)} {await jobs.GetQueueAsync("default")}");
                await Task.Delay(20);
                job = await store.History.FindAsync(id, default);
            }

            (job.State, job.Attempts).ShouldBe(what == "fail" ? (JobState.Failed, 2) : (JobState.Succeeded, 1), $"Job {id} ({what})");
        }

        await stop.CancelAsync();
        await consuming;
        var begun = Lines("begun.txt");
        var repeats = begun.Count - begun.Distinct().Count();
        repeats.ShouldBeLessThanOrEqualTo((Kills + 3) * 3 * 12);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Kills} kills, {acknowledged.Count} jobs acknowledged, {begun.Count} attempts begun, {repeats} of them twice.");
    }

    private List<string> Lines(string name) => Notes.Lines(_folder, name);
}
