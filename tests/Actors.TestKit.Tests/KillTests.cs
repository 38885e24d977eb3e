using Actors.Persistence;
using Actors.Sql;

namespace Actors.TestKit.Tests;

public sealed class KillTests
{
    [Fact]
    public async Task What_was_said_to_be_durable_survives_any_number_of_kills_at_any_step()
    {
        var report = await Simulation.RunAsync(
            async run =>
            {
                var disk = new InMemoryJournal();
                var (added, acknowledged) = (0, 0);
                for (var process = 0; process < 5; process++)
                {
                    var journal = run.Journal(disk);
                    (journal.LongestLatency, journal.FaultProbability) = (TimeSpan.FromMilliseconds(20), 0.2);
                    var tally = Tally.Start(run.System, journal);
                    var sum = tally.AskAsync(new Tally.GetSum());
                    await run.System.WhenAsync(sum);
                    (await sum).ShouldBeInRange(acknowledged, added);
                    for (var i = run.Random.Next(20); i > 0; i--)
                    {
                        added++;
                        _ = NoteAsync(tally);
                        await run.StepAsync(run.Random.Next(6));
                        if (run.Strikes(0.2))
                        {
                            await run.System.AdvanceAsync(TimeSpan.FromMilliseconds(run.Random.Next(30)));
                        }
                    }

                    run.Kill();
                }

                async Task NoteAsync(IActorRef tally)
                {
                    try
                    {
                        await tally.AskAsync(new Tally.Add(1));
                        acknowledged++;
                    }
                    catch (Exception refused) when (refused is JournalException or AskTimeoutException)
                    {
                        // It may be there, or not.
                    }
                }
            },
            seeds: 200);
        report.LeftSeams.ShouldBeEmpty();
        report.Kills.ShouldBe(1000);
        report.Faults.ShouldBeGreaterThan(100);
    }

    [Fact]
    public async Task Nothing_of_a_killed_process_runs_any_more()
    {
        await Simulation.RunAsync(
            async run =>
            {
                var hasRun = false;
                var actor = run.System.ActorOf(Puppet.Props());
                actor.Do(puppet =>
                {
                    puppet.Context.Timers.StartSingle("tick", new Puppet.Do(_ => hasRun = true), TimeSpan.FromSeconds(1));
                    puppet.Context.RunTask(
                        async () =>
                        {
                            await Task.Delay(TimeSpan.FromSeconds(1), run.System.Time);
                            hasRun = true;
                        },
                        _ => "ended");
                });
                actor.DoAsync(async _ =>
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), run.System.Time);
                    hasRun = true;
                });
                await run.System.DrainAsync();
                actor.Do(_ => hasRun = true);
                var killed = run.System;
                var next = run.Kill();
                next.ShouldNotBeSameAs(killed);
                next.ShouldBeSameAs(run.System);
                next.Time.ShouldBeSameAs(killed.Time);
                run.Process.ShouldBe(2);
                actor.Do(_ => hasRun = true);
                await next.AdvanceAsync(TimeSpan.FromMinutes(1));
                hasRun.ShouldBeFalse();
            },
            seeds: 20);
    }

    [Fact]
    public async Task A_process_begins_with_other_chance_than_the_one_before_it()
    {
        await Simulation.RunAsync(
            async run =>
            {
                var first = run.System.System.Random.NextInt64();
                run.Kill();
                run.System.System.Random.NextInt64().ShouldNotBe(first);
                await run.System.DrainAsync();
            },
            seeds: 3);
    }

    [Fact]
    public async Task An_actor_cannot_kill_its_process()
    {
        await Simulation.RunAsync(
            async run =>
            {
                var probe = run.System.CreateProbe();
                run.System.ActorOf(Puppet.Props(probe)).Do(puppet =>
                    probe.Ref.Tell(Should.Throw<InvalidOperationException>(() => run.Kill()).Message));
                await probe.FishAsync<string>(text => text.StartsWith("Only the code of the scenario", StringComparison.Ordinal));
            },
            seeds: 2);
    }

    [Fact]
    public async Task A_write_that_was_under_way_has_been_made_or_not()
    {
        var sums = new HashSet<int>();
        await Simulation.RunAsync(
            async run =>
            {
                var disk = new InMemoryJournal();
                var journal = run.Journal(disk);
                journal.Latency = TimeSpan.FromSeconds(1);
                _ = Tally.Start(run.System, journal).AskAsync(new Tally.Add(1));
                await run.System.DrainAsync();
                journal.Waiting.ShouldBe(1);
                run.Kill();
                sums.Add(await Tally.Start(run.System, run.Journal(disk)).AskAsync(new Tally.GetSum()));
            },
            seeds: 20);
        sums.Order().ShouldBe([0, 1]);
    }

    [Fact]
    public async Task The_next_process_goes_on_from_the_same_files()
    {
        using var folder = new Folder();
        await Simulation.ReplayAsync(seed: 1, async run =>
        {
            var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = folder.File("tally.db") });
            var tally = Tally.Start(run.System, run.Journal(store.Journal));
            (await tally.AskAsync(new Tally.Add(1))).ShouldBe(1);
            (await tally.AskAsync(new Tally.Add(2))).ShouldBe(3);
            _ = tally.AskAsync(new Tally.Add(4)); // Written or not, when the process is killed.
            await run.StepAsync(2);
            run.Kill();
            await store.DisposeAsync(); // The lock of the files ends with the process that held it.
            store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = folder.File("tally.db") });
            var sum = await Tally.Start(run.System, run.Journal(store.Journal)).AskAsync(new Tally.GetSum());
            sum.ShouldBeOneOf(3, 7);
            await store.DisposeAsync();
        });
    }

    [Fact]
    public async Task A_store_that_loses_what_it_has_acknowledged_is_found_out()
    {
        var failure = await Expect.ThrowsAsync<SimulationFailedException>(Simulation.ReplayAsync(seed: 1, async run =>
        {
            await Tally.Start(run.System, run.Journal(new InMemoryJournal())).AskAsync(new Tally.Add(1));
            run.Kill();
            await Tally.Start(run.System, run.Journal(new InMemoryJournal())).AskAsync(new Tally.GetSum());
        }));
        failure.Message.ShouldStartWith("Commit 1 of the journal 'tally' was said to be durable, but the newest there is 0");
    }

    [Fact]
    public async Task A_store_that_changes_what_it_has_acknowledged_is_found_out()
    {
        var failure = await Expect.ThrowsAsync<SimulationFailedException>(Simulation.ReplayAsync(seed: 1, async run =>
        {
            var disk = new InMemoryJournal();
            var worn = new SimulatedJournal(run.System.System, disk) { OnReadRow = static row => row with { Events = BitConverter.GetBytes(7) } };
            await Tally.Start(run.System, run.Journal(worn)).AskAsync(new Tally.Add(1));
            run.Kill();
            worn = new SimulatedJournal(run.System.System, disk) { OnReadRow = static row => row with { Events = BitConverter.GetBytes(7) } };
            await Tally.Start(run.System, run.Journal(worn)).AskAsync(new Tally.GetSum());
        }));
        failure.Message.ShouldStartWith("Commit 1 of the journal 'tally' is not the one that was said to be durable");
    }

    private sealed class Folder : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("actors-testkit-");

        public string File(string name) => Path.Combine(_directory.FullName, name);

        public void Dispose() => _directory.Delete(recursive: true);
    }
}
