using System.Diagnostics;
using SQLitePCL;

namespace Actors.Jobs.Tests.Sqlite;

/// <summary>What befalls the files of a queue that is in use: it refuses new work and says why, keeps what it has, and goes on by itself.</summary>
public sealed class StoreFaultTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actors-fault-");

    private string Store => Path.Combine(_folder.FullName, "jobs.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_store_that_another_program_locks() => await CheckAsync(Store, () => new ForeignTransaction(Store), "Another program holds a lock on it");

    [Fact]
    public async Task A_file_that_becomes_read_only()
    {
        Assert.SkipUnless(await TryAsync("chattr", "+i", Probe()) && await TryAsync("chattr", "-i", Probe()), "Files cannot be made immutable here.");
        await CheckAsync(Store, () => new Immutable(Directory.GetFiles(_folder.FullName, "jobs.db*").Where(file => Path.GetExtension(file) is ".db" or ".db-wal")), "read-only");
    }

    [Fact]
    public async Task A_file_that_is_taken_away() => await CheckAsync(Store, () => new TakenAway(Store), "Put the file back");

    [Fact]
    public async Task A_disk_that_is_full()
    {
        var disk = _folder.CreateSubdirectory("disk").FullName;
        Assert.SkipUnless(await TryAsync("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", disk), "Mounting a tmpfs is not permitted here.");
        try
        {
            await CheckAsync(Path.Combine(disk, "jobs.db"), () => new Ballast(Path.Combine(disk, "ballast")), "disk is full");
        }
        finally
        {
            await TryAsync("umount", "-l", disk);
        }
    }

    [Fact]
    public async Task A_transaction_that_a_power_loss_has_torn_is_cut_off_and_all_others_are_kept()
    {
        var crashed = _folder.CreateSubdirectory("crashed").FullName;
        var ids = new List<JobId>();
        await using (var host = await StoreHost.StartAsync(Store, isConsumed: false))
        {
            for (var i = 0; i < 5; i++)
            {
                ids.Add(await host.Jobs.EnqueueAsync(new Note($"{i} {new string('x', 3000)}")));
            }

            foreach (var file in Directory.GetFiles(_folder.FullName).Where(file => Path.GetExtension(file) is ".db" or ".db-wal"))
            {
                File.Copy(file, Path.Combine(crashed, Path.GetFileName(file)));
            }
        }

        await using (var log = File.OpenWrite(Path.Combine(crashed, "jobs.db-wal")))
        {
            log.SetLength(log.Length - 1000); // In the middle of a page of the last transaction, the fifth enqueue.
        }

        await using var next = await StoreHost.StartAsync(Path.Combine(crashed, "jobs.db"));
        foreach (var id in ids.Take(4))
        {
            await next.ReachAsync(id, JobState.Succeeded);
        }

        (await next.Jobs.FindAsync(ids[4])).ShouldBeNull();
        var after = await next.Jobs.EnqueueAsync(new Note("after"));
        await next.ReachAsync(after, JobState.Succeeded);
        next.Notebook.Texts.ShouldBe(["0", "1", "2", "3", "after"], ignoreOrder: true);
    }

    private static async Task CheckAsync(string store, Func<IDisposable> fault, string reason)
    {
        await using var host = await StoreHost.StartAsync(store, isConsumed: false);
        var kept = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(1, 20).Select(n => new Note($"kept-{n} {new string('x', 2000)}"))]);
        Task<JobId> caught;
        using (fault())
        {
            // Its outcome is looked up and the write repeated, so this caller waits; those that follow are told at once.
            caught = host.Jobs.EnqueueAsync(new Note($"caught {new string('x', 2000)}"));
            await StoreHost.UntilAsync(async () => (await host.Jobs.GetQueueAsync("default")).Unavailable is not null);
            var refused = await Should.ThrowAsync<QueueUnavailableException>(() => host.Jobs.EnqueueAsync(new Note("refused")));
            refused.Message.ShouldContain(store);
            await StoreHost.UntilAsync(
                async () => (await host.Jobs.GetQueueAsync("default")).Unavailable?.Contains(reason) == true,
                () => $"'{reason}' is not in: {host.Jobs.GetQueueAsync("default").Result.Unavailable}");
            (await Should.ThrowAsync<QueueUnavailableException>(() => host.Jobs.EnqueueAsync(new Note("refused")))).Message.ShouldContain(reason);
            (await host.Jobs.GetAsync(kept[7])).State.ShouldBe(JobState.Waiting);
            caught.IsCompleted.ShouldBeFalse();
        }

        await caught;
        (await host.Jobs.GetQueueAsync("default")).Unavailable.ShouldBeNull();
        host.Consume();
        foreach (var id in kept.Append(caught.Result).Append(await host.Jobs.EnqueueAsync(new Note("after"))))
        {
            await host.ReachAsync(id, JobState.Succeeded);
        }

        host.Notebook.Texts.ShouldBe([.. Enumerable.Range(1, 20).Select(n => $"kept-{n}"), "caught", "after"], ignoreOrder: true);
    }

    private string Probe()
    {
        var probe = Path.Combine(_folder.FullName, "probe");
        if (!File.Exists(probe))
        {
            File.WriteAllText(probe, "");
        }

        return probe;
    }

    private static async Task<bool> TryAsync(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!; // Not null: it does not use the shell.
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Another program's transaction that writes.</summary>
    private sealed class ForeignTransaction : IDisposable
    {
        private readonly sqlite3 _connection;

        public ForeignTransaction(string store)
        {
            Batteries_V2.Init();
            raw.sqlite3_open_v2(store, out _connection, raw.SQLITE_OPEN_READWRITE, null).ShouldBe(raw.SQLITE_OK);
            raw.sqlite3_busy_timeout(_connection, 10_000);
            raw.sqlite3_exec(_connection, "BEGIN IMMEDIATE").ShouldBe(raw.SQLITE_OK);
        }

        public void Dispose() => _connection.Dispose();
    }

    /// <summary>Files that nobody can write, those who have opened them before included.</summary>
    private sealed class Immutable : IDisposable
    {
        private readonly string[] _files;

        public Immutable(IEnumerable<string> files)
        {
            _files = [.. files];
            TryAsync("chattr", ["+i", .. _files]).GetAwaiter().GetResult().ShouldBeTrue();
        }

        public void Dispose() => TryAsync("chattr", ["-i", .. _files]).GetAwaiter().GetResult().ShouldBeTrue();
    }

    private sealed class TakenAway : IDisposable
    {
        private readonly string _store;

        public TakenAway(string store)
        {
            _store = store;
            File.Move(store, store + ".aside");
        }

        public void Dispose() => File.Move(_store + ".aside", _store);
    }

    /// <summary>A file that takes all the room that is left.</summary>
    private sealed class Ballast : IDisposable
    {
        private readonly string _path;

        public Ballast(string path)
        {
            _path = path;
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
            foreach (var bytes in new[] { 1 << 20, 4096, 1 })
            {
                try
                {
                    while (true)
                    {
                        file.Write(new byte[bytes]);
                    }
                }
                catch (IOException)
                {
                    // Full, for pieces of this size.
                }
            }
        }

        public void Dispose() => File.Delete(_path);
    }
}
