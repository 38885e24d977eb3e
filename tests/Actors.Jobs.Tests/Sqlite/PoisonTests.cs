using System.Diagnostics;
using Actors.Sql;

namespace Actors.Jobs.Tests.Sqlite;

public sealed class PoisonTests
{
    [Theory, InlineData("fail-fast"), InlineData("overflow")]
    public async Task A_job_that_brings_the_process_down_is_quarantined_and_its_neighbours_all_succeed(string poison)
    {
        var folder = Directory.CreateTempSubdirectory("actors-poison-").FullName;
        try
        {
            var deaths = 0;
            while (await RunAsync(folder, poison) != 0)
            {
                (++deaths).ShouldBeLessThan(10);
            }

            // Once beside its neighbours, and then three times alone.
            deaths.ShouldBe(4);
            await CheckAsync(folder, poison);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(string folder, string poison)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach (var argument in PoisonChild.Arguments(folder, poison))
        {
            start.ArgumentList.Add(argument);
        }

        using var child = MortalChild.Start(start);
        var (errors, output) = (child.StandardError.ReadToEndAsync(), child.StandardOutput.ReadToEndAsync());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await child.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            child.Kill();
            throw new ShouldAssertException($"The process did not end. {await output} {await errors}");
        }

        if (child.ExitCode != 0)
        {
            (await errors).ShouldContain(poison == "overflow" ? "Stack overflow" : "A job brings the process down.");
        }

        return child.ExitCode;
    }

    private static async Task CheckAsync(string folder, string poison)
    {
        var begun = Notes.Lines(folder, "begun.txt").CountBy(line => line).ToDictionary();
        begun[$"{poison} 1"].ShouldBe(4, "Attempts that do not end do not count.");
        for (var n = 1; n <= PoisonChild.Neighbours; n++)
        {
            begun[$"neighbour-{n} 1"].ShouldBe(2);
        }

        for (var n = 1; n <= 20; n++)
        {
            begun[$"later-{n} 1"].ShouldBe(1, "What was granted in advance is no suspect.");
        }

        await using var system = ActorSystem.Create("check");
        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "jobs.db") });
        var jobs = await PoisonChild.StartAsync(system, store, new Notes(Path.Combine(folder, "begun.txt")));
        var queue = await Recovered.QueueAsync(jobs);
        (queue.Quarantined, queue.Succeeded, queue.Waiting, queue.Running).ShouldBe((1, PoisonChild.Neighbours + 20, 0, 0));
    }
}
