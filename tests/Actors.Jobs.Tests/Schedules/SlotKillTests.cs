using System.Diagnostics;
using System.Globalization;
using Actors.Jobs.Tests.Sqlite;
using Actors.Sql;
using static Actors.Jobs.Tests.Schedules.DurableScheduleTests;

namespace Actors.Jobs.Tests.Schedules;

/// <summary>Real processes, a real file, real time.</summary>
public sealed class SlotKillTests
{
    /// <summary>More by command: <c>ACTORS_KILLS=200 dotnet run --project tests/Actors.Jobs.Tests -- --filter-class *SlotKillTests</c>.</summary>
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("ACTORS_KILLS") ?? "8", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Kill_9_around_slots_leaves_each_slot_exactly_one_job()
    {
        var folder = Directory.CreateTempSubdirectory("actors-slots-").FullName;
        try
        {
            var random = new Random(23);
            for (var i = 0; i < Kills; i++)
            {
                await RunAndKillAsync(folder, random.Next(1, 400));
            }

            await DrainAndCheckAsync(folder, isShared: false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Of_two_processes_with_one_store_the_other_goes_on_when_the_owner_of_the_schedules_is_killed()
    {
        var folder = Directory.CreateTempSubdirectory("actors-slots-").FullName;
        try
        {
            var random = new Random(29);
            var (owner, other) = (Start(folder, isShared: true), default(Process));
            try
            {
                await UntilAsync(() => Notes.Lines(folder, "begun.txt").Count > 0, owner);
                for (var i = 1; i <= Kills; i++)
                {
                    // Who is older owns the store: the younger one has joined while it lived.
                    other = Start(folder, isShared: true);
                    await UntilAsync(() => Notes.Lines(folder, "started.txt").Count == i + 1, other);
                    await Task.Delay(random.Next(1, 300));
                    await KillAsync(owner);
                    (owner, other) = (other, null);
                    var before = Notes.Lines(folder, "begun.txt").Count;
                    await UntilAsync(() => Notes.Lines(folder, "begun.txt").Count > before + 20, owner);
                }
            }
            finally
            {
                await KillAsync(owner);
                if (other is not null)
                {
                    await KillAsync(other);
                }
            }

            await DrainAndCheckAsync(folder, isShared: true);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAndKillAsync(string folder, int milliseconds)
    {
        var before = Notes.Lines(folder, "begun.txt").Count;
        var child = Start(folder, isShared: false);
        await UntilAsync(() => Notes.Lines(folder, "begun.txt").Count > before, child);
        await Task.Delay(milliseconds);
        child.HasExited.ShouldBeFalse();
        await KillAsync(child);
    }

    private static Process Start(string folder, bool isShared)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardError = true };
        foreach (var argument in SlotKillChild.Arguments(folder, isShared))
        {
            start.ArgumentList.Add(argument);
        }

        return MortalChild.Start(start);
    }

    private static async Task UntilAsync(Func<bool> isSo, Process child)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            (child.HasExited ? "It has ended: " + await child.StandardError.ReadToEndAsync() : "").ShouldBe("");
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), "The process to be killed does not get to work.");
            await Task.Delay(5);
        }
    }

    private static async Task KillAsync(Process child)
    {
        child.Kill();
        await child.WaitForExitAsync();
        child.Dispose();
    }

    private static async Task DrainAndCheckAsync(string folder, bool isShared)
    {
        await using var system = ActorSystem.Create("slots");
        await using var store = await SlotKillChild.OpenAsync(folder, isShared);
        var jobs = await SlotKillChild.StartAsync(system, store, folder);
        await jobs.Schedules.PauseAsync("fifty");
        await jobs.Schedules.PauseAsync("seventy");
        using var stop = new CancellationTokenSource();
        var consuming = jobs.ConsumeAsync("default", static () => { }, stop.Token);
        var watch = Stopwatch.StartNew();
        var statuses = await jobs.Schedules.ListAsync();
        var runs = statuses.Sum(status => status.Runs);
        while (await jobs.History.CountAsync(new HistoryFilter(), default) < runs)
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(120));
            await Task.Delay(20);
        }

        await stop.CancelAsync();
        await consuming;
        (await jobs.History.CountAsync(new HistoryFilter(), default)).ShouldBe(runs, "one job for each slot, and no other");
        var begun = Notes.Lines(folder, "begun.txt").Select(line => line.Split(' ')).ToList();
        foreach (var status in statuses)
        {
            var slots = begun.Where(parts => parts[1] == status.Name).Select(parts => JobId.Parse(parts[0])).Distinct().Select(Slot).Order().ToList();
            slots.Count.ShouldBe((int)status.Runs);
            var distance = Schedule.Parse(status.Schedule).Interval!.Value; // It is an interval.
            var isListed = slots.Zip(slots.Skip(1)).Where(pair => pair.Second - pair.First != distance)
                .All(gap => status.Skipped.Any(line => line.First == gap.First + distance && line.Last == gap.Second - distance));
            isListed.ShouldBeTrue("no slot is left out in silence");
        }

        // The note that a slot was delivered follows its job.
        while ((await jobs.Schedules.ListAsync()).Any(status => status.Undelivered > 0))
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(120), "A slot stays undelivered.");
            await Task.Delay(20);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Kills} kills, {runs} slots, {begun.Count} attempts begun.");
    }
}
