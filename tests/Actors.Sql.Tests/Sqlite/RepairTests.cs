using Actors.Jobs;
using Actors.Persistence;

namespace Actors.Sql.Tests.Sqlite;

/// <summary>Damage is named, and given up only when somebody says so.</summary>
public sealed class RepairTests : IDisposable
{
    private readonly TestFile _file = new();

    private SqliteStoreOptions Options => new() { Path = _file.Path };

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_sound_journal_needs_no_repair()
    {
        await FillAsync();
        var repair = await SqliteMaintenance.RepairAsync(Options, "orders", isDryRun: false);
        (repair.FirstCommit, repair.LastCommit, repair.LastGoodCommit, repair.IsApplied).ShouldBe((1, 5, 5, false));
        repair.Damages.ShouldBeEmpty();
        repair.ToString().ShouldContain("nothing is damaged");
    }

    [Fact]
    public async Task A_look_names_all_damage_and_changes_nothing()
    {
        await FillAsync();
        Damage();
        var before = await File.ReadAllBytesAsync(_file.Path);
        var repair = await SqliteMaintenance.RepairAsync(Options, "orders");
        repair.Damages.ShouldBe(
        [
            new JournalDamage(true, 3, 3, "does not match its checksum"),
            new JournalDamage(false, 2, 2, "does not match its checksum"),
            new JournalDamage(false, 4, 4, "missing"),
        ]);
        (repair.IsApplied, repair.LastGoodCommit, repair.CommitsGivenUp, repair.PayloadRowsGivenUp).ShouldBe((false, 2, 1, 2));
        repair.ToString().ShouldContain("nothing was changed");
        (await File.ReadAllBytesAsync(_file.Path)).ShouldBe(before);
        await using var store = await _file.OpenAsync();
        await Should.ThrowAsync<JournalCorruptException>(() => store.Journal.ReadAsync("orders", 1, 1000, default));
    }

    [Fact]
    public async Task Skipping_leaves_an_empty_row_in_the_place_of_each_damaged_one_and_keeps_all_others()
    {
        await FillAsync();
        Damage();
        (await SqliteMaintenance.RepairAsync(Options, "orders", RepairMode.Skip, isDryRun: false)).IsApplied.ShouldBeTrue();
        await using var store = await _file.OpenAsync();
        var rows = await store.Journal.ReadAsync("orders", 1, 1000, default);
        rows.Select(row => (row.SequenceNumber, row.Events.Length)).ShouldBe([(1, 1), (2, 1), (3, 0), (4, 1), (5, 1)]);
        var payloads = await store.Journal.ReadPayloadsAsync("orders", [1, 2, 3, 4, 5], default);
        payloads.Select(payload => payload.Length).ShouldBe([100, 0, 100, 0, 100]);
        var owner = await Owner.OpenAsync(store.Journal, "orders");
        (owner.Opening.LastSequenceNumber, owner.Opening.LastPayloadRow).ShouldBe((5, 5));
        (await owner.AppendAsync(6, payloads: [(6, 100)])).ShouldBe(AppendOutcome.Appended);
        (await store.Journal.ReadAsync("emails", 1, 1000, default)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Cutting_keeps_what_is_before_the_first_damaged_commit()
    {
        await FillAsync();
        Damage();
        var repair = await SqliteMaintenance.RepairAsync(Options, "orders", RepairMode.Cut, isDryRun: false);
        (repair.LastGoodCommit, repair.CommitsGivenUp).ShouldBe((2, 3));
        await using var store = await _file.OpenAsync();
        var rows = await store.Journal.ReadAsync("orders", 1, 1000, default);
        rows.Select(row => row.Events.Length).ShouldBe([1, 1, 0]);
        var owner = await Owner.OpenAsync(store.Journal, "orders");
        (await owner.AppendAsync(4, payloads: [(owner.Opening.LastPayloadRow + 1, 100)])).ShouldBe(AppendOutcome.Appended);
    }

    [Fact]
    public async Task The_newest_commit_can_be_damaged_too_and_payload_rows_are_not_numbered_twice()
    {
        await FillAsync();
        _file.Execute("UPDATE commits SET checksum = 1 WHERE id & 0xFFFFFFFFFF = 5");
        await SqliteMaintenance.RepairAsync(Options, "orders", RepairMode.Skip, isDryRun: false);
        await using var store = await _file.OpenAsync();
        var opening = (await Owner.OpenAsync(store.Journal, "orders")).Opening;
        (opening.LastSequenceNumber, opening.LastPayloadRow).ShouldBe((5, 5));
    }

    [Fact]
    public async Task An_unknown_journal_or_a_store_in_use_is_refused()
    {
        await FillAsync();
        (await Should.ThrowAsync<StoreException>(() => SqliteMaintenance.RepairAsync(Options, "oders"))).Message.ShouldContain("It has: emails, orders");
        await using var store = await _file.OpenAsync();
        (await Should.ThrowAsync<StoreException>(() => SqliteMaintenance.RepairAsync(Options, "orders"))).Message.ShouldContain("in use");
    }

    [Fact]
    public async Task A_torn_tail_of_the_log_is_cut_and_reported()
    {
        await WithLogAsync(log => log.AsSpan()[..(log.Length - 1000)].ToArray());
        var log = new LogEntries();
        await using var store = await SqliteStore.OpenAsync(Options, log);
        (await Owner.OpenAsync(store.Journal, "orders")).Opening.LastSequenceNumber.ShouldBe(19);
        log.Ids.ShouldContain(4007);
    }

    [Fact]
    public async Task A_log_that_is_damaged_before_confirmed_transactions_keeps_the_store_closed_until_they_are_given_up()
    {
        await WithLogAsync(log =>
        {
            log[log.Length / 2] ^= 0xFF;
            return log;
        });
        var refused = await Should.ThrowAsync<StoreException>(() => _file.OpenAsync());
        refused.Message.ShouldContain("transactions that were confirmed");
        var found = (await SqliteMaintenance.RepairLogsAsync(Options)).Single(repair => repair.Path == _file.Path);
        (found.IsApplied, found.LostTransactions > 3, found.Transactions > 3).ShouldBe((false, true, true));
        await Should.ThrowAsync<StoreException>(() => _file.OpenAsync());
        (await SqliteMaintenance.RepairLogsAsync(Options, isDryRun: false)).Single(repair => repair.Path == _file.Path).IsApplied.ShouldBeTrue();
        await using var store = await _file.OpenAsync();
        var last = (await Owner.OpenAsync(store.Journal, "orders")).Opening.LastSequenceNumber;
        last.ShouldBeInRange(4, 16);
        (await store.Journal.ReadAsync("orders", 1, int.MaxValue, default)).Count.ShouldBe((int)last);
    }

    [Fact]
    public async Task A_store_with_a_damaged_log_is_neither_backed_up_nor_repaired_nor_joined_as_if_it_were_whole()
    {
        await WithLogAsync(Damaged);
        var before = await File.ReadAllBytesAsync(_file.Path + "-wal");
        var backup = Path.Combine(_file.Folder, "backup");
        (await Should.ThrowAsync<StoreException>(() => SqliteMaintenance.BackupAsync(Options, backup))).Message.ShouldContain("-wal' is damaged in page");
        Directory.Exists(backup).ShouldBeFalse();
        (await Should.ThrowAsync<StoreException>(() => SqliteMaintenance.RepairAsync(Options, "orders", isDryRun: false))).Message.ShouldContain("repair --log");

        // A process that joins owns nothing yet; the one that wants to own is told.
        await using (var store = await SqliteSharedStore.JoinAsync(new SqliteStoreOptions { Path = _file.Path, IsShared = true }))
        {
            (await Should.ThrowAsync<StoreException>(() => store.TryOwnAsync(default))).Message.ShouldContain("-wal' is damaged in page");
        }

        (await File.ReadAllBytesAsync(_file.Path + "-wal")).ShouldBe(before, "Nothing was dropped.");
    }

    [Fact]
    public async Task A_damaged_log_of_the_inbox_is_named_to_the_first_process_that_joins()
    {
        var inbox = SqliteStore.PathBeside(_file.Path, "inbox");
        byte[] database, log;
        await using (var store = await SqliteSharedStore.JoinAsync(new SqliteStoreOptions { Path = _file.Path, IsShared = true }))
        {
            for (var n = 0; n < 20; n++)
            {
                await store.Inbox.PostAsync([new InboxMessage(InboxMessage.Owner, store.Node, new byte[3000])], default);
            }

            (database, log) = (await File.ReadAllBytesAsync(inbox), await File.ReadAllBytesAsync(inbox + "-wal"));
        }

        await File.WriteAllBytesAsync(inbox, database);
        await File.WriteAllBytesAsync(inbox + "-wal", Damaged(log));
        File.Delete(inbox + "-shm");
        (await Should.ThrowAsync<StoreException>(() => SqliteSharedStore.JoinAsync(new SqliteStoreOptions { Path = _file.Path, IsShared = true }))).Message
            .ShouldContain($"{inbox}-wal' is damaged in page");
        (await File.ReadAllBytesAsync(inbox + "-wal")).ShouldBe(Damaged(log));
    }

    /// <summary>In the middle, before transactions that were confirmed.</summary>
    private static byte[] Damaged(byte[] log)
    {
        var damaged = log.ToArray();
        damaged[damaged.Length / 2] ^= 0xFF;
        return damaged;
    }

    /// <summary>Leaves the files as a power failure does: twenty commits in the log, which is then changed.</summary>
    private async Task WithLogAsync(Func<byte[], byte[]> change)
    {
        await FillAsync();
        byte[] database;
        byte[] log;
        await using (var store = await _file.OpenAsync())
        {
            var owner = await Owner.OpenAsync(store.Journal, "orders");
            for (var n = 6; n <= 20; n++)
            {
                await owner.AppendAsync(n, payloads: [(n, 3000)]);
            }

            database = await File.ReadAllBytesAsync(_file.Path);
            log = await File.ReadAllBytesAsync(_file.Path + "-wal");
        }

        await File.WriteAllBytesAsync(_file.Path, database);
        await File.WriteAllBytesAsync(_file.Path + "-wal", change(log));
        File.Delete(_file.Path + "-shm");
    }

    private void Damage()
    {
        _file.Execute("UPDATE commits SET events = x'0909' WHERE id & 0xFFFFFFFFFF = 3 AND id >> 40 = 1");
        _file.Execute("UPDATE payloads SET bytes = x'00' WHERE id & 0xFFFFFFFFFF = 2");
        _file.Execute("DELETE FROM payloads WHERE id & 0xFFFFFFFFFF = 4");
    }

    private async Task FillAsync()
    {
        await using var store = await _file.OpenAsync();
        var orders = await Owner.OpenAsync(store.Journal, "orders");
        for (var n = 1; n <= 5; n++)
        {
            await orders.AppendAsync(n, payloads: [(n, 100)]);
        }

        await (await Owner.OpenAsync(store.Journal, "emails")).AppendAsync(1);
    }
}
