using Actors.Jobs;
using Actors.Sql.Sqlite;

namespace Actors.Sql.Tests.Sqlite;

/// <summary>What pruning costs: it is bounded in each call, whatever the history holds.</summary>
public sealed class HistoryPruningTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TestFile _file = new();
    private readonly Random _random = new(7);

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_call_looks_at_a_bounded_number_of_rows_of_others_and_the_next_goes_on_where_it_ended()
    {
        await using var store = await _file.OpenAsync();
        for (var i = 0; i < 10; i++)
        {
            await store.History.WriteAsync([.. Enumerable.Range(i * 1_000, 1_000).Select(job => Job("images", Noon.AddMilliseconds(-job)))], default);
        }

        await store.History.WriteAsync([Job("emails", Noon.AddSeconds(1)), Job("emails", Noon.AddSeconds(2))], default);
        var calls = 0;
        PruneResult result;
        do
        {
            result = await store.History.PruneAsync("emails", JobState.Succeeded, Noon.AddSeconds(2), 50, default);
            calls++;
        }
        while (result.HasMore);

        calls.ShouldBe(6); // 2,000 entries each.
        result.Deleted.ShouldBe(1);
        (await store.History.PruneAsync("emails", JobState.Succeeded, Noon.AddSeconds(2), 50, default)).ShouldBe(new PruneResult(0, HasMore: false), "What was looked at is not looked at again.");
        (await store.History.PruneAsync("emails", JobState.Succeeded, Noon.AddSeconds(3), 50, default)).ShouldBe(new PruneResult(1, HasMore: false));
        _file.QueryHistory("SELECT count(*) FROM history").ShouldBe(10_000);
    }

    [Fact]
    public async Task Many_rows_of_another_queue_at_one_moment_are_passed_by_at_once()
    {
        await using var store = await _file.OpenAsync();
        for (var i = 0; i < 10; i++)
        {
            await store.History.WriteAsync([.. Enumerable.Range(0, 1_000).Select(_ => Job("images", Noon))], default);
        }

        await store.History.WriteAsync([Job("emails", Noon)], default);
        (await store.History.PruneAsync("emails", JobState.Succeeded, Noon.AddSeconds(1), 50, default)).ShouldBe(new PruneResult(1, HasMore: false));
    }

    [Fact]
    public async Task The_oldest_are_found_by_one_index_alone()
    {
        await using var store = await _file.OpenAsync();
        await store.History.WriteAsync([Job("emails", Noon)], default);
        using var connection = new Connection(_file.HistoryPath, create: false, TimeSpan.Zero);
        using var plan = connection.Prepare("EXPLAIN QUERY PLAN " + HistoryTable.Oldest);
        var steps = new List<string>();
        while (plan.Step())
        {
            steps.Add(plan.GetText(3));
        }

        steps.ShouldBe(["SEARCH TABLE history USING COVERING INDEX history_by_time (state=? AND (finished_at,type,queue)>(?,?,?) AND finished_at<?)"]);
    }

    [Fact]
    public async Task The_file_gets_smaller_when_much_is_pruned()
    {
        await using var store = await _file.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            await store.History.WriteAsync([.. Enumerable.Range(0, 1_000).Select(_ => Job("emails", Noon) with { Args = new byte[1_000] })], default);
        }

        var pages = _file.QueryHistory("PRAGMA page_count");
        while ((await store.History.PruneAsync("emails", JobState.Succeeded, Noon.AddDays(1), 1_000, default)).HasMore)
        {
        }

        for (var i = 0; _file.QueryHistory("PRAGMA page_count") > pages / 3; i++)
        {
            i.ShouldBeLessThan(3_000, "The file does not get smaller.");
            await Task.Delay(10);
        }
    }

    private FinishedJob Job(string queue, DateTimeOffset finishedAt) =>
        new(JobId.Create(TimeProvider.System, _random), queue, "send-email", 1, JobState.Succeeded, 1, finishedAt.AddSeconds(-1), finishedAt, null, default);
}
