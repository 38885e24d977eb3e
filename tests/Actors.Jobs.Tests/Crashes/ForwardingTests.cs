using Actors.Jobs.Tests.Faults;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Crashes;

/// <summary>A journal whose oldest jobs outlive all others.</summary>
public sealed class ForwardingTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task A_delayed_job_in_the_oldest_part_does_not_keep_what_is_behind_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, Small, _journal, _history);
        var delayed = await host.EnqueueAsync("delayed", o => o.Delay(TimeSpan.FromDays(1)));
        await PassAsync(host, 100);
        (await CommitsAsync()).ShouldBeLessThan(50);
        (await host.StateAsync(delayed)).ShouldBe(JobState.Scheduled);
        await system.AdvanceAsync(TimeSpan.FromDays(1));
        (await host.StateAsync(delayed)).ShouldBe(JobState.Succeeded);
        host.Script.Attempts.Count(attempt => attempt.Text == "delayed").ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_finished_does_not_come_back_to_life_though_its_enqueue_lay_beside_that_of_a_job_that_lives(TestDispatcher dispatcher, int seed)
    {
        JobId finished;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, Small, _journal, _history);
            var both = await host.Jobs.EnqueueManyAsync([new Work("lives"), new Work("finishes")], o => o.Delay(TimeSpan.FromHours(1)));
            finished = both[1];
            host.Script.Body = (context, cancellationToken) =>
                context.Id == both[0] ? Task.FromResult(JobResult.Snooze(TimeSpan.FromDays(300))) : Task.CompletedTask;
            await system.AdvanceAsync(TimeSpan.FromHours(1));
            await host.ReachAsync(finished, JobState.Succeeded);
            await PassAsync(host, 100); // What is deleted now holds the end of it.
            (await CommitsAsync()).ShouldBeLessThan(50);
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, Small, _journal, _history);
            await system.AdvanceAsync(TimeSpan.FromSeconds(10));
            host.Script.Attempts.ShouldBeEmpty();
            (await host.StateAsync(finished)).ShouldBe(JobState.Succeeded);
            (await host.QueueAsync()).Succeeded.ShouldBe(101);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Everything_that_is_known_of_the_jobs_that_wait_outlives_the_commits_that_said_it(TestDispatcher dispatcher, int seed)
    {
        JobStatus[] before;
        string[] texts = [.. Enumerable.Range(0, 30).Select(n => $"waiting {n:00}")];
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(
                system, o => { Small(o); (o.Retry.Backoff.Min, o.Retry.Backoff.Max) = (TimeSpan.FromHours(12), TimeSpan.FromHours(12)); }, _journal, _history);
            host.Script.Body = (_, _) => throw new InvalidOperationException("It went wrong.");
            var retrying = await host.EnqueueAsync("retrying");
            await host.ReachAsync(retrying, JobState.Retrying);
            host.Script.Body = static (_, _) => Task.CompletedTask;
            var scheduled = await host.EnqueueAsync("scheduled", o => o.Delay(TimeSpan.FromDays(2)));
            await host.Jobs.EnqueueManyAsync([.. texts.Select(text => new Work(text))], o => o.Delay(TimeSpan.FromHours(5)));
            await PassAsync(host, 100);
            (await CommitsAsync()).ShouldBeLessThan(60);
            before = [await host.Jobs.GetAsync(retrying), await host.Jobs.GetAsync(scheduled)];
            before[0].Error.ShouldNotBeNull().ShouldContain("It went wrong.");
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, o => { Small(o); o.Workers = 1; }, _journal, _history);
            (await Task.WhenAll(before.Select(job => host.Jobs.GetAsync(job.Id)))).ShouldBe(before);
            await system.AdvanceAsync(TimeSpan.FromDays(3));
            host.Script.Attempts.Where(attempt => texts.Contains(attempt.Text)).Select(attempt => attempt.Text).ShouldBe(texts);
            host.Script.Attempts.Single(attempt => attempt.Id == before[0].Id).Number.ShouldBe(2);
            (await host.QueueAsync()).Succeeded.ShouldBe(132);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task While_the_history_is_away_nothing_is_written_again_and_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new FaultyHistory(system.System, _history);
        var journal = new SimulatedJournal(system.System, _journal);
        var host = await JobHost.StartAsync(system, Small, journal, history);
        await host.EnqueueAsync("delayed", o => o.Delay(TimeSpan.FromDays(300)));
        history.Fault = new JournalUnavailableException("away");
        await PassAsync(host, 100);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        var commits = journal.Commits;
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        journal.Commits.ShouldBe(commits);
        history.Fault = null;
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        await PassAsync(host, 5);
        (await CommitsAsync()).ShouldBeLessThan(50);
    }

    [Theory, OnEachDispatcher]
    public async Task When_the_oldest_part_cannot_be_read_it_stays_and_is_tried_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System, _journal);
        var host = await JobHost.StartAsync(system, Small, journal, _history);
        var delayed = await host.EnqueueAsync("delayed", o => o.Delay(TimeSpan.FromDays(1)));
        journal.OnRead = static () => new JournalUnavailableException("away");
        await PassAsync(host, 100);
        (await CommitsAsync()).ShouldBeGreaterThan(100);
        await system.Log.ExpectAsync(3204);
        journal.OnRead = static () => null;
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));
        await PassAsync(host, 5);
        (await CommitsAsync()).ShouldBeLessThan(50);
        (await host.StateAsync(delayed)).ShouldBe(JobState.Scheduled);
    }

    [Theory, OnEachDispatcher]
    public async Task A_journal_that_cannot_get_smaller_is_not_written_again_and_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System, _journal);
        var host = await JobHost.StartAsync(system, Small, journal, _history);

        // The commits of single jobs take more room than the jobs in them.
        for (var i = 0; i < 30; i++)
        {
            await host.EnqueueAsync("", o => o.Delay(TimeSpan.FromDays(300)));
        }

        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        var commits = journal.Commits;
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        journal.Commits.ShouldBe(commits);
    }

    private static void Small(QueueOptions options) => (options.TrimBytes, options.ForwardBytes, options.HistoryBatch) = (200, 0, 3);

    private static async Task PassAsync(JobHost host, int jobs)
    {
        for (var i = 0; i < jobs; i++)
        {
            await host.EnqueueAsync();
            await host.System.AdvanceAsync(TimeSpan.FromMilliseconds(50));
        }
    }

    private async Task<int> CommitsAsync() => (await _journal.ReadAsync("queue/default", 0, int.MaxValue, default)).Count;
}
