using Actors.Jobs;
using Actors.Sql.Sqlite;

namespace Actors.Sql.Tests.Sqlite;

/// <summary>What the file of the history holds so that jobs are found in it.</summary>
public sealed class HistorySearchTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TestFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task The_view_of_jobs_shows_key_tags_and_fingerprint()
    {
        await using var store = await _file.OpenAsync();
        await store.History.WriteAsync([Job() with { Key = "k", Tags = ["a", "b"], ErrorFingerprint = "f0c0ffee00000001" }, Job()], default);
        _file.QueryHistory("""SELECT count(*) FROM jobs WHERE key = 'k' AND tags = '["a","b"]' AND error_fingerprint = 'f0c0ffee00000001'""").ShouldBe(1);
        _file.QueryHistory("SELECT count(*) FROM jobs WHERE key IS NULL AND tags IS NULL AND error_fingerprint IS NULL").ShouldBe(1);
    }

    [Fact]
    public async Task Jobs_without_key_tags_and_index_have_no_rows_beside_theirs_and_pruning_leaves_none()
    {
        await using var store = await _file.OpenAsync();
        await store.History.WriteAsync([Job()], default);
        _file.QueryHistory("SELECT count(*) FROM history_marks").ShouldBe(0);
        var marked = Job() with { Key = "k", Tags = ["a", "b"], IndexedArgs = [7] };
        await store.History.WriteAsync([marked], default);
        await store.History.WriteAsync([marked], default);
        _file.QueryHistory("SELECT count(*) FROM history_marks").ShouldBe(4);
        (await store.History.PruneAsync("emails", JobState.Succeeded, Noon.AddDays(1), 10, default)).Deleted.ShouldBe(2);
        _file.QueryHistory("SELECT count(*) FROM history_marks").ShouldBe(0);
    }

    [Fact]
    public async Task A_page_is_the_newest_of_all_buckets_of_marks()
    {
        const int Bucket = 16_384;
        await using var store = await _file.OpenAsync();
        var ids = new JobId[20];
        for (var i = 0; i < ids.Length; i++)
        {
            // The order in which they are written, and so their buckets, says nothing about the order in which they were enqueued.
            var job = Job() with { Key = "k", Tags = ["a"], IndexedArgs = [7, 8], ErrorFingerprint = "f0c0ffee00000001", EnqueuedAt = Noon.AddSeconds(i * 7 % ids.Length) };
            ids[i * 7 % ids.Length] = job.Id;
            await store.History.WriteAsync([job], default);
            await store.History.WriteAsync([Job() with { Key = "other", EnqueuedAt = Noon.AddHours(1) }], default);
            if (i % 4 == 3)
            {
                _file.ExecuteInHistory($"UPDATE history SET number = {(i + 1) / 4 * Bucket} WHERE number = (SELECT max(number) FROM history WHERE key = 'other') AND key = 'other'");
            }
        }

        _file.QueryHistory("SELECT count(DISTINCT bucket) FROM history_marks").ShouldBe(5);
        foreach (var filter in new HistoryFilter[] { new() { Key = "k" }, new() { Tag = "a" }, new() { IndexedArgs = [8, 7] } })
        {
            var found = new List<JobId>();
            for (JobPosition? before = null; ;)
            {
                var page = await store.History.SearchAsync(filter, 3, before, default);
                found.AddRange(page.Select(job => job.Id));
                if (page.Count < 3)
                {
                    break;
                }

                before = new JobPosition(page[^1].EnqueuedAt, page[^1].Id);
            }

            found.ShouldBe(ids.Reverse());
            (await store.History.CountAsync(filter, default)).ShouldBe(ids.Length);
            (await store.History.CountErrorsAsync(filter, 10, default)).ShouldHaveSingleItem().Count.ShouldBe(ids.Length);
        }
    }

    [Fact]
    public async Task A_history_of_before_is_brought_up_to_date_and_its_jobs_are_found_by_time()
    {
        var job = Job();
        await using (var store = await _file.OpenAsync())
        {
            await store.History.WriteAsync([job], default);
        }

        MakeOld();
        await using (var store = await _file.OpenAsync())
        {
            (await store.History.SearchAsync(new HistoryFilter(), 10, null, default)).ShouldHaveSingleItem().Id.ShouldBe(job.Id);
            (await store.History.SearchAsync(new HistoryFilter { Key = "k" }, 10, null, default)).ShouldBeEmpty();
            await store.History.WriteAsync([job with { Key = "k" }], default);
            (await store.History.SearchAsync(new HistoryFilter { Key = "k" }, 10, null, default)).ShouldHaveSingleItem().Id.ShouldBe(job.Id);
        }
    }

    [Fact]
    public async Task A_reader_beside_an_owner_of_an_older_version_finds_jobs_by_id_and_says_that_it_cannot_search()
    {
        var job = Job();
        await using (var store = await _file.OpenAsync())
        {
            await store.History.WriteAsync([job], default);
        }

        MakeOld();
        using var connection = new Connection(_file.HistoryPath, create: false, TimeSpan.Zero);
        var reader = new HistoryReader(connection);
        reader.Find(job.Id).ShouldNotBeNull().Tags.ShouldBeEmpty();
        reader.Count(new HistoryFilter { Queue = job.Queue }).ShouldBe(1);
        Should.Throw<Actors.Persistence.StoreException>(() => reader.Search(new HistoryFilter(), 10, null)).Message.ShouldContain("Upgrade the owner");
    }

    /// <summary>Takes away what the second version of the tables brought.</summary>
    private void MakeOld() => _file.ExecuteInHistory(
        """
        DROP VIEW jobs; DROP TABLE history_marks; DROP INDEX history_by_enqueue; DROP INDEX history_by_error;
        ALTER TABLE history DROP COLUMN key; ALTER TABLE history DROP COLUMN tags;
        ALTER TABLE history DROP COLUMN result; ALTER TABLE history DROP COLUMN copy_of;
        ALTER TABLE history DROP COLUMN error_fingerprint; ALTER TABLE history DROP COLUMN indexed_args;
        CREATE VIEW jobs AS SELECT 1 FROM history; DELETE FROM schema WHERE version > 1
        """);

    private static FinishedJob Job() =>
        new(JobId.Create(TimeProvider.System, Random.Shared), "emails", "send-email", 1, JobState.Succeeded, 1, Noon.AddSeconds(-1), Noon, null, default);
}
