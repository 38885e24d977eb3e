using System.Text;
using Actors.Jobs;

namespace Actors.Sql.Tests.Conformance;

/// <summary>The duties of <see cref="IHistory"/> as tests. Every implementation runs them.</summary>
public abstract partial class HistoryConformance : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Random _random = new(42);

    protected IHistory History { get; private set; } = null!;   // InitializeAsync sets it before any test runs

    public async ValueTask InitializeAsync() => History = await OpenStoreAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseStoreAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_job_is_found_as_it_was_written_with_times_in_milliseconds()
    {
        var job = Job(Noon.AddTicks(12_345), JobState.Failed) with { Error = "no such address: ü", Args = Encoding.UTF8.GetBytes("""{"to":"bob"}""") };
        await WriteAsync(job);

        var found = (await History.FindAsync(job.Id, default)).ShouldNotBeNull();
        found.FinishedAt.ShouldBe(Noon.AddMilliseconds(1));
        found.Args.ToArray().ShouldBe(job.Args.ToArray());
        (found with { Args = default, FinishedAt = job.FinishedAt, EnqueuedAt = job.EnqueuedAt }).ShouldBe(job with { Args = default });
    }

    [Fact]
    public async Task What_a_job_has_returned_and_which_one_it_repeats_is_kept_and_replaced()
    {
        var (plain, original) = (Job(Noon), NewId());
        var job = Job(Noon) with { Result = """{"text":"ü"}""", CopyOf = original };
        await WriteAsync(plain, job);
        (await History.FindAsync(plain.Id, default)).ShouldNotBeNull().ShouldSatisfyAllConditions(found => found.Result.ShouldBeNull(), found => found.CopyOf.ShouldBeNull());
        var kept = (await History.FindAsync(job.Id, default)).ShouldNotBeNull();
        (kept.Result, kept.CopyOf).ShouldBe((job.Result, original));
        (await ListAsync(new HistoryFilter())).Single(found => found.Id == job.Id).Result.ShouldBe(job.Result);
        await WriteAsync(job with { Result = null, CopyOf = null });
        kept = (await History.FindAsync(job.Id, default)).ShouldNotBeNull();
        (kept.Result, kept.CopyOf).ShouldBe((null, null));
    }

    [Fact]
    public async Task A_job_that_is_not_there_is_not_found() => (await History.FindAsync(NewId(), default)).ShouldBeNull();

    [Fact]
    public async Task Jobs_are_deleted_by_their_ids_and_others_stay()
    {
        var jobs = Enumerable.Range(0, 20).Select(i => Job(Noon.AddSeconds(i), i % 2 == 0 ? JobState.Failed : JobState.Succeeded)).ToArray();
        await WriteAsync(jobs);
        (await History.DeleteAsync([jobs[3].Id, NewId(), jobs[4].Id, jobs[3].Id], default)).ShouldBe(2);
        (await History.DeleteAsync([], default)).ShouldBe(0);
        (await History.DeleteAsync([jobs[3].Id], default)).ShouldBe(0);
        (await History.FindAsync(jobs[3].Id, default)).ShouldBeNull();
        (await ListAsync(new HistoryFilter())).Select(job => job.Id).ShouldBe(jobs.Where((_, i) => i is not 3 and not 4).Reverse().Select(job => job.Id));
        (await SearchAsync(new HistoryFilter())).Count.ShouldBe(18);
        await WriteAsync(jobs[3]);
        (await History.FindAsync(jobs[3].Id, default)).ShouldNotBeNull("Its id is free again.");
    }

    [Fact]
    public async Task Writing_a_job_again_leaves_one()
    {
        var job = Job(Noon);
        await WriteAsync(job);
        await WriteAsync(job, job);
        (await History.CountAsync(new HistoryFilter(), default)).ShouldBe(1);
        (await ListAsync(new HistoryFilter())).ShouldHaveSingleItem().Id.ShouldBe(job.Id);
    }

    [Fact]
    public async Task A_job_that_finishes_again_replaces_what_was_known()
    {
        var job = Job(Noon, JobState.Failed);
        await WriteAsync(job);
        await WriteAsync(job with { State = JobState.Succeeded, Attempts = 4, FinishedAt = Noon.AddHours(1) });

        (await History.CountAsync(new HistoryFilter { State = JobState.Failed }, default)).ShouldBe(0);
        var found = (await ListAsync(new HistoryFilter())).ShouldHaveSingleItem();
        found.State.ShouldBe(JobState.Succeeded);
        found.FinishedAt.ShouldBe(Noon.AddHours(1));
    }

    [Theory]
    [InlineData(JobState.Waiting)]
    [InlineData(JobState.Running)]
    [InlineData(JobState.Quarantined)]
    public async Task A_job_that_is_not_over_is_refused(JobState state) =>
        await Should.ThrowAsync<ArgumentException>(() => WriteAsync(Job(Noon, state)));

    [Fact]
    public async Task The_list_is_newest_first_over_all_states_and_by_id_within_a_millisecond()
    {
        var jobs = Enumerable.Range(0, 60).Select(i => Job(Noon.AddMilliseconds(i / 10), (JobState)(5 + (i % 3)))).ToArray();
        await WriteAsync(jobs);

        var expected = jobs.OrderByDescending(job => job.FinishedAt).ThenByDescending(job => job.Id).Select(job => job.Id);
        (await ListAsync(new HistoryFilter())).Select(job => job.Id).ShouldBe(expected);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition_even_within_one_millisecond()
    {
        await WriteAsync([.. Enumerable.Range(0, 100).Select(i => Job(Noon.AddMilliseconds(i / 40), (JobState)(5 + (i % 3))))]);
        var all = await ListAsync(new HistoryFilter());

        var paged = new List<JobId>();
        HistoryCursor? cursor = null;
        while (await History.ListAsync(new HistoryFilter(), 7, cursor, default) is { Count: > 0 } page)
        {
            paged.AddRange(page.Select(job => job.Id));
            cursor = new HistoryCursor(page[^1].FinishedAt, page[^1].Id);
        }

        paged.ShouldBe(all.Select(job => job.Id));
        paged.Count.ShouldBe(100);
    }

    [Fact]
    public async Task A_cursor_holds_when_its_job_is_pruned_and_newer_jobs_arrive()
    {
        var jobs = Enumerable.Range(0, 10).Select(i => Job(Noon.AddSeconds(i))).ToArray();
        await WriteAsync(jobs);
        var cursor = new HistoryCursor(jobs[2].FinishedAt, jobs[2].Id);
        await History.PruneAsync("emails", JobState.Succeeded, jobs[1].FinishedAt, 10, default);
        await WriteAsync(Job(Noon.AddDays(1)));

        (await History.ListAsync(new HistoryFilter(), 10, cursor, default)).Select(job => job.Id).ShouldBe([jobs[1].Id]);
    }

    [Theory]
    [InlineData("emails", null, null, 2)]
    [InlineData(null, "resize", null, 1)]
    [InlineData("emails", "send-email", JobState.Failed, 1)]
    [InlineData("images", "send-email", null, 0)]
    [InlineData("unknown", null, null, 0)]
    [InlineData(null, null, JobState.Cancelled, 0)]
    [InlineData(null, null, null, 3)]
    public async Task A_filter_matches_queue_type_and_state(string? queue, string? type, JobState? state, int matches)
    {
        await WriteAsync(
            Job(Noon),
            Job(Noon, JobState.Failed),
            Job(Noon) with { Queue = "images", Type = "resize" });

        var filter = new HistoryFilter { Queue = queue, Type = type, State = state };
        (await History.CountAsync(filter, default)).ShouldBe(matches);
        (await ListAsync(filter)).Count.ShouldBe(matches);
    }

    [Fact]
    public async Task A_day_includes_its_first_instant_and_not_that_of_the_next()
    {
        var day = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        await WriteAsync(Job(day.AddMilliseconds(-1)), Job(day), Job(day.AddDays(1).AddMilliseconds(-1)), Job(day.AddDays(1)));

        var filter = new HistoryFilter { FinishedFrom = day, FinishedBefore = day.AddDays(1) };
        (await History.CountAsync(filter, default)).ShouldBe(2);
        (await ListAsync(filter)).Count.ShouldBe(2);
        (await History.CountAsync(new HistoryFilter { FinishedFrom = day.AddTicks(1) }, default)).ShouldBe(2);
        (await History.CountAsync(new HistoryFilter { FinishedBefore = day.AddTicks(1) }, default)).ShouldBe(2);
    }

    [Fact]
    public async Task A_large_write_is_complete_when_it_is_answered()
    {
        var jobs = Enumerable.Range(0, 7_000).Select(i => Job(Noon.AddMilliseconds(i / 100))).ToArray();
        await Task.WhenAll(WriteAsync(jobs[..3_500]), WriteAsync(jobs[3_500..]), WriteAsync());
        (await History.CountAsync(new HistoryFilter(), default)).ShouldBe(7_000);
        (await PruneAsync("emails", JobState.Succeeded, Noon.AddDays(1), 6_999)).ShouldBe(7_000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public async Task A_page_has_1_to_1000_jobs(int limit) =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => History.ListAsync(new HistoryFilter(), limit, null, default));

    protected abstract ValueTask<IHistory> OpenStoreAsync();

    protected abstract ValueTask CloseStoreAsync();

    private Task WriteAsync(params FinishedJob[] jobs) => History.WriteAsync(jobs, default);

    private Task<IReadOnlyList<FinishedJob>> ListAsync(HistoryFilter filter) => History.ListAsync(filter, 1000, null, default);

    private JobId NewId() => JobId.Create(TimeProvider.System, _random);

    private FinishedJob Job(DateTimeOffset finishedAt, JobState state = JobState.Succeeded) =>
        new(NewId(), "emails", "send-email", 1, state, 1, finishedAt.AddSeconds(-1), finishedAt, null, default);
}
