using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests;

public sealed class UniqueTests
{
    [Theory, OnEachDispatcher]
    public async Task Whoever_enqueues_what_is_there_gets_the_id_of_that(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
        var first = await host.EnqueueAsync("a", o => o.Unique());
        var same = await host.EnqueueAsync("a", o => o.Unique());
        var other = await host.EnqueueAsync("b", o => o.Unique());
        var notUnique = await host.EnqueueAsync("a");
        same.ShouldBe(first);
        other.ShouldNotBe(first);
        notUnique.ShouldNotBe(first);
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.5));
        (await host.EnqueueAsync("a", o => o.Unique())).ShouldBe(first, "It runs.");
        await host.ReachAsync(first, JobState.Succeeded);
        var next = await host.EnqueueAsync("a", o => o.Unique());
        next.ShouldNotBe(first);
        await host.ReachAsync(next, JobState.Succeeded);
        host.Script.Begun.ShouldBe(4);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_failed_lets_the_next_in_and_one_that_retries_does_not(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 2);
        host.Script.Body = (_, _) => throw new InvalidOperationException("planned");
        var rule = new UniqueRule { Key = "one", Period = TimeSpan.FromHours(1) };
        var id = await host.EnqueueAsync("a", o => o.Unique(rule));
        await host.ReachAsync(id, JobState.Retrying);
        (await host.EnqueueAsync("b", o => o.Unique(rule))).ShouldBe(id);
        await host.ReachAsync(id, JobState.Failed, TimeSpan.FromSeconds(30));
        var next = await host.EnqueueAsync("b", o => o.Unique(rule));
        next.ShouldNotBe(id);
        await host.Jobs.CancelAsync(next);
        await host.ReachAsync(next, JobState.Cancelled);
        (await host.EnqueueAsync("c", o => o.Unique(rule))).ShouldNotBe(next);
    }

    [Theory, OnEachDispatcher]
    public async Task What_succeeded_keeps_its_kind_out_for_the_period_also_when_it_is_forgotten_and_after_a_restart(TestDispatcher dispatcher, int seed)
    {
        var (journal, history) = (new InMemoryJournal(), new InMemoryHistory());
        var rule = new UniqueRule { Period = TimeSpan.FromMinutes(10) };
        JobId id;
        TimeSpan elapsed;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, o => (o.TrimBytes, o.KeepSucceeded) = (200, false), journal, history);
            id = await host.EnqueueAsync("a", o => o.Unique(rule));
            await system.AdvanceAsync(TimeSpan.FromMinutes(1));
            host.Script.Begun.ShouldBe(1);
            (await host.Jobs.FindAsync(id)).ShouldBeNull();
            (await host.EnqueueAsync("a", o => o.Unique(rule))).ShouldBe(id);

            // The commits in which it was are deleted.
            for (var i = 0; i < 30; i++)
            {
                await host.EnqueueAsync($"{i} {new string('x', 500)}");
                await system.AdvanceAsync(TimeSpan.FromSeconds(1));
            }

            elapsed = system.Time.Elapsed;
        }

        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            await system.AdvanceAsync(elapsed);
            var host = await JobHost.StartAsync(system, o => o.KeepSucceeded = false, journal: journal, history: history);
            (await host.EnqueueAsync("a", o => o.Unique(rule))).ShouldBe(id);
            await system.AdvanceAsync(TimeSpan.FromMinutes(8) + TimeSpan.FromSeconds(20));
            (await host.EnqueueAsync("a", o => o.Unique(rule))).ShouldBe(id);
            await system.AdvanceAsync(TimeSpan.FromMinutes(1));
            (await host.EnqueueAsync("a", o => o.Unique(rule))).ShouldNotBe(id);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task The_newest_takes_the_place_of_one_that_waits(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
        var rule = new UniqueRule { Key = "index 7", While = UniqueWhile.Waiting, OnConflict = UniqueConflict.Replace };
        var ids = new List<JobId>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await host.EnqueueAsync($"{i}", o => o.Unique(rule).Delay(TimeSpan.FromSeconds(2))));
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        await system.AdvanceAsync(TimeSpan.FromSeconds(1.5));
        ids.Add(await host.EnqueueAsync("5", o => o.Unique(rule))); // The last of them runs: this gets a run of its own.
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        host.Script.Attempts.Select(a => a.Text).ShouldBe(["4", "5"]);
        ids.Distinct().Count().ShouldBe(6);
        var replaced = await host.Jobs.GetAsync(ids[0]);
        (replaced.State, replaced.Error).ShouldBe((JobState.Cancelled, $"Replaced by {ids[1]}, which is of the same kind."));
    }

    [Theory, OnEachDispatcher]
    public async Task A_second_is_rejected_and_nothing_of_its_request_is_enqueued(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        var rule = new UniqueRule { By = ["text"], OnConflict = UniqueConflict.Reject };
        var id = await host.EnqueueAsync("a", o => o.Unique(rule));
        (await Expect.ThrowsAsync<JobConflictException>(host.EnqueueAsync("a", o => o.Unique(rule)))).Existing.ShouldBe(id);
        (await Expect.ThrowsAsync<JobConflictException>(host.Jobs.EnqueueManyAsync([new Work("b"), new Work("a")], o => o.Unique(rule)))).Message
            .ShouldStartWith($"There is a job of the same kind as this 'work' already: {id}.");
        await Expect.ThrowsAsync<JobConflictException>(host.Jobs.EnqueueManyAsync([new Work("c"), new Work("c")], o => o.Unique(rule)));
        (await host.QueueAsync()).Waiting.ShouldBe(1);
        var many = await host.Jobs.EnqueueManyAsync([new Work("a"), new Work("d"), new Work("d")], o => o.Unique(new UniqueRule { By = ["text"] }));
        (many[0], many[1] == many[2]).ShouldBe((id, true));
        (await host.QueueAsync()).Waiting.ShouldBe(2);
    }

    [Theory, OnEachDispatcher]
    public async Task The_type_says_it_for_all_its_jobs_and_schedules_obey(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false, handlers: [typeof(ReportHandler)]);
        var first = await host.Jobs.EnqueueAsync(new Report("acme", 1));
        (await host.Jobs.EnqueueAsync(new Report("acme", 2))).ShouldBe(first);
        (await host.Jobs.EnqueueAsync(new Report("other", 1))).ShouldNotBe(first);
        (await host.Jobs.EnqueueAsync(new Report("acme", 2), o => o.Unique(new UniqueRule { By = ["number"] }))).ShouldNotBe(first, "The enqueue says otherwise.");
    }

    [Fact]
    public async Task An_enqueue_with_two_rules_enqueues_nothing()
    {
        await using var system = await TestSystem.StartAsync();
        var host = await JobHost.StartAsync(system);
        await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.EnqueueManyAsync([new Work("a"), new Work("b")], o => o.Unique().Unique(new UniqueRule { Key = "k" })));
        (await host.QueueAsync()).ShouldSatisfyAllConditions(queue => queue.Waiting.ShouldBe(0), queue => queue.Succeeded.ShouldBe(0));
    }

    [Fact]
    public void Rules_that_contradict_themselves_are_refused()
    {
        Should.Throw<ArgumentException>(() => new EnqueueOptions().Unique().Unique()).Message.ShouldStartWith("A job has one rule of uniqueness, but this enqueue gives two.");
        Should.Throw<ArgumentException>(() => new EnqueueOptions().Unique(new UniqueRule { Key = "a", By = ["b"] })).Message.ShouldBe(
            "A rule of uniqueness goes by a key or by arguments, not by both. Leave one of them out.");
        Should.Throw<ArgumentException>(() => new EnqueueOptions().Unique(new UniqueRule { Period = TimeSpan.FromDays(400) }));
        Should.Throw<ArgumentException>(() => new EnqueueOptions().Unique(new UniqueRule { Period = TimeSpan.FromDays(1), While = UniqueWhile.Waiting }));
        Should.Throw<ArgumentException>(() => new EnqueueOptions().Unique(new UniqueRule { By = [" "] }));
    }

    [Job("report"), Unique(nameof(Customer), Period = "1 hour")]
    internal sealed record Report(string Customer, int Number);

    internal sealed class ReportHandler : IJobHandler<Report>
    {
        public Task HandleAsync(Report job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
