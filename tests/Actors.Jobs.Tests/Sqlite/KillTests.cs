using System.Diagnostics;
using System.Globalization;
using Actors.Sql;

namespace Actors.Jobs.Tests.Sqlite;

public sealed class KillTests
{
    /// <summary>More by command: <c>ACTORS_KILLS=200 dotnet run --project tests/Actors.Jobs.Tests -- --filter-class *KillTests</c>.</summary>
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("ACTORS_KILLS") ?? "12", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Kill_9_under_load_loses_no_acknowledged_job_and_finishes_none_twice()
    {
        var folder = Directory.CreateTempSubdirectory("actors-kill-").FullName;
        try
        {
            var random = new Random(17);
            for (var i = 0; i < Kills; i++)
            {
                await RunAndKillAsync(folder, random.Next(50, 700));
            }

            await DrainAndCheckAsync(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAndKillAsync(string folder, int milliseconds)
    {
        var before = Notes.Length(folder, "acknowledged.txt");
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in KillChild.Arguments(folder))
        {
            start.ArgumentList.Add(argument);
        }

        using var child = MortalChild.Start(start);
        var errors = child.StandardError.ReadToEndAsync();
        var watch = Stopwatch.StartNew();
        while (Notes.Length(folder, "acknowledged.txt") == before)
        {
            (child.HasExited ? await errors : "").ShouldBe("");
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), "The process to be killed does not get to work.");
            await Task.Delay(5);
        }

        await Task.Delay(milliseconds);
        child.HasExited.ShouldBeFalse();
        child.Kill();
        await child.WaitForExitAsync();
    }

    private static async Task DrainAndCheckAsync(string folder)
    {
        await using var system = ActorSystem.Create("drain");
        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "jobs.db") });
        var jobs = await KillChild.StartAsync(system, store, new Notes(Path.Combine(folder, "begun.txt")));
        using var stop = new CancellationTokenSource();
        var consuming = jobs.ConsumeAsync("default", static () => { }, stop.Token);
        var watch = Stopwatch.StartNew();
        var queue = await Recovered.QueueAsync(jobs);
        foreach (var id in KillChild.CutShort(folder))
        {
            await KillChild.EnqueueBatchAsync(jobs, id);
        }

        while (queue.Awaiting + queue.Waiting + queue.Running + queue.Scheduled + queue.Retrying > 0)
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(120 + Kills), queue.ToString());
            await Task.Delay(20);
            queue = await jobs.GetQueueAsync("default");
        }

        await stop.CancelAsync();
        await consuming;
        queue = await jobs.GetQueueAsync("default");
        await WaitForHistoryAsync(jobs, queue);
        var acknowledged = Notes.Lines(folder, "acknowledged.txt").Select(line => line.Split(' ')).ToDictionary(parts => JobId.Parse(parts[0]), parts => parts[1]);
        acknowledged.Count.ShouldBeGreaterThan(Kills * 10);
        foreach (var (id, what) in acknowledged)
        {
            var job = (await store.History.FindAsync(id, default)).ShouldNotBeNull($"Job {id} was acknowledged and is lost.");
            (job.State, job.Attempts).ShouldBe(what == "fail" ? (JobState.Failed, 2) : (JobState.Succeeded, 1), $"Job {id} ({what})");
        }

        await CheckFamiliesAsync(folder, jobs);
        CheckRepeats(folder, queue);
    }

    /// <summary>Each link of a chain ended after the one before; each batch is complete, and what follows it has run as one job.</summary>
    private static async Task CheckFamiliesAsync(string folder, JobSystem jobs)
    {
        foreach (var ids in Notes.Lines(folder, "chains.txt").Select(line => line.Split(' ').Select(id => JobId.Parse(id)).ToList()))
        {
            var ends = await Task.WhenAll(ids.Select(id => jobs.History.FindAsync(id, default)));
            (ends[0]!.FinishedAt <= ends[1]!.FinishedAt && ends[1]!.FinishedAt <= ends[2]!.FinishedAt).ShouldBeTrue(string.Join(", ", ids));
        }

        var batches = Notes.Lines(folder, "batches.txt").Select(line => JobId.Parse(line.Split(' ')[1])).Distinct().ToList();
        batches.Count.ShouldBeGreaterThan(Kills);
        foreach (var id in batches)
        {
            var batch = (await jobs.GetBatchAsync(id)).ShouldNotBeNull($"Batch {id} is lost.");
            (batch.Enqueued, batch.Succeeded, batch.IsComplete).ShouldBe((KillChild.JobsInABatch, KillChild.JobsInABatch, true), batch.ToString());
            var after = (await jobs.History.FindAsync(JobBatch.Derive(id, 'c', 0), default)).ShouldNotBeNull($"Nothing has followed batch {id}.");
            after.State.ShouldBe(JobState.Succeeded);
            after.FinishedAt.ShouldBeGreaterThanOrEqualTo(batch.CompletedAt!.Value - TimeSpan.FromSeconds(1));
        }
    }

    private static async Task WaitForHistoryAsync(JobSystem jobs, QueueStatus queue)
    {
        var watch = Stopwatch.StartNew();
        while (await jobs.History.CountAsync(new HistoryFilter(), default) < queue.Succeeded + queue.Failed)
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
            await Task.Delay(20);
        }

        // Each finished job has one row, and each row is one finished job.
        (await jobs.History.CountAsync(new HistoryFilter { State = JobState.Succeeded }, default)).ShouldBe(queue.Succeeded);
        (await jobs.History.CountAsync(new HistoryFilter { State = JobState.Failed }, default)).ShouldBe(queue.Failed);
    }

    /// <summary>Only what was granted when the process was killed may have begun twice.</summary>
    private static void CheckRepeats(string folder, QueueStatus queue)
    {
        var begun = Notes.Lines(folder, "begun.txt");
        var repeats = begun.Count - begun.Distinct().Count();
        repeats.ShouldBeLessThanOrEqualTo(Kills * (KillChild.Workers + KillChild.Prefetch));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Kills} kills, {queue.Succeeded} succeeded, {queue.Failed} failed, {begun.Count} attempts begun, {repeats} of them twice.");
    }
}
