namespace Actors.Sql.Tests.Sqlite;

public sealed class SpaceTests : IDisposable
{
    private const string PagesInUse = "SELECT (SELECT * FROM pragma_page_count) - (SELECT * FROM pragma_freelist_count)";

    private readonly TestFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Deleted_rows_leave_the_file_in_steps_and_the_file_shrinks()
    {
        var store = await _file.OpenAsync();
        var owner = await Owner.OpenAsync(store.Journal, "orders");
        for (var n = 1; n <= 200; n++)
        {
            await owner.AppendAsync(n, new byte[50_000], [(n, 4000)]);
        }

        _file.Query(PagesInUse).ShouldBeGreaterThan(2400);
        await owner.AppendAsync(201, deleteCommitsBefore: 201, deletePayloadsBefore: 201);
        await RestAsync(store, () => _file.Query("SELECT count(*) FROM commits") == 1 && _file.Query("PRAGMA page_count") < 1300);

        _file.Query("SELECT count(*) FROM payloads").ShouldBe(0);
        _file.Query(PagesInUse).ShouldBeLessThan(50);
        await store.DisposeAsync();
        new FileInfo(_file.Path).Length.ShouldBeLessThan(1300 * 4096);
        _file.Query("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'").ShouldBe(1);
    }

    [Fact]
    public async Task Processes_that_are_killed_again_and_again_do_not_make_the_log_grow()
    {
        for (var n = 1; n <= 5; n++)
        {
            byte[] database;
            byte[] log;
            await using (var store = await _file.OpenAsync())
            {
                var owner = await Owner.OpenAsync(store.Journal, "orders");
                for (var i = 1; i <= 5; i++)
                {
                    await owner.AppendAsync(owner.Opening.LastSequenceNumber + i, new byte[5_000_000]);
                }

                // What is on the disk when the process is killed now.
                await RestAsync(store, () => true);
                (database, log) = (await File.ReadAllBytesAsync(_file.Path), await ReadLogAsync());
            }

            await File.WriteAllBytesAsync(_file.Path, database);
            await File.WriteAllBytesAsync(_file.Path + "-wal", log);
        }

        new FileInfo(_file.Path + "-wal").Length.ShouldBeLessThan(110_000_000);
        new FileInfo(_file.Path).Length.ShouldBeGreaterThan(50_000_000);
    }

    [Fact]
    public async Task Deletion_goes_on_after_the_store_was_closed_in_the_middle_of_it()
    {
        var store = await _file.OpenAsync();
        var owner = await Owner.OpenAsync(store.Journal, "orders");
        for (var n = 1; n <= 51; n++)
        {
            await owner.AppendAsync(n, new byte[50_000]);
        }

        await store.DisposeAsync();
        _file.Execute("UPDATE journals SET commits_from = 51");   // as a store leaves it that ends before the rows are gone

        store = await _file.OpenAsync();
        (await Owner.OpenAsync(store.Journal, "orders")).Opening.FirstSequenceNumber.ShouldBe(51);
        await RestAsync(store, () => _file.Query("SELECT count(*) FROM commits") == 1);
        await store.DisposeAsync();
    }

    [Fact]
    public async Task The_log_is_copied_back_so_that_it_does_not_grow_with_the_store()
    {
        await using var store = await _file.OpenAsync();
        var owner = await Owner.OpenAsync(store.Journal, "orders");
        for (var n = 1; n <= 1500; n++)
        {
            await owner.AppendAsync(n, new byte[100_000]);
        }

        new FileInfo(_file.Path).Length.ShouldBeGreaterThan(100_000_000);
        new FileInfo(_file.Path + "-wal").Length.ShouldBeLessThan(70_000_000);
    }

    [Fact]
    public async Task The_view_of_jobs_shows_finished_jobs_in_readable_columns()
    {
        var id = Actors.Jobs.JobId.Parse("0195a0a0-1234-7abc-8def-0123456789ab");
        await using var store = await _file.OpenAsync();
        await store.History.WriteAsync(
            [new(id, "emails", "send-email", 2, Actors.Jobs.JobState.Failed, 3, new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), new(2026, 3, 1, 12, 0, 1, 250, TimeSpan.Zero), "bounced", "{}"u8.ToArray())],
            default);

        _file.QueryHistory(
            """
            SELECT count(*) FROM jobs WHERE id = '0195a0a0-1234-7abc-8def-0123456789ab' AND queue = 'emails' AND type = 'send-email'
            AND type_version = 2 AND state = 'Failed' AND attempts = 3 AND enqueued_at = '2026-03-01T12:00:00.000Z'
            AND finished_at = '2026-03-01T12:00:01.250Z' AND error = 'bounced' AND args = '{}'
            """).ShouldBe(1);
        _file.QueryHistory("SELECT count(*) FROM sqlite_master WHERE name = 'jobs' AND sql LIKE '%FINISHED jobs only%'").ShouldBe(1);
    }

    /// <summary>Upkeep runs between two calls while nobody waits, so each call gives it a turn.</summary>
    private static async Task RestAsync(SqliteStore store, Func<bool> isAtRest)
    {
        for (var turn = 0; turn < 2_000 && !isAtRest(); turn++)
        {
            await Owner.OpenAsync(store.Journal, "another");
        }

        isAtRest().ShouldBeTrue();
    }

    private async Task<byte[]> ReadLogAsync()
    {
        await using var log = new FileStream(_file.Path + "-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[log.Length];
        await log.ReadExactlyAsync(bytes);
        return bytes;
    }
}
