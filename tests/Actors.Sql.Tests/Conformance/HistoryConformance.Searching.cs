using Actors.Jobs;

namespace Actors.Sql.Tests.Conformance;

public abstract partial class HistoryConformance
{
    [Fact]
    public async Task What_a_job_is_found_by_is_kept()
    {
        var job = Job(Noon, JobState.Failed) with
        {
            Key = "customer 7 — ü",
            Tags = ["urgent", "with \"quotes\", and more"],
            Error = "no",
            ErrorFingerprint = "f0c0ffee12345678",
            IndexedArgs = [1, ulong.MaxValue],
        };
        var plain = Job(Noon);
        await WriteAsync(job, plain);

        foreach (var found in new[] { await History.FindAsync(job.Id, default), (await ListAsync(new HistoryFilter { Key = job.Key })).Single() })
        {
            found.ShouldNotBeNull();
            found.Key.ShouldBe(job.Key);
            found.Tags.ShouldBe(job.Tags);
            found.ErrorFingerprint.ShouldBe(job.ErrorFingerprint);
            found.IndexedArgs.ShouldBe(job.IndexedArgs);
        }

        var other = (await History.FindAsync(plain.Id, default)).ShouldNotBeNull();
        (other.Key, other.Tags.Count, other.ErrorFingerprint, other.IndexedArgs.Count).ShouldBe((null, 0, null, 0));
        (await SearchAsync(new HistoryFilter { Tag = "with \"quotes\", and more" })).ShouldBe([job.Id]);
        (await SearchAsync(new HistoryFilter { Tag = "quotes" })).ShouldBeEmpty();
    }

    [Fact]
    public async Task Random_searches_find_what_a_look_at_each_job_finds_in_the_order_of_enqueuing()
    {
        var jobs = new List<FinishedJob>();
        for (var batch = 0; batch < 10; batch++)
        {
            var some = Enumerable.Range(0, 60).Select(_ => RandomJob()).ToArray();
            await WriteAsync(some);
            jobs.AddRange(some);
        }

        foreach (var again in jobs.Take(20).ToArray())
        {
            // A job that finishes again, with another key.
            var changed = RandomJob() with { Id = again.Id };
            await WriteAsync(changed);
            jobs[jobs.IndexOf(again)] = changed;
        }

        for (var i = 0; i < 200; i++)
        {
            var filter = RandomFilter();
            var matching = jobs.Where(job => IsMatch(filter, job)).OrderByDescending(job => job.EnqueuedAt).ThenByDescending(job => job.Id).ToList();
            (await SearchAsync(filter, limit: _random.Next(1, 50))).ShouldBe(matching.Select(job => job.Id), $"{filter}");
            (await History.CountAsync(filter, default)).ShouldBe(matching.Count, $"{filter}");
            (await ListAsync(filter)).Select(job => job.Id).ShouldBe(matching.Select(job => job.Id), ignoreOrder: true, $"{filter}");
            var errors = matching.Where(job => job.ErrorFingerprint is not null).GroupBy(job => job.ErrorFingerprint).Select(same => (Fingerprint: same.Key ?? "", Count: (long)same.Count()));
            var counted = await History.CountErrorsAsync(filter, 1_000, default);
            counted.Select(error => (error.Fingerprint, error.Count))
                .ShouldBe(errors.OrderByDescending(error => error.Count).ThenBy(error => error.Fingerprint, StringComparer.Ordinal), $"{filter}");
            counted.ShouldAllBe(error => matching.Single(job => job.Id == error.Example).ErrorFingerprint == error.Fingerprint);
        }
    }

    [Fact]
    public async Task Only_the_most_frequent_errors_are_counted_up_to_a_limit()
    {
        await WriteAsync([.. Enumerable.Range(0, 21).Select(i => Job(Noon.AddSeconds(i), JobState.Failed) with { Error = $"{i % 6 / 2}", ErrorFingerprint = $"{i % 6 / 2:x16}" })]);
        var errors = await History.CountErrorsAsync(new HistoryFilter(), 2, default);
        errors.Select(error => (error.Fingerprint, error.Count, error.Error)).ShouldBe([($"{0:x16}", 8L, "0"), ($"{1:x16}", 7L, "1")]);
    }

    [Fact]
    public async Task What_is_pruned_is_found_no_more()
    {
        var jobs = Enumerable.Range(0, 10).Select(i => Job(Noon.AddSeconds(i)) with { Key = "k", Tags = ["t"], IndexedArgs = [(ulong)i] }).ToArray();
        await WriteAsync(jobs);
        await History.PruneAsync("emails", JobState.Succeeded, Noon.AddSeconds(7), 100, default);
        (await SearchAsync(new HistoryFilter { Key = "k" })).Count.ShouldBe(3);
        (await SearchAsync(new HistoryFilter { Tag = "t" })).Count.ShouldBe(3);
        (await SearchAsync(new HistoryFilter { IndexedArgs = [3] })).ShouldBeEmpty();
        (await SearchAsync(new HistoryFilter { IndexedArgs = [8] })).ShouldBe([jobs[8].Id]);
        (await SearchAsync(new HistoryFilter())).Count.ShouldBe(3);
    }

    private async Task<List<JobId>> SearchAsync(HistoryFilter filter, int limit = 1_000)
    {
        var found = new List<JobId>();
        JobPosition? before = null;
        while (await History.SearchAsync(filter, limit, before, default) is { Count: > 0 } page)
        {
            page.Count.ShouldBeLessThanOrEqualTo(limit);
            found.AddRange(page.Select(job => job.Id));
            before = new JobPosition(page[^1].EnqueuedAt, page[^1].Id);
        }

        return found;
    }

    private FinishedJob RandomJob()
    {
        var enqueuedAt = Noon.AddMilliseconds(_random.Next(40));
        var state = (JobState)_random.Next(5, 8);
        return Job(enqueuedAt.AddMilliseconds(_random.Next(1_000)), state) with
        {
            Queue = _random.Next(2) == 0 ? "emails" : "images",
            Type = $"type {_random.Next(4)}",
            EnqueuedAt = enqueuedAt,
            Key = _random.Next(3) == 0 ? $"key {_random.Next(4)}" : null,
            Tags = [.. Enumerable.Range(0, _random.Next(4)).Select(n => $"tag {n + _random.Next(2)}").Distinct()],
            Error = state == JobState.Failed ? "no" : null,
            ErrorFingerprint = state == JobState.Failed ? $"{_random.Next(3):x16}" : null,
            IndexedArgs = [.. Enumerable.Range(0, _random.Next(3)).Select(n => (ulong)((n * 10) + _random.Next(3)))],
        };
    }

    private HistoryFilter RandomFilter() => new()
    {
        Queue = Maybe(4) ? "images" : null,
        Type = Maybe(4) ? $"type {_random.Next(5)}" : null,
        State = Maybe(6) ? (JobState)_random.Next(5, 8) : null,
        States = Maybe(4) ? [.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => (JobState)_random.Next(5, 8))] : [],
        Key = Maybe(4) ? $"key {_random.Next(5)}" : null,
        Tag = Maybe(4) ? $"tag {_random.Next(5)}" : null,
        IndexedArgs = Maybe(4) ? [.. Enumerable.Range(0, _random.Next(1, 3)).Select(n => (ulong)((n * 10) + _random.Next(4)))] : [],
        ErrorFingerprint = Maybe(5) ? $"{_random.Next(4):x16}" : null,
        EnqueuedFrom = Maybe(5) ? Noon.AddMilliseconds(_random.Next(50)).AddTicks(_random.Next(2)) : null,
        EnqueuedBefore = Maybe(5) ? Noon.AddMilliseconds(_random.Next(50)).AddTicks(_random.Next(2)) : null,
        FinishedFrom = Maybe(5) ? Noon.AddMilliseconds(_random.Next(1_000)) : null,
        FinishedBefore = Maybe(5) ? Noon.AddMilliseconds(_random.Next(1_000)) : null,
    };

    private bool Maybe(int chances) => _random.Next(chances) == 0;

    private static bool IsMatch(HistoryFilter filter, FinishedJob job) =>
        (filter.Queue ?? job.Queue) == job.Queue
        && (filter.Type ?? job.Type) == job.Type
        && (filter.State ?? job.State) == job.State
        && (filter.States.Count == 0 || filter.States.Contains(job.State))
        && (filter.Key ?? job.Key) == job.Key
        && (filter.Tag is null || job.Tags.Contains(filter.Tag))
        && filter.IndexedArgs.All(arg => job.IndexedArgs.Contains(arg))
        && (filter.ErrorFingerprint ?? job.ErrorFingerprint) == job.ErrorFingerprint
        && !(job.EnqueuedAt < filter.EnqueuedFrom)
        && !(job.EnqueuedAt >= filter.EnqueuedBefore)
        && !(job.FinishedAt < filter.FinishedFrom)
        && !(job.FinishedAt >= filter.FinishedBefore);
}
