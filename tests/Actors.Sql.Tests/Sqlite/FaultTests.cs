using Actors.Jobs;
using Actors.Persistence;

namespace Actors.Sql.Tests.Sqlite;

/// <summary>What goes wrong around a store that is open: each time it says so, loses nothing, and goes on by itself.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly TestFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_store_locked_by_another_program_refuses_writes_keeps_reading_and_recovers()
    {
        await using var store = await _file.OpenAsync(busyTimeout: TimeSpan.FromMilliseconds(20));
        var owner = await Owner.OpenAsync(store.Journal, "orders");
        await owner.AppendAsync(1);
        using (var other = _file.Connect())
        {
            other.Execute("BEGIN IMMEDIATE");
            var exception = await Should.ThrowAsync<JournalUnavailableException>(() => owner.AppendAsync(2));
            exception.Message.ShouldContain(_file.Path);
            exception.Message.ShouldContain("Another program holds a lock");
            await store.History.WriteAsync([Finished()], default);   // it has a file of its own
            (await store.Journal.ReadAsync("orders", 1, 1000, default)).Count.ShouldBe(1);
        }

        (await owner.AppendAsync(2)).ShouldBe(AppendOutcome.Appended);
    }

    [Fact]
    public async Task A_full_disk_refuses_new_work_keeps_what_it_has_and_recovers_when_there_is_room()
    {
        using var disk = await SmallDisk.TryMountAsync(_file.Folder);
        Assert.SkipWhen(disk is null, "Mounting a tmpfs is not permitted here.");
        var ballast = Path.Combine(disk.Folder, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[8 << 20]);
        var options = new SqliteStoreOptions { Path = Path.Combine(disk.Folder, "shop.db") };
        long last = 0;

        await using (var store = await SqliteStore.OpenAsync(options))
        {
            var owner = await Owner.OpenAsync(store.Journal, "orders");
            var exception = await Should.ThrowAsync<JournalUnavailableException>(async () =>
            {
                while (true)
                {
                    await owner.AppendAsync(last + 1, new byte[50_000], [(last + 1, 4000)]);
                    last++;
                }
            });
            exception.Message.ShouldContain(options.Path);
            exception.Message.ShouldContain("disk is full");
            last.ShouldBeGreaterThan(10);

            await Should.ThrowAsync<JournalUnavailableException>(() => owner.AppendAsync(last + 1, new byte[500_000], [(last + 1, 4000)]));
            (await store.Journal.ReadAsync("orders", last, 1, default)).Count.ShouldBe(1);
            (await store.Journal.ReadAsync("orders", last + 1, 1, default)).ShouldBeEmpty();

            File.Delete(ballast);
            (await owner.AppendAsync(last + 1, new byte[50_000], [(last + 1, 4000)])).ShouldBe(AppendOutcome.Appended);
        }

        await using var again = await SqliteStore.OpenAsync(options);
        (await Owner.OpenAsync(again.Journal, "orders")).Opening.ShouldBe(new JournalOpening(2, 1, last + 1, last + 1));
        (await again.Journal.ReadAsync("orders", 1, int.MaxValue, default)).Count.ShouldBe((int)last + 1);
    }

    [Fact]
    public async Task A_deleted_file_refuses_writes_and_reads_until_it_is_put_back()
    {
        await using var store = await _file.OpenAsync();
        var owner = await Owner.OpenAsync(store.Journal, "orders");
        await owner.AppendAsync(1);
        var aside = _file.Path + ".aside";
        File.Move(_file.Path, aside);

        (await Should.ThrowAsync<JournalUnavailableException>(() => owner.AppendAsync(2))).Message.ShouldContain("Put the file back");
        await Should.ThrowAsync<JournalUnavailableException>(() => owner.AppendAsync(2));
        await Should.ThrowAsync<JournalUnavailableException>(() => store.Journal.ReadAsync("orders", 1, 1000, default));
        File.Exists(_file.Path).ShouldBeFalse();

        File.Move(aside, _file.Path);
        (await owner.AppendAsync(2)).ShouldBe(AppendOutcome.Appended);
        (await store.Journal.ReadAsync("orders", 1, 1000, default)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_restored_older_backup_under_a_live_owner_is_noticed_instead_of_leaving_a_hole()
    {
        await using var store = await _file.OpenAsync();
        var owner = await Owner.OpenAsync(store.Journal, "orders");
        await owner.AppendAsync(1);
        await owner.AppendAsync(2);
        _file.Execute("DELETE FROM commits WHERE id & 0xFFFFFFFFFF = 2");

        (await owner.AppendAsync(3)).ShouldBe(AppendOutcome.OutOfSequence);
    }

    private static FinishedJob Finished() => new(
        JobId.Create(TimeProvider.System, new Random(1)), "emails", "send-email", 1, JobState.Succeeded, 1,
        DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, null, default);

    /// <summary>A file system of 12 MB.</summary>
    private sealed class SmallDisk(string folder) : IDisposable
    {
        public string Folder { get; } = folder;

        public static async Task<SmallDisk?> TryMountAsync(string parent)
        {
            var folder = Directory.CreateDirectory(Path.Combine(parent, "disk")).FullName;
            return OperatingSystem.IsLinux() && await Shell.TryAsync("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder)
                ? new SmallDisk(folder)
                : null;
        }

        public void Dispose() => Shell.TryAsync("umount", "-l", Folder).Wait();
    }
}
