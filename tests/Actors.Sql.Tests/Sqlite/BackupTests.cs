using Actors.Persistence;

namespace Actors.Sql.Tests.Sqlite;

/// <summary>Copies of a store, and putting them back.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly TestFile _file = new();

    private SqliteStoreOptions Options => new() { Path = _file.Path };

    private string Backup => Path.Combine(_file.Folder, "backup");

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_backup_of_a_store_in_use_holds_every_commit_that_was_answered_before_and_is_whole()
    {
        await using (var store = await _file.OpenAsync())
        {
            var owner = await Owner.OpenAsync(store.Journal, "orders");
            for (var n = 1; n <= 50; n++)
            {
                await owner.AppendAsync(n, payloads: [(n, 3000)]);
            }

            var writing = Task.Run(async () =>
            {
                for (var n = 51; n <= 500; n++)
                {
                    await owner.AppendAsync(n, payloads: [(n, 3000)]);
                }
            });
            var backup = await SqliteMaintenance.BackupAsync(Options, Backup);
            await writing;
            (backup.Directory, backup.Files).ShouldBe((Backup, backup.Files));
            backup.Files.ShouldBe(["shop.db", "shop-history.db"]);
            backup.Bytes.ShouldBeGreaterThan(50 * 3000);
        }

        await using var copy = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(Backup, "shop.db") });
        var opening = (await Owner.OpenAsync(copy.Journal, "orders")).Opening;
        opening.LastSequenceNumber.ShouldBeGreaterThanOrEqualTo(50);
        (await copy.Journal.ReadAsync("orders", 1, int.MaxValue, default)).Count.ShouldBe((int)opening.LastSequenceNumber);
        opening.LastPayloadRow.ShouldBe(opening.LastSequenceNumber);
        (await copy.Journal.ReadPayloadsAsync("orders", [opening.LastPayloadRow], default))[0].Length.ShouldBe(3000);
    }

    [Fact]
    public async Task A_backup_goes_into_an_empty_directory_only()
    {
        await using var store = await _file.OpenAsync();
        Directory.CreateDirectory(Backup);
        await File.WriteAllTextAsync(Path.Combine(Backup, "notes.txt"), "mine");
        (await Should.ThrowAsync<StoreException>(() => SqliteMaintenance.BackupAsync(Options, Backup))).Message.ShouldContain("not empty");
        Directory.EnumerateFiles(Backup).Count().ShouldBe(1);
        (await Should.ThrowAsync<StoreException>(() => SqliteMaintenance.BackupAsync(new SqliteStoreOptions { Path = _file.Path + "x" }, Backup)))
            .Message.ShouldContain("does not exist");
    }

    [Fact]
    public async Task A_restore_puts_the_copy_back_keeps_what_was_there_and_makes_a_new_incarnation()
    {
        await FillAsync(3);
        await SqliteMaintenance.BackupAsync(Options, Backup);
        await FillAsync(7);
        var restored = await SqliteMaintenance.RestoreAsync(Backup, Options);
        (restored.Path, restored.Incarnation).ShouldBe((_file.Path, 1));
        restored.KeptAs.ShouldContain(_file.Path + ".before-restore-1");
        await using (var store = await _file.OpenAsync())
        {
            var opening = (await Owner.OpenAsync(store.Journal, "orders")).Opening;
            (opening.LastSequenceNumber, opening.Incarnation).ShouldBe((3, 1));
        }

        await using (var old = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = _file.Path + ".before-restore-1" }))
        {
            (await Owner.OpenAsync(old.Journal, "orders")).Opening.LastSequenceNumber.ShouldBe(7);
        }

        await SqliteMaintenance.BackupAsync(Options, Backup + "2");
        (await SqliteMaintenance.RestoreAsync(Backup + "2", Options)).Incarnation.ShouldBe(2);
        (await SqliteMaintenance.RestoreAsync(Backup, Options)).KeptAs.ShouldContain(_file.Path + ".before-restore-3");
    }

    [Fact]
    public async Task A_store_that_is_in_use_is_not_replaced()
    {
        await FillAsync(1);
        await SqliteMaintenance.BackupAsync(Options, Backup);
        await using var store = await _file.OpenAsync();
        (await Should.ThrowAsync<StoreException>(() => SqliteMaintenance.RestoreAsync(Backup, Options))).Message.ShouldContain("in use");
        (await Owner.OpenAsync(store.Journal, "orders")).Opening.LastSequenceNumber.ShouldBe(1);
    }

    [Fact]
    public async Task A_damaged_backup_is_refused_and_the_store_is_as_it_was()
    {
        await FillAsync(200);
        await SqliteMaintenance.BackupAsync(Options, Backup);
        await using (var file = new FileStream(Path.Combine(Backup, "shop.db"), FileMode.Open))
        {
            file.Position = file.Length / 2;
            file.Write(new byte[8192]);
        }

        await Should.ThrowAsync<StoreException>(() => SqliteMaintenance.RestoreAsync(Backup, Options));
        await using var store = await _file.OpenAsync();
        (await Owner.OpenAsync(store.Journal, "orders")).Opening.LastSequenceNumber.ShouldBe(200);
        Directory.EnumerateFiles(_file.Folder, "*restor*").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_directory_without_a_backup_is_refused()
    {
        await FillAsync(1);
        (await Should.ThrowAsync<StoreException>(() => SqliteMaintenance.RestoreAsync(Path.Combine(_file.Folder, "nowhere"), Options)))
            .Message.ShouldContain("holds no backup");
    }

    private async Task FillAsync(int through)
    {
        await using var store = await _file.OpenAsync();
        var owner = await Owner.OpenAsync(store.Journal, "orders");
        for (var n = owner.Opening.LastSequenceNumber + 1; n <= through; n++)
        {
            await owner.AppendAsync(n, payloads: [(n, 500)]);
        }
    }
}
