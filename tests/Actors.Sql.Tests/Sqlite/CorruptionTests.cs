using Actors.Persistence;

namespace Actors.Sql.Tests.Sqlite;

/// <summary>Rows changed behind the store's back. The number of a row is the lower 40 bits of its key.</summary>
public sealed class CorruptionTests : IDisposable
{
    private readonly TestFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData("events = x'0909'")]
    [InlineData("term = 7")]
    [InlineData("writer = x'00000000000000000000000000000000'")]
    [InlineData("format = 0")]
    [InlineData("last_payload_row = 0")]
    [InlineData("written_at = 0")]
    [InlineData("checksum = 1")]
    public async Task A_damaged_commit_is_named_with_the_last_good_one_whatever_field_is_damaged(string damage)
    {
        await using var store = await FillAsync();
        _file.Execute($"UPDATE commits SET {damage} WHERE id & 0xFFFFFFFFFF = 3");

        var exception = await Should.ThrowAsync<JournalCorruptException>(() => store.Journal.ReadAsync("orders", 1, 1000, default));
        exception.PersistenceId.ShouldBe("orders");
        exception.Row.ShouldBe(3);
        exception.LastGoodSequenceNumber.ShouldBe(2);
        exception.Message.ShouldContain("commit 3 does not match its checksum");
        exception.Message.ShouldContain(_file.Path);
        (await store.Journal.ReadAsync("emails", 1, 1000, default)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 2)]
    public async Task A_missing_commit_is_named_not_skipped(long missing, long lastGood)
    {
        await using var store = await FillAsync();
        _file.Execute($"DELETE FROM commits WHERE id & 0xFFFFFFFFFF = {missing} AND id >> 40 = 1");

        var exception = await Should.ThrowAsync<JournalCorruptException>(() => store.Journal.ReadAsync("orders", 1, 1000, default));
        exception.Row.ShouldBe(missing);
        exception.LastGoodSequenceNumber.ShouldBe(lastGood);
    }

    [Fact]
    public async Task A_commit_moved_to_another_place_is_noticed()
    {
        await using var store = await FillAsync();
        _file.Execute("DELETE FROM commits WHERE id & 0xFFFFFFFFFF = 4; UPDATE commits SET id = id + 1 WHERE id & 0xFFFFFFFFFF = 3");
        _file.Execute("INSERT INTO commits SELECT id - 1, term, writer, format, last_payload_row, written_at, checksum, events FROM commits WHERE id & 0xFFFFFFFFFF = 4");
        (await Should.ThrowAsync<JournalCorruptException>(() => store.Journal.ReadAsync("orders", 4, 1000, default))).Row.ShouldBe(4);
    }

    [Fact]
    public async Task A_damaged_payload_row_is_named_and_the_others_are_served()
    {
        await using var store = await FillAsync();
        _file.Execute("UPDATE payloads SET bytes = x'00' WHERE id & 0xFFFFFFFFFF = 3");

        var exception = await Should.ThrowAsync<JournalCorruptException>(() => store.Journal.ReadPayloadsAsync("orders", [2, 3], default));
        exception.Row.ShouldBe(3);
        exception.LastGoodSequenceNumber.ShouldBe(2);
        (await store.Journal.ReadPayloadsAsync("orders", [2, 4], default)).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("bytes = x'0909'")]
    [InlineData("bytes = x''")]
    [InlineData("commit_number = 7")]
    [InlineData("term = 7")]
    [InlineData("taken_at = 0")]
    [InlineData("checksum = 1")]
    [InlineData("id = id + 1")]
    public async Task A_damaged_snapshot_is_named_whatever_field_is_damaged_and_older_ones_are_served(string damage)
    {
        await using var store = await FillAsync();
        var owner = await Owner.OpenAsync(store.Journal, "orders");
        await store.Snapshots.SaveAsync(owner.Snapshot(2, [1, 2, 3], DateTimeOffset.UnixEpoch.AddDays(1)), default);
        await store.Snapshots.SaveAsync(owner.Snapshot(4, [4, 5, 6], DateTimeOffset.UnixEpoch.AddDays(1)), default);
        _file.Execute($"UPDATE snapshots SET {damage} WHERE id & 0xFFFFFFFFFF = 4");

        var exception = await Should.ThrowAsync<SnapshotCorruptException>(
            () => store.Snapshots.LoadAsync("orders", owner.Opening.Term, SnapshotSelectionCriteria.Latest, default));
        exception.PersistenceId.ShouldBe("orders");
        exception.SequenceNr.ShouldBe(damage.StartsWith("id", StringComparison.Ordinal) ? 5 : 4);
        exception.Message.ShouldContain(_file.Path);
        var older = await store.Snapshots.LoadAsync("orders", owner.Opening.Term, new SnapshotSelectionCriteria(exception.SequenceNr - 1), default);
        older.ShouldNotBeNull().SequenceNr.ShouldBe(2);
    }

    private async Task<SqliteStore> FillAsync()
    {
        var store = await _file.OpenAsync();
        var orders = await Owner.OpenAsync(store.Journal, "orders");
        for (var n = 1; n <= 4; n++)
        {
            await orders.AppendAsync(n, payloads: [(n, 100)]);
        }

        await (await Owner.OpenAsync(store.Journal, "emails")).AppendAsync(1);
        return store;
    }
}
