using Actors.Jobs;

namespace Actors.Sql.Tests.Conformance;

public abstract partial class HistoryConformance
{
    [Fact]
    public async Task Pruning_removes_the_oldest_of_one_state_up_to_a_limit()
    {
        var jobs = Enumerable.Range(0, 10).Select(i => Job(Noon.AddSeconds(i))).ToArray();
        var failed = Job(Noon.AddDays(-1), JobState.Failed);
        await WriteAsync([failed, .. jobs]);

        (await History.PruneAsync("emails", JobState.Succeeded, Noon.AddSeconds(5), 3, default)).ShouldBe(new PruneResult(3, HasMore: true));
        (await History.FindAsync(jobs[2].Id, default)).ShouldBeNull();
        (await History.FindAsync(jobs[3].Id, default)).ShouldNotBeNull();
        (await History.PruneAsync("emails", JobState.Succeeded, Noon.AddSeconds(5), 100, default)).ShouldBe(new PruneResult(2, HasMore: false));
        (await History.PruneAsync("emails", JobState.Succeeded, Noon.AddSeconds(5), 100, default)).ShouldBe(new PruneResult(0, HasMore: false));
        (await History.FindAsync(failed.Id, default)).ShouldNotBeNull();
        (await History.CountAsync(new HistoryFilter(), default)).ShouldBe(6);
    }

    [Fact]
    public async Task Pruning_leaves_the_jobs_of_other_queues_that_finished_at_the_same_time()
    {
        var mine = Enumerable.Range(0, 30).Select(i => Job(Noon.AddMilliseconds(i / 10)) with { Type = $"type {i % 3}" }).ToArray();
        var others = mine.Select(job => job with { Id = NewId(), Queue = "images" }).ToArray();
        await WriteAsync([.. mine.Zip(others).SelectMany(pair => new[] { pair.First, pair.Second })]);

        (await History.PruneAsync("no such queue", JobState.Succeeded, Noon.AddDays(1), 1, default)).ShouldBe(new PruneResult(0, HasMore: false));
        (await PruneAsync("emails", JobState.Succeeded, Noon.AddMilliseconds(2), 7)).ShouldBe(20);
        (await ListAsync(new HistoryFilter { Queue = "emails" })).Select(job => job.Id).ShouldBe(mine[20..].Select(job => job.Id), ignoreOrder: true);
        (await History.CountAsync(new HistoryFilter { Queue = "images" }, default)).ShouldBe(30);
        (await PruneAsync("images", JobState.Succeeded, Noon.AddDays(1), 7)).ShouldBe(30);
        (await ListAsync(new HistoryFilter())).Count.ShouldBe(10);
    }

    [Fact]
    public async Task Jobs_that_are_written_long_after_their_end_are_pruned_too()
    {
        await WriteAsync([.. Enumerable.Range(0, 10).Select(i => Job(Noon.AddMinutes(i)))]);
        (await PruneAsync("emails", JobState.Succeeded, Noon.AddMinutes(8), 3)).ShouldBe(8);

        var late = Job(Noon.AddMinutes(2)) with { Key = "k" };
        await WriteAsync(late, Job(Noon.AddMinutes(2)) with { Queue = "images" }, Job(Noon.AddMinutes(2), JobState.Failed));
        (await PruneAsync("emails", JobState.Succeeded, Noon.AddMinutes(8), 3)).ShouldBe(1);
        (await History.FindAsync(late.Id, default)).ShouldBeNull();

        // One that is there and is written again, with another end.
        var again = (await ListAsync(new HistoryFilter { Queue = "emails", State = JobState.Succeeded }))[0];
        await WriteAsync(again with { FinishedAt = Noon.AddMinutes(1) });
        (await PruneAsync("emails", JobState.Succeeded, Noon.AddMinutes(8), 3)).ShouldBe(1);
        (await History.CountAsync(new HistoryFilter(), default)).ShouldBe(3);
    }

    [Fact]
    public async Task Random_writes_deletions_and_prunings_leave_what_a_list_would()
    {
        var kept = new Dictionary<JobId, FinishedJob>();
        for (var round = 0; round < 60; round++)
        {
            var jobs = Enumerable.Range(0, _random.Next(1, 40))
                .Select(_ => Job(Noon.AddMilliseconds(_random.Next(round * 10, (round * 10) + 40)), (JobState)_random.Next(5, 8)) with
                {
                    Queue = _random.Next(3) == 0 ? "emails" : "images",
                    Type = $"type {_random.Next(3)}",
                    Key = _random.Next(3) == 0 ? "k" : null,
                })
                .ToArray();
            await WriteAsync(jobs);
            foreach (var job in jobs)
            {
                kept[job.Id] = job;
            }

            var deleted = kept.Keys.Where(_ => _random.Next(30) == 0).ToList();
            await History.DeleteAsync(deleted, default);
            deleted.ForEach(id => kept.Remove(id));

            var (queue, state, before) = (_random.Next(2) == 0 ? "emails" : "images", (JobState)_random.Next(5, 8), Noon.AddMilliseconds(_random.Next(0, (round * 10) + 50)));
            var over = kept.Values.Where(job => job.Queue == queue && job.State == state && job.FinishedAt < before).ToList();
            (await PruneAsync(queue, state, before, _random.Next(1, 20))).ShouldBe(over.Count);
            over.ForEach(job => kept.Remove(job.Id));
            (await History.CountAsync(new HistoryFilter(), default)).ShouldBe(kept.Count);
        }

        var found = new List<JobId>();
        for (JobPosition? before = null; (await History.SearchAsync(new HistoryFilter(), 100, before, default)) is { Count: > 0 } page; before = new JobPosition(page[^1].EnqueuedAt, page[^1].Id))
        {
            found.AddRange(page.Select(job => job.Id));
        }

        found.ShouldBe(kept.Keys, ignoreOrder: true);
        (await History.CountAsync(new HistoryFilter { Key = "k" }, default)).ShouldBe(kept.Values.Count(job => job.Key == "k"));
    }

    [Fact]
    public async Task Only_finished_jobs_can_be_pruned_and_at_least_one_at_a_time()
    {
        await Should.ThrowAsync<ArgumentException>(() => History.PruneAsync("emails", JobState.Waiting, Noon, 1, default));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => History.PruneAsync("emails", JobState.Failed, Noon, 0, default));
        await Should.ThrowAsync<ArgumentNullException>(() => History.PruneAsync(null!, JobState.Failed, Noon, 1, default)); // As a caller without nullable types may.
    }

    /// <summary>Until there is no more.</summary>
    private async Task<int> PruneAsync(string queue, JobState state, DateTimeOffset before, int limit)
    {
        var deleted = 0;
        while (true)
        {
            var pruned = await History.PruneAsync(queue, state, before, limit, default);
            pruned.Deleted.ShouldBeLessThanOrEqualTo(limit);
            deleted += pruned.Deleted;
            if (!pruned.HasMore)
            {
                return deleted;
            }
        }
    }
}
