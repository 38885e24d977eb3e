using Actors.Sql.Sqlite;

namespace Actors.Sql.Tests.Sqlite;

public sealed class UpkeepTests : IDisposable
{
    private readonly TestFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task The_rows_of_others_go_although_the_transaction_that_made_a_journal_was_rolled_back()
    {
        await using (var store = await _file.OpenAsync())
        {
            var owner = await Owner.OpenAsync(store.Journal, "orders");
            for (var n = 1; n <= 20; n++)
            {
                await owner.AppendAsync(n);
            }
        }

        _file.Execute("UPDATE journals SET commits_from = 20"); // As a commit leaves it that deletes.
        var file = new StoreFile(_file.Path, StoreSchema.Journal, TimeSpan.FromSeconds(1), TimeProvider.System);
        using (var session = new WriteSession(file.OpenWriter(create: false), TimeProvider.System))
        {
            session.Begin();
            session.Journals.Open("never", Guid.NewGuid(), 1);
            session.Rollback();
            session.Begin();
            session.Journals.Open("orders", Guid.NewGuid(), 1);
            session.Commit();
            for (var step = 0; session.Upkeep.IsDue; step++)
            {
                step.ShouldBeLessThan(100, "It turns round the journal that is not there.");
                session.Upkeep.Step(isIdle: true, checkpoints: false);
            }
        }

        _file.Query("SELECT count(*) FROM commits").ShouldBe(1);
    }

    [Fact]
    public async Task A_store_that_is_never_idle_gives_back_what_is_free_beyond_half_of_its_file()
    {
        await using (var store = await _file.OpenAsync())
        {
            var owner = await Owner.OpenAsync(store.Journal, "orders");
            for (var n = 1; n <= 400; n++)
            {
                await owner.AppendAsync(n, new byte[50_000]);
            }
        }

        _file.Execute("UPDATE journals SET commits_from = 400"); // As a commit leaves it that deletes.
        var file = new StoreFile(_file.Path, StoreSchema.Journal, TimeSpan.FromSeconds(1), TimeProvider.System);
        using (var session = new WriteSession(file.OpenWriter(create: false), TimeProvider.System))
        {
            session.Begin();
            var owner = new Owner(null!, "orders", Guid.NewGuid(), default!); // Only its commits are used.
            owner = owner with { Opening = session.Journals.Open("orders", owner.Writer, 1) };
            session.Commit();
            for (var n = 401; n <= 640; n++)
            {
                session.Begin();
                session.Journals.Append(owner.Commit(n, new byte[50_000]));
                session.Commit();
                session.Upkeep.Step(isIdle: false, checkpoints: false);
                var (pages, free) = (session.Connection.QueryInt64("PRAGMA page_count"), session.Connection.QueryInt64("PRAGMA freelist_count"));

                // One step of deletion may be ahead of it.
                free.ShouldBeLessThan(Math.Max(1024, pages / 2) + 256, $"{n}: {pages} pages");
            }
        }

        _file.Query("SELECT count(*) FROM commits WHERE id & 0xFFFFFFFFFF < 400").ShouldBe(0);
        _file.Query("PRAGMA page_count").ShouldBeLessThan(4500);
        _file.Query("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'").ShouldBe(1);
    }
}
